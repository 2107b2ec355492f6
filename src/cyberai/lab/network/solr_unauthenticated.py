"""A Solr service, open on the vulnerable twin; its twin wants a log-in."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.solr-unauthenticated"
_HEAD = {"status": 0, "QTime": 1}
_SYSTEM = {
    "responseHeader": _HEAD,
    "mode": "std",
    "solr_home": "/var/solr/data",
    "lucene": {"solr-spec-version": "9.4.1"},
}
_REFUSED = Reply(
    401, "<html><title>Error 401 Authentication failed</title></html>", www_authenticate='Basic realm="solr"'
)

SERVICES = twins(
    CHECK,
    "finder",
    pages={
        "/": Reply(302, "", location="/solr/"),
        "/solr/admin/info/system": Reply(200, _SYSTEM),
        "/solr/admin/cores": Reply(
            200, {"responseHeader": _HEAD, "initFailures": {}, "status": {"ferries": {"name": "ferries"}}}
        ),
    },
    guarded={"/solr/admin/info/system": _REFUSED, "/solr/admin/cores": _REFUSED},
    missing=Reply(404, "<html><title>Error 404 Not Found</title></html>"),
    variant="no log-in",
    summary="System and cores are shown without a log-in.",
)
