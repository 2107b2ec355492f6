"""A Hadoop name node, open on the vulnerable twin; its twin wants a ticket for its files and still shows its state."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.hdfs-unauthenticated"
_STATE = {"beans": [{"name": "Hadoop:service=NameNode,name=NameNodeInfo", "SoftwareVersion": "3.3.6"}]}
_ROOT = {"FileStatuses": {"FileStatus": [{"pathSuffix": "charts", "type": "DIRECTORY", "owner": "hdfs"}]}}
_REFUSED = Reply(
    401, "<html><title>Error 401 Authentication required</title></html>", www_authenticate="Negotiate"
)

SERVICES = twins(
    CHECK,
    "chart room",
    pages={
        "/": Reply(302, "", x_xss_protection="1; mode=block", location="/index.html"),
        "/jmx": Reply(200, _STATE),
        "/webhdfs/v1/": Reply(200, _ROOT),
    },
    guarded={"/webhdfs/v1/": _REFUSED},
    missing=Reply(404, "<html><title>Error 404 Not Found</title></html>"),
    variant="simple authentication",
    summary="The root directory is listed without credentials.",
)
