"""A Spark master, open on the vulnerable twin; its twin's state is behind a proxy's log-in."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.spark-unauthenticated"
_STATE = {
    "url": "spark://quay:7077",
    "workers": [{"id": "worker-1", "host": "quay"}],
    "aliveworkers": 1,
    "status": "ALIVE",
}

SERVICES = twins(
    CHECK,
    "tide forecasts",
    pages={
        "/": Reply(
            200, "<!DOCTYPE html><html><head><title>Spark Master at spark://quay:7077</title></head></html>"
        ),
        "/json/": Reply(200, _STATE),
    },
    guarded={"/json/": Reply(401, "Unauthorized", www_authenticate='Basic realm="Spark"')},
    missing=Reply(404, "<html><title>Error 404 Not Found</title></html>"),
    variant="open master",
    summary="The master's state is shown without credentials.",
)
