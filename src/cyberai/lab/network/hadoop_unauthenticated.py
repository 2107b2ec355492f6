"""Hadoop resource managers, open on the vulnerable twins; the twins want a ticket."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.hadoop-unauthenticated"
_CLUSTER = {"id": 1709283600000, "state": "STARTED", "haState": "ACTIVE", "hadoopVersion": "3.3.6"}
_REFUSED = Reply(
    401, "<html><title>Error 401 Authentication required</title></html>", www_authenticate="Negotiate"
)

_GUARDED = {"/ws/v1/cluster/info": _REFUSED, "/ws/v1/cluster/apps": _REFUSED}
_MISSING = Reply(404, "<html><title>404 - Not Found</title></html>")
_SUMMARY = "The cluster is shown without credentials."

SERVICES = (
    *twins(
        CHECK,
        "ledger jobs",
        pages={
            "/": Reply(302, "", location="/cluster"),
            "/ws/v1/cluster/info": Reply(200, {"clusterInfo": _CLUSTER}),
            "/ws/v1/cluster/apps": Reply(200, {"apps": None}),
        },
        guarded=_GUARDED,
        missing=_MISSING,
        variant="simple authentication",
        summary=_SUMMARY,
    ),
    *twins(
        CHECK,
        "tally jobs",
        # As a build of 3.3.6 without Java's own XML binding writes it: no name around the members, in another order.
        pages={
            "/": Reply(302, "", location="/cluster"),
            "/ws/v1/cluster/info": Reply(
                200, {"startedOn": 1709283600000, "state": "STARTED", "hadoopVersion": "3.3.6"}
            ),
            "/ws/v1/cluster/apps": Reply(200, {"apps": []}),
        },
        guarded=_GUARDED,
        missing=_MISSING,
        variant="members without a name around them",
        summary=_SUMMARY,
        trap=False,
    ),
)
