"""A Jupyter service without a token, open on the vulnerable twin; its twin tells its version as every server does."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.jupyter-unauthenticated"
_SERVER = {"server": "TornadoServer"}
_REFUSED = Reply(403, {"message": "Forbidden", "reason": None}, **_SERVER)
_FOLDER = {
    "name": "",
    "path": "",
    "last_modified": "2024-03-01T09:00:00Z",
    "content": None,
    "type": "directory",
}

SERVICES = twins(
    CHECK,
    "notebooks",
    pages={
        "/": Reply(302, "", location="/tree?", **_SERVER),
        "/api": Reply(200, '{"version": "2.12.5"}', content_type="application/json", **_SERVER),
        "/api/kernels": Reply(200, [], **_SERVER),
        "/api/contents": Reply(200, _FOLDER, **_SERVER),
    },
    guarded={"/api/kernels": _REFUSED, "/api/contents": _REFUSED},
    missing=Reply(404, "<html><title>404: Not Found</title></html>", **_SERVER),
    variant="no token",
    summary="Kernels and files are shown without a token.",
)
