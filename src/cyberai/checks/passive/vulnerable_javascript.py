"""A page runs a JavaScript library in a version for which flaws have been published.

## Impact
Most such flaws are cross-site scripting: text that the page hands to the library as data becomes a script in the
visitor's browser. How far this page can be attacked depends on how it uses the library.

## Remediation
Take a version in which the flaws are repaired, best with a lock file and a tool that tells when the next one is
due. Delete copies that no page uses any more.

## How it is proven
The library's own text or the hash of its file names the version (Retire.js patterns), or the address it is loaded
from carries it, twice; the version lies in a published range. A file's name alone is believed as far as a name
goes (tier strong). A script is judged by its text, never by the comment of a page or a link to it.
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    Oracle,
    PageAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    check,
)
from cyberai.checkkit.libraries import Library, Weakness, libraries_in, library_at, library_named
from cyberai.checkkit.markup import elements
from cyberai.checkkit.observation import again, is_document, times_seen
from cyberai.checkkit.text import excerpt

_SEVERITIES = {
    "low": (Severity.LOW, "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N"),
    "medium": (Severity.MEDIUM, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"),
    "high": (Severity.HIGH, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"),
}
_MAX_NAMED = 4


class _Use(Struct, frozen=True):
    """A library in this answer: where it shows, and whether only a name says so."""

    library: Library
    where: str
    named: bool = False


@check(
    id="passive.vulnerable-javascript",
    title="JavaScript library with known flaws",
    severity=Severity.MEDIUM,
    cvss=_SEVERITIES["medium"][1],
    cwe=("CWE-1395",),
    owasp=("A06:2021",),
    scope=Scope.CONTENT,
    grain=Grain.ORIGIN,
    max_requests=1,
    references=("https://retirejs.github.io/retire.js/", "https://cwe.mitre.org/data/definitions/1395.html"),
    tags=("javascript", "components", "outdated"),
)
async def vulnerable_javascript(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One hit per library and version; nothing is sent unless one with flaws was seen."""
    uses = {use.library: use for use in _uses(page.exchange) if use.library.weaknesses}
    if not uses:
        return
    answer = await again(page, probe)
    second = {(use.library.name, use.library.version) for use in _uses(answer)}
    for library, use in uses.items():
        if (library.name, library.version) in second:
            yield _hit(page.exchange, use, 1 if use.named else times_seen(page, answer))


def _uses(exchange: Exchange) -> Iterator[_Use]:
    response = exchange.response
    if response.status != 200:
        return
    if is_document(exchange):
        yield from _of_page(exchange)
    elif "javascript" in response.content_type or exchange.request.url.path.endswith((".js", ".mjs")):
        found = libraries_in(response.body)
        yield from (_Use(library, "the script's own text") for library in found)
        name = library_named(exchange.request.url.path.rpartition("/")[2])
        # A page that stands for "not found" has a script's name too; what begins with markup is no script.
        if name is not None and not found and not response.body.lstrip().startswith(b"<"):
            yield _Use(name, "the file's name", named=True)


def _of_page(exchange: Exchange) -> Iterator[_Use]:
    own = exchange.request.url.origin
    for node in elements(exchange.response.body):
        if node.tag != "script":
            continue
        source = node.attributes.get("src")
        if source is None:
            text = node.text(deep=True).encode("utf-8", "replace")
            yield from (_Use(library, "a script within the page") for library in libraries_in(text))
            continue
        try:
            url = exchange.request.url.join(source)
        except ValueError:
            continue
        # A script of this site is looked at by its text when the crawler comes to it.
        library = library_at(str(url)) or library_named(url.path.rpartition("/")[2])
        if library is not None and url.origin != own:
            yield _Use(library, f"the address {str(url)[:200]}")


def _hit(exchange: Exchange, use: _Use, repeats: int) -> Hit:
    library, weaknesses = use.library, use.library.weaknesses
    severity, cvss = _SEVERITIES.get(weaknesses[0].severity, _SEVERITIES["high"])
    named = [flaw.ids[0] if flaw.ids else flaw.summary for flaw in weaknesses[:_MAX_NAMED]]
    more = len(weaknesses) - len(named)
    text = ", ".join(named) + (f" and {more} more" if more else "")
    note = f"{library.name} {library.version} by {use.where}: {weaknesses[0].summary or named[0]}"
    match = excerpt(library.match, 200)
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=repeats),
        evidence=(HttpEvidence(exchange, None, match if match in exchange.response.text else "", note),),
        url=exchange.request.url,
        cause=f"{library.name} {library.version}",
        title=f"{library.name} {library.version} has known flaws",
        detail=f"{text}. Repaired in {_repaired(weaknesses)}.",
        severity=severity,
        cvss=cvss,
        cve=tuple(id for flaw in weaknesses for id in flaw.ids if id.startswith("CVE-")),
        cwe=("CWE-1395", *dict.fromkeys(c for flaw in weaknesses for c in flaw.cwe))[:6],
    )


def _repaired(weaknesses: tuple[Weakness, ...]) -> str:
    versions = dict.fromkeys(flaw.below for flaw in weaknesses)
    return ", ".join(list(versions)[:_MAX_NAMED])
