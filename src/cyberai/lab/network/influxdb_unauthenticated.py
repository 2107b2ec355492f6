"""An InfluxDB service, open on the vulnerable twin."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.influxdb-unauthenticated"
_HEADERS = {"x_influxdb_version": "1.6.7", "x_influxdb_build": "OSS"}
_SERIES = {"name": "databases", "columns": ["name"], "values": [["_internal"], ["tides"]]}

SERVICES = twins(
    CHECK,
    "tides",
    pages={"/query": Reply(200, {"results": [{"statement_id": 0, "series": [_SERIES]}]}, **_HEADERS)},
    guarded={"/query": Reply(401, {"error": "unable to parse authentication credentials"}, **_HEADERS)},
    missing=Reply(404, "404 page not found\n", **_HEADERS),
    variant="open queries",
    summary="Databases are listed without a log-in.",
)
