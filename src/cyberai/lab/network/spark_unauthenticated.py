"""A Spark master and a submission server, open on the vulnerable twins; the twins are behind a proxy's log-in."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.spark-unauthenticated"
_STATE = {
    "url": "spark://quay:7077",
    "workers": [{"id": "worker-1", "host": "quay"}],
    "aliveworkers": 1,
    "status": "ALIVE",
}

_REFUSED = Reply(401, "Unauthorized", www_authenticate='Basic realm="Spark"')
_UNKNOWN = {"action": "ErrorResponse", "message": "Missing protocol version.", "serverSparkVersion": "3.5.9"}
_NOTHING = {"action": "SubmissionStatusResponse", "serverSparkVersion": "3.5.9", "success": False}
_NEVER = "/v1/submissions/status/driver-20000101000000-0000"

SERVICES = (
    *twins(
        CHECK,
        "tide forecasts",
        pages={
            "/": Reply(
                200,
                "<!DOCTYPE html><html><head><title>Spark Master at spark://quay:7077</title></head></html>",
            ),
            "/json/": Reply(200, _STATE),
        },
        guarded={"/json/": _REFUSED},
        missing=Reply(404, "<html><title>Error 404 Not Found</title></html>"),
        variant="open master",
        summary="The master's state is shown without credentials.",
    ),
    *twins(
        CHECK,
        "tide submissions",
        pages={"/": Reply(400, _UNKNOWN), _NEVER: Reply(200, _NOTHING)},
        guarded={_NEVER: _REFUSED},
        missing=Reply(400, _UNKNOWN),
        variant="submission server",
        summary="Programs are taken without credentials.",
    ),
)
