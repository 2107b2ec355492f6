"""Copies that editors, people or deployments left beside a program are served as text, or a folder as an archive.

## Impact
The program's source code is read, with the passwords, keys and mistakes in it. An archive holds all of the folder.

## Remediation
Keep copies out of the folder that is served, publish from a repository instead of editing in place, and refuse the
endings of copies (`.bak`, `.old`, `.orig`, `~`, `.swp`, `.zip`, `.tar.gz`) in the web server.

## How it is proven
The copy's own structure shows: source code of the language in the program's name, the first bytes of an editor's
swap file or of an archive that has the folder's name. It comes twice, it is not what the program itself answers,
and a sibling of a random name with the same ending, which cannot exist, is not answered in this way, so a site
that answers every name is silent.
"""

from collections.abc import AsyncIterator, Iterator

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
    Struct,
    Url,
    check,
)
from cyberai.checkkit.markup import elements
from cyberai.checkkit.sensitive_files import SENSITIVE_FILES, is_page
from cyberai.checkkit.text import Pattern, excerpt
from cyberai.domain.scope import base_path

_CVSS = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
_MAX_PROGRAMS = 6
_MAX_FOLDERS = 3
_ENDINGS = ("@.bak", "@~", "@.old", "@.orig", "@.save", "@.txt", ".@.swp")
_ARCHIVES = (".zip", ".tar.gz")

_PHP = Pattern(r"<\?(?:php\b|=)[\s\S]*?(?:;|\?>|\{)")
_JSP = Pattern(r"<%(?:@ ?page\b|@ ?include\b|!|=)?[\s\S]*?%>|<jsp:")
_ASP = Pattern(
    r"<%@ ?(?:page|language|control|webservice|webhandler)\b|<%[\s\S]*?(?:%>)|(?i:<script[^>]*runat=)"
)
_PYTHON = Pattern(r"(?m)^(?:import \w[\w., ]*|from [\w.]+ import [\w*, (]+|def \w+\(.*|class \w+.*:)\s*$")
_PERL = Pattern(r"(?m)^#!\s?/[\w/.]*perl|^\s*use (?:strict|warnings|CGI)\b|^\s*my [$@%]\w+")
_RUBY = Pattern(r"(?m)^require ['\"]|^\s*def \w+|^class [A-Z]\w*")
_SHELL = Pattern(r"^#!\s?/[\w/.]*(?:sh|env) ?|(?m:^\s*echo ['\"]?Content-[Tt]ype)")
_COLD = Pattern(r"(?i)<cf(?:set|query|output|component|include)\b")
_SOURCE = {
    ".php": _PHP,
    ".php3": _PHP,
    ".php5": _PHP,
    ".phtml": _PHP,
    ".inc": _PHP,
    ".jsp": _JSP,
    ".jspx": _JSP,
    ".do": _JSP,
    ".asp": _ASP,
    ".aspx": _ASP,
    ".ashx": _ASP,
    ".asmx": _ASP,
    ".py": _PYTHON,
    ".pl": _PERL,
    ".cgi": Pattern(r"(?m)^#!\s?/[\w/. ]*(?:perl|python|sh|bash|ruby)"),
    ".rb": _RUBY,
    ".sh": _SHELL,
    ".cfm": _COLD,
}
_SWAP = Pattern(r"^b0VIM [\s\S]")
_ZIP = Pattern(r"^PK\x03\x04[\s\S]{26}([\w./\-]{2,100})")
_GZIP = Pattern(r"^\x1f\x8b\x08[\x00-\x1f]")


class _Copy(Struct, frozen=True):
    """A place where a copy may lie, and the structures that prove one."""

    url: Url
    original: Url
    structures: tuple[Pattern, ...]
    archive: bool = False


