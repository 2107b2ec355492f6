"""NATS' monitor, open on the vulnerable twin."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.nats-monitoring"
_START = (
    '<html lang="en"><head><link rel="shortcut icon" href="https://nats.io/favicon.ico"></head><body>'
    '<a href=".//varz">General</a><a href=".//connz">Connections</a></body></html>'
)
_GENERAL = {
    "server_id": "NQUAYHARBOUR",
    "server_name": "quay",
    "version": "2.9.10",
    "proto": 1,
    "git_commit": "d4a5c0f",
}
_CONNECTIONS = {
    "server_id": "NQUAYHARBOUR",
    "num_connections": 1,
    "total": 4,
    "offset": 0,
    "limit": 1,
    "connections": [],
}
_REFUSED = Reply(401, "Unauthorized", www_authenticate='Basic realm="monitor"')

SERVICES = twins(
    CHECK,
    "events' monitor",
    pages={"/": Reply(200, _START), "/varz": Reply(200, _GENERAL), "/connz": Reply(200, _CONNECTIONS)},
    guarded={"/varz": _REFUSED, "/connz": _REFUSED},
    missing=Reply(404, "404 page not found"),
    variant="open monitor",
    summary="The monitor tells its server and connections to everyone.",
)
