"""A Docker Engine's API, open on the vulnerable twin; its twin lets a plug-in refuse."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.docker-unauthenticated"
_HEADERS = {"api_version": "1.43", "docker_experimental": "false", "server": "Docker"}
_REFUSED = Reply(403, {"message": "authorization denied by plugin quay"}, **_HEADERS)

SERVICES = twins(
    CHECK,
    "containers",
    pages={
        "/version": Reply(
            200,
            {"Platform": {"Name": ""}, "Version": "24.0.7", "ApiVersion": "1.43", "MinAPIVersion": "1.12"},
            **_HEADERS,
        ),
        "/containers/json": Reply(
            200, [{"Id": "77ab" * 16, "Names": ["/quay"], "Image": "quay:1"}], **_HEADERS
        ),
    },
    guarded={"/containers/json": _REFUSED},
    missing=Reply(404, {"message": "page not found"}, **_HEADERS),
    variant="open engine",
    summary="The engine lists containers to everyone.",
)