@check(
    id="web.backup-files",
    title="Backup copy of a program exposed",
    severity=Severity.HIGH,
    cvss=_CVSS,
    cwe=("CWE-530",),
    owasp=("A05:2021",),
    scope=Scope.ORIGIN,
    grain=Grain.ORIGIN,
    max_requests=75,
    references=("https://cwe.mitre.org/data/definitions/530.html",),
    tags=("exposure", "files", "source"),
)
async def backup_files(origin: OriginAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Seven names of copies for each of six programs the entry links, two archives for each of three folders; one
    hit per copy."""
    page = await probe.get(origin.url)
    for copy in (*_of_programs(page), *_of_folders(page)):
        hit = await _look(copy, probe)
        if hit is not None:
            yield hit


def _of_programs(page: Exchange) -> Iterator[_Copy]:
    known = {path.rpartition("/")[2] for file in SENSITIVE_FILES for path in file.paths}
    for program in _programs(page):
        folder, _, name = program.path.rpartition("/")
        for ending in _ENDINGS:
            copied = ending.replace("@", name)
            # Copies of configuration files are another check's.
            if copied in known:
                continue
            structures = (_SWAP,) if ending.endswith(".swp") else (_source(program),)
            yield _Copy(program.with_target(f"{folder}/{copied}"), program, structures)


def _of_folders(page: Exchange) -> Iterator[_Copy]:
    base = base_path(page.request.url)
    for folder in _folders(page, base):
        for ending in _ARCHIVES:
            structure = _ZIP if ending == ".zip" else _GZIP
            bare = folder.with_target(folder.path.rstrip("/"))
            yield _Copy(bare.with_target(bare.path + ending), folder, (structure,), archive=True)


def _programs(page: Exchange) -> list[Url]:
    """Programs of this origin that the entry is or links to, by their endings."""
    found: dict[str, Url] = {}
    for url in (page.request.url, *_references(page)):
        if url.origin == page.request.url.origin and _extension(url) in _SOURCE:
            found.setdefault(url.path, url.with_target(url.path))
    return list(found.values())[:_MAX_PROGRAMS]


def _folders(page: Exchange, base: str) -> list[Url]:
    found: dict[str, Url] = {}
    for url in _references(page):
        name, slash, _ = url.path.removeprefix(base).partition("/")
        if url.origin == page.request.url.origin and url.path.startswith(base) and slash and name:
            found.setdefault(name, url.with_target(f"{base}{name}/"))
    return list(found.values())[:_MAX_FOLDERS]


def _references(page: Exchange) -> Iterator[Url]:
    if "html" not in page.response.content_type:
        return
    for node in elements(page.response.body):
        for name in ("href", "src", "action"):
            reference = node.attributes.get(name)
            if not reference:
                continue
            try:
                yield page.request.url.join(reference)
            except ValueError:
                continue


def _extension(url: Url) -> str:
    name = url.path.rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def _source(program: Url) -> Pattern:
    return _SOURCE[_extension(program)]


async def _look(copy: _Copy, probe: Probe) -> Hit | None:
    first = await probe.get(copy.url)
    if not _shown(copy, first):
        return None
    sibling = await probe.missing(copy.url)
    # A server that answers any name, or runs any name with this ending, answers the sibling too.
    if _shown(copy, sibling) or sibling.response.body == first.response.body:
        return None
    if not copy.archive:
        original = await probe.get(copy.original)
        if original.response.body == first.response.body or _shown(copy, original):
            return None
    second = await probe.get(copy.url)
    match = _shown(copy, second)
    return _hit(copy, second, sibling, match) if match else None


def _shown(copy: _Copy, exchange: Exchange) -> str:
    body = exchange.response.body
    if exchange.response.status != 200 or (not copy.archive and _rendered(body)):
        return ""
    for structure in copy.structures:
        match = structure.search(body)
        if match is not None:
            return excerpt(match.text, 200).strip() or "binary"
    return ""


def _rendered(body: bytes) -> bool:
    """True for a page without source: markup that a program has already made."""
    return is_page(body) and b"<?" not in body and b"<%" not in body and b"<cf" not in body.lower()


def _hit(copy: _Copy, shown: Exchange, control: Exchange, match: str) -> Hit:
    name = copy.url.path.rpartition("/")[2]
    what = "An archive of the folder" if copy.archive else "The source code of"
    note = f"{what} {copy.original.path} is served as {name}."
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(HttpEvidence(shown, control, match if match in shown.response.text else "", note),),
        url=copy.url,
        cause=copy.url.path,
        title=f"{name} exposed (copy of {copy.original.path})"[:200],
        detail=note,
    )
