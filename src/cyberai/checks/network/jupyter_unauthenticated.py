"""A Jupyter server runs code for anyone who can reach its port: it asks for no token and no password.

## Impact
A notebook's cells, and its terminal, are commands on the host with the rights of whoever started the server. Open servers
are used for mining and as a way into the network within hours.

## Remediation
Leave the token on (do not set `ServerApp.token` or `--NotebookApp.token` to an empty text), set a password
(`jupyter server password`), bind the server to the host itself (`ServerApp.ip`) and reach it through SSH or
JupyterHub.

## How it is proven
`/api` tells the version, as it does to everyone, and the lists of running kernels and of files in the start folder are
answered without a token, where a guarded server answers 403. No kernel is started, and no file is read.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_VERSION = Pattern(r"^\s*\{\"version\":\s?\"([\w.\-+]{1,40})\"\}\s*$")
_KERNELS = Pattern(r"^\s*\[\s*(?:\]\s*$|\{\"id\":\s?\"[0-9a-f\-]{36}\")")
_FOLDER = Pattern(r"\"type\":\s?\"directory\"")
_NAME = Pattern(r"\"name\":\s?\"")


@check(
    id="network.jupyter-unauthenticated",
    title="Jupyter without a token",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://jupyter-server.readthedocs.io/en/latest/operators/security.html",),
    tags=("jupyter", "exposure", "code-execution"),
)
async def jupyter_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The version, the running kernels, the start folder without its contents."""
    if not speaks(service, {"jupyter"}):
        return
    about = await probe.get(web_root(service).with_target("/api"))
    version = _VERSION.search(about.response.body)
    if about.response.status != 200 or version is None:
        return
    kernels = await probe.get(web_root(service).with_target("/api/kernels"))
    if kernels.response.status != 200 or _KERNELS.search(kernels.response.body) is None:
        return
    folder = await probe.get(web_root(service).with_target("/api/contents?content=0&type=directory"))
    kind = _FOLDER.search(folder.response.body)
    if folder.response.status != 200 or kind is None or _NAME.search(folder.response.body) is None:
        return
    yield shown(
        service,
        folder,
        match=excerpt(kind.text),
        note="Kernels and the start folder are shown without a token.",
        detail=f"Jupyter server {excerpt(version.groups[0])}",
    )
