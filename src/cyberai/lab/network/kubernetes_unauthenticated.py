"""A Kubernetes API server and a kubelet that answer strangers; their twins tell the version and no more."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.kubernetes-unauthenticated"
_NAMESPACES = {
    "kind": "NamespaceList",
    "apiVersion": "v1",
    "metadata": {"resourceVersion": "118"},
    "items": [{"metadata": {"name": "default"}}, {"metadata": {"name": "quay"}}],
}
_PODS = {
    "kind": "PodList",
    "apiVersion": "v1",
    "metadata": {},
    "items": [{"metadata": {"name": "ferry-0", "namespace": "quay"}}],
}


def _status(code: int, reason: str, message: str) -> Reply:
    value = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
    return Reply(code, value | {"reason": reason, "code": code})


_FORBIDDEN = _status(403, "Forbidden", 'forbidden: User "system:anonymous" cannot get path "/"')

SERVICES = twins(
    CHECK,
    "cluster",
    pages={
        "/": Reply(200, {"paths": ["/.well-known/openid-configuration", "/api", "/api/v1", "/version"]}),
        "/version": Reply(
            200, {"major": "1", "minor": "28", "gitVersion": "v1.28.4", "gitTreeState": "clean"}
        ),
        "/api/v1/namespaces": Reply(200, _NAMESPACES),
    },
    guarded={"/api/v1/namespaces": _FORBIDDEN},
    missing=_FORBIDDEN,
    variant="API server",
    summary="The API server lists namespaces to everyone.",
) + twins(
    CHECK,
    "node",
    pages={"/pods": Reply(200, _PODS)},
    guarded={"/pods": Reply(401, "Unauthorized")},
    missing=Reply(404, "404 page not found\n"),
    variant="kubelet",
    summary="The kubelet lists pods to everyone.",
    trap=False,
)
