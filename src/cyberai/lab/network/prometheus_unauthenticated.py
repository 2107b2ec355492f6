"""A Prometheus service, open on the vulnerable twin; its twin shows its start page and asks for a log-in."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.prometheus-unauthenticated"
_BUILD = {"version": "2.42.0", "revision": "225c61122d88", "branch": "debian/sid", "goVersion": "go1.19.8"}
_TARGET = {
    "discoveredLabels": {},
    "labels": {"job": "node"},
    "scrapeUrl": "http://quay:9100/metrics",
    "health": "up",
}
_REFUSED = Reply(401, "Unauthorized", www_authenticate="Basic")

SERVICES = twins(
    CHECK,
    "measurements",
    pages={
        "/": Reply(302, '<a href="/graph">Found</a>.', location="/graph"),
        "/api/v1/status/buildinfo": Reply(200, {"status": "success", "data": _BUILD}),
        "/api/v1/targets": Reply(
            200, {"status": "success", "data": {"activeTargets": [_TARGET], "droppedTargets": []}}
        ),
    },
    guarded={"/api/v1/status/buildinfo": _REFUSED, "/api/v1/targets": _REFUSED},
    missing=Reply(404, "404 page not found"),
    variant="open interface",
    summary="Version and targets are told to everyone.",
)
