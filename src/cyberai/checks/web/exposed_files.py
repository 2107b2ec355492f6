"""Files that belong to the making of the site and not to the site are served: repositories, settings, copies
of configuration, keys, dumps of the database.

## Impact
Whoever asks for them gets source code, passwords, keys or the data itself, without any further attack.

## Remediation
Remove them from the folder that is served, and have the web server refuse names that begin with a dot and the
endings of copies (`.bak`, `~`, `.old`, `.sql`). Publish a build, not a working copy. Change every password and
key that was in such a file.

## How it is proven
The body has the file's own structure (a Git HEAD together with its config, lines of settings, the first bytes
of an archive), twice; it is not an HTML page, and a file of a random name beside it, which cannot exist, does
not look so. A status code alone proves nothing.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    Oracle,
    OriginAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Url,
    check,
    replace,
)
from cyberai.checkkit.markup import elements
from cyberai.checkkit.sensitive_files import (
    HIGH,
    LOW,
    MEDIUM,
    SENSITIVE_FILES,
    SensitiveFile,
    technologies,
)
from cyberai.checkkit.text import excerpt
from cyberai.domain.scope import base_path

_MAX_FOLDERS = 8
_MAX_DOUBTFUL = 16
_SEVERITY = {HIGH: Severity.HIGH, MEDIUM: Severity.MEDIUM, LOW: Severity.LOW}


@check(
    id="web.exposed-files",
    title="Internal file exposed",
    severity=Severity.HIGH,
    cvss=HIGH,
    cwe=("CWE-538",),
    owasp=("A05:2021",),
    scope=Scope.ORIGIN,
    grain=Grain.ORIGIN,
    max_requests=260,
    references=(
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ),
    tags=("exposure", "files", "vcs"),
)
async def exposed_files(origin: OriginAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Every file of the list in the entry's folder, the most telling ones in the folders it links to; one hit
    per kind of file and folder."""
    entry = base_path(origin.url)
    page = await probe.get(origin.url)
    known = technologies(page.response)
    for folder in (entry, *await _folders(page, entry, probe)):
        for file in SENSITIVE_FILES:
            for path in _asked(file, origin.url, folder == entry, known):
                hit = await _look(file, origin.url.with_target(folder + path), probe)
                if hit is not None:
                    yield hit if folder == entry else _elsewhere(hit, folder)
                    break


def _asked(file: SensitiveFile, url: Url, at_entry: bool, known: frozenset[str]) -> tuple[str, ...]:
    """The paths to ask for in the entry's folder, or in another; fewer where nothing speaks for them."""
    if file.technology and file.technology not in known:
        return file.in_folders if at_entry else ()
    return tuple(_paths(file, url)) if at_entry else file.in_folders


async def _folders(page: Exchange, entry: str, probe: Probe) -> list[str]:
    """Folders right below the entry's that its page links into, and that are there: links to a folder itself
    first, others when the server has something to say at their name. At most eight."""
    url = page.request.url
    known, doubtful = _linked(page, entry)
    for folder in doubtful[:_MAX_DOUBTFUL]:
        if len(known) >= _MAX_FOLDERS:
            break
        answer = await probe.get(url.with_target(folder))
        if answer.response.status in (200, 401, 403) and answer.response.status != await _absent(
            url, folder, probe
        ):
            known.append(folder)
    return known[:_MAX_FOLDERS]


async def _absent(url: Url, folder: str, probe: Probe) -> int:
    # A name beside the folder, not in it: where anything answers 200, a folder's 200 says nothing.
    return (await probe.missing(url.with_target(folder.rstrip("/")))).response.status


def _linked(page: Exchange, entry: str) -> tuple[list[str], list[str]]:
    exact: list[str] = []
    inside: list[str] = []
    url = page.request.url
    for node in elements(page.response.body) if page.response.content_type == "text/html" else ():
        reference = (
            node.attributes.get("href") or node.attributes.get("src") or node.attributes.get("action") or ""
        )
        try:
            target = url.join(reference)
        except ValueError:
            continue
        name, slash, rest = target.path.removeprefix(entry).partition("/")
        if target.origin == url.origin and target.path.startswith(entry) and slash and name:
            (inside if rest else exact).append(f"{entry}{name}/")
    known = list(dict.fromkeys(exact))
    return known, [folder for folder in dict.fromkeys(inside) if folder not in known]


def _elsewhere(hit: Hit, folder: str) -> Hit:
    return replace(hit, cause=f"{hit.cause} in {folder}")


def _paths(file: SensitiveFile, url: Url) -> list[str]:
    labels = url.host.split(".")
    name = labels[-2] if len(labels) > 1 and not labels[-1].isdecimal() else ""
    paths = []
    for path in file.paths:
        if ("{name}" in path and not name) or ("{host}" in path and ":" in url.host):
            continue
        paths.append(path.replace("{host}", url.host).replace("{name}", name))
    return paths


async def _look(file: SensitiveFile, url: Url, probe: Probe) -> Hit | None:
    first = await probe.get(url)
    if not _shows(file, first):
        return None
    missing = await probe.missing(url)
    if _shows(file, missing) or missing.response.body == first.response.body:
        return None
    if file.companion_structure is not None and not await _accompanied(file, url, probe):
        return None
    second = await probe.get(url)
    match = file.shown(second.response.body)
    if match is None or second.response.status != 200:
        return None
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(HttpEvidence(second, missing, excerpt(match.text).strip(), file.gives),),
        url=url,
        cause=file.cause,
        title=f"{_name(file, url)} exposed",
        detail=file.gives,
        severity=_SEVERITY[file.cvss],
        cvss=file.cvss,
        cwe=("CWE-527",) if file.cause in (".git", ".svn", ".hg", ".bzr", "CVS") else (),
    )


def _name(file: SensitiveFile, url: Url) -> str:
    """The file as one would call it: `.git/HEAD`, not `HEAD`; its own name where the list has a pattern."""
    known = (path.lstrip("/") for path in file.paths if url.path.endswith(path))
    return next(known, "") or url.path.rpartition("/")[2] or file.cause


def _shows(file: SensitiveFile, exchange: Exchange) -> bool:
    return exchange.response.status == 200 and file.shown(exchange.response.body) is not None


async def _accompanied(file: SensitiveFile, url: Url, probe: Probe) -> bool:
    first_folder = file.paths[0].rpartition("/")[0]
    beside = url.path.rpartition("/")[0].removesuffix(first_folder) + file.companion
    answer = await probe.get(url.with_target(beside))
    structure = file.companion_structure
    return (
        answer.response.status == 200
        and structure is not None
        and structure.search(answer.response.body) is not None
    )
