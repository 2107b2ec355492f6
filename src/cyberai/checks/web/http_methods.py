"""The server performs methods that a website does not need: it lets anyone write and delete files (PUT, DELETE),
or sends requests back (TRACE).

## Impact
Who can write files to a web server changes its pages, and where programs are among the files, runs code on it.
TRACE shows a script header fields that the browser keeps from it, and an attacker what proxies add to requests.

## Remediation
Allow the methods that the application needs and no other (`LimitExcept`, `limit_except`, `readonly` true in
Tomcat's default servlet), ask WebDAV's users for a log-in, and switch TRACE off (`TraceEnable off`).

## How it is proven
TRACE: a header field of random name and value comes back in the answer's echo, twice, and an ordinary GET with such
a field is not answered by an echo. PUT and DELETE, in intrusive mode only: a text file of random name and
content is written, read back with exactly that content, written again, and removed. Names in the Allow header
prove nothing. Before anything is written a DELETE of a name that does not exist is sent, so that a scan which may
not remove files does not write any.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
    Oracle,
    OriginAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Url,
    check,
)
from cyberai.checkkit.markup import elements
from cyberai.domain.scope import base_path

_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
_MAX_FOLDERS = 12
_MAX_WRITABLE = 4
_TEXT = (("Content-Type", "text/plain"),)


@check(
    id="web.http-methods",
    title="Files can be written by PUT",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:L",
    cwe=("CWE-650",),
    owasp=("A05:2021",),
    scope=Scope.ORIGIN,
    grain=Grain.ORIGIN,
    max_requests=44,
    references=(
        "https://www.rfc-editor.org/rfc/rfc9110#section-9",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/06-Test_HTTP_Methods",
    ),
    tags=("methods", "configuration", "upload"),
)
async def http_methods(origin: OriginAsset, probe: Probe) -> AsyncIterator[Hit]:
    """TRACE at the entry; in intrusive mode, a file in the entry's folder and in those it links to."""
    hit = await _trace(origin.url, probe)
    if hit is not None:
        yield hit
    base = origin.url.with_target(base_path(origin.url))
    # Refused by the scan's mode unless it may delete: then nothing below is sent.
    await probe.send(HttpRequest("DELETE", _file(base, probe)))
    page = await probe.get(origin.url)
    found = 0
    for folder in (base, *_folders(page, base)):
        written = await _write(folder, probe) if found < _MAX_WRITABLE else None
        if written is not None:
            found += 1
            yield written


async def _trace(url: Url, probe: Probe) -> Hit | None:
    name = f"X-{probe.token().capitalize()}"
    first = await probe.send(HttpRequest("TRACE", url, ((name, probe.token()),)))
    if not _echoed(first, name):
        return None
    control = await probe.get(url, ((name, probe.token()),))
    other = f"X-{probe.token().capitalize()}"
    shown = await probe.send(HttpRequest("TRACE", url, ((other, probe.token()),)))
    line = _echoed(shown, other)
    if not line or _echoed(control, name):
        return None
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True),
        evidence=(HttpEvidence(shown, control, line, "TRACE sends the request's header fields back."),),
        url=url,
        cause="TRACE",
        title="TRACE sends requests back",
        detail="A header field of random name and value came back.",
        severity=Severity.LOW,
        cvss=_LOW,
        cwe=("CWE-693",),
    )


def _echoed(exchange: Exchange, name: str) -> str:
    """The line of the echo with the field we sent; a page that shows a request in markup is no echo."""
    response = exchange.response
    sent = exchange.request.header(name) or ""
    begins = response.body.lstrip()[:6].upper() == b"TRACE "
    if response.status != 200 or not (begins or response.content_type == "message/http"):
        return ""
    for line in response.text[:20_000].splitlines():
        field, colon, value = line.partition(":")
        if colon and field.strip().lower() == name.lower() and value.strip() == sent:
            return line.strip()
    return ""


def _file(folder: Url, probe: Probe) -> Url:
    return folder.with_target(f"{folder.path}{probe.token(12)}.txt")


def _folders(page: Exchange, base: Url) -> list[Url]:
    """Folders below the entry's that it links: themselves first, then those of files."""
    themselves: dict[Url, None] = {}
    of_files: dict[Url, None] = {}
    for node in elements(page.response.body) if "html" in page.response.content_type else ():
        reference = node.attributes.get("href") or node.attributes.get("src") or ""
        try:
            target = page.request.url.join(reference)
        except ValueError:
            continue
        folder, _, name = target.path.rpartition("/")
        if target.origin == base.origin and folder.startswith(base.path) and (not name or "." in name):
            (of_files if name else themselves).setdefault(base.with_target(f"{folder}/"))
    return list({**themselves, **of_files})[:_MAX_FOLDERS]


async def _write(folder: Url, probe: Probe) -> Hit | None:
    url = _file(folder, probe)
    first, again = probe.token(24), probe.token(24)
    if not await _kept(url, first, probe):
        return None
    shown = await _kept(url, again, probe)
    control = await probe.get(_file(folder, probe))
    await probe.send(HttpRequest("DELETE", url))
    after = await probe.get(url)
    if shown is None or again.encode() in control.response.body:
        return None
    removed = again.encode() not in after.response.body
    left = (
        "It was removed by DELETE." if removed else f"DELETE did not remove it: {url} is left on the server."
    )
    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=(HttpEvidence(shown, control, again, f"A file was written by PUT and read back. {left}"),),
        url=folder,
        cause=f"PUT in {folder.path}",
        title="Files can be written by PUT" + (" and deleted" if removed else ""),
        detail=f"Folder {folder.path}. {left}",
    )


async def _kept(url: Url, content: str, probe: Probe) -> Exchange | None:
    """The answer with our content, after it was put there; None when it was not kept."""
    answer = await probe.send(HttpRequest("PUT", url, _TEXT, content.encode()))
    if not 200 <= answer.response.status < 300:
        return None
    shown = await probe.get(url)
    return shown if shown.response.status == 200 and shown.response.body.strip() == content.encode() else None
