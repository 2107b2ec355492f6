"""A Consul agent, open on the vulnerable twin; its twin tells the leader, as every agent does, and wants a token."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.consul-unauthenticated"
_SELF = {
    "Config": {"Datacenter": "quay", "NodeName": "quay-1", "Server": True, "Version": "1.8.7"},
    "Member": {},
}
_REFUSED = Reply(
    403, "Permission denied: token with AccessorID '00000000-0000-0000-0000-000000000002' lacks permission"
)

SERVICES = twins(
    CHECK,
    "registry",
    pages={
        "/": Reply(301, '<a href="/ui/">Moved Permanently</a>.', location="/ui/"),
        "/v1/status/leader": Reply(200, '"127.0.0.1:8300"'),
        "/v1/agent/self": Reply(200, _SELF),
        "/v1/catalog/services": Reply(200, {"consul": [], "ferry": ["quay"]}),
    },
    guarded={"/v1/agent/self": _REFUSED},
    missing=Reply(404, "404 page not found"),
    variant="no access control",
    summary="The agent's configuration is shown without a token.",
    trap=False,
)
