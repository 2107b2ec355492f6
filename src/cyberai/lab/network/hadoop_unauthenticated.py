"""A Hadoop resource manager, open on the vulnerable twin; its twin wants a ticket."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.hadoop-unauthenticated"
_CLUSTER = {"id": 1709283600000, "state": "STARTED", "haState": "ACTIVE", "hadoopVersion": "3.3.6"}
_REFUSED = Reply(
    401, "<html><title>Error 401 Authentication required</title></html>", www_authenticate="Negotiate"
)

SERVICES = twins(
    CHECK,
    "ledger jobs",
    pages={
        "/": Reply(302, "", location="/cluster"),
        "/ws/v1/cluster/info": Reply(200, {"clusterInfo": _CLUSTER}),
        "/ws/v1/cluster/apps": Reply(200, {"apps": None}),
    },
    guarded={"/ws/v1/cluster/info": _REFUSED, "/ws/v1/cluster/apps": _REFUSED},
    missing=Reply(404, "<html><title>404 - Not Found</title></html>"),
    variant="simple authentication",
    summary="The cluster is shown without credentials.",
)
