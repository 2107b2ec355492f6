"""An etcd service of each interface, open on the vulnerable twin; both tell their version to everyone."""

from cyberai.lab.network._http import Pages, Reply, twins

CHECK = "network.etcd-unauthenticated"
_GO = Reply(404, "404 page not found\n")
_VERSION = Reply(200, {"etcdserver": "3.4.23", "etcdcluster": "3.4.0"})
_OLD: Pages = {
    "/version": _VERSION,
    "/v2/keys/": Reply(
        200, {"action": "get", "node": {"dir": True, "nodes": [{"key": "/quay", "dir": True}]}}
    ),
}
_NEW: Pages = {
    "/version": _VERSION,
    "/v3/kv/range": Reply(
        200,
        {
            "header": {
                "cluster_id": "14841639068965178418",
                "member_id": "10276657743932975437",
                "revision": "7",
            },
            "kvs": [{"key": "L3F1YXk="}],
            "count": "1",
        },
    ),
}

SERVICES = twins(
    CHECK,
    "settings, old interface",
    pages=_OLD,
    guarded={
        "/v2/keys/": Reply(
            401, {"errorCode": 110, "message": "The request requires user authentication", "index": 0}
        )
    },
    missing=_GO,
    variant="v2",
    summary="Keys are listed by version 2 of the interface.",
) + twins(
    CHECK,
    "settings, new interface",
    pages=_NEW,
    guarded={
        "/v3/kv/range": Reply(
            400,
            {
                "error": "etcdserver: user name is empty",
                "message": "etcdserver: user name is empty",
                "code": 3,
            },
        )
    },
    missing=_GO,
    variant="v3",
    summary="Keys are listed by version 3 of the interface.",
)
