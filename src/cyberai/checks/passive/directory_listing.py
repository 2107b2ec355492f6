"""The web server lists what lies in a folder because the folder has no start page.

## Impact
Files that no page links can be found and fetched: uploads of other people, backups, dumps, drafts, old versions
of programs.

## Remediation
Switch the listing off: `Options -Indexes` (Apache), `autoindex off` (nginx), `directoryBrowse enabled="false"`
(IIS), `listings` false (Tomcat). Keep files that are not for everyone outside the folder that is served.

## How it is proven
The page has the build of a server's listing: it says which folder it lists, in the words of a known server, or
carries the server's own links for sorting and for the folder above; most of its links lead to entries right in
this folder, and at least one does. A second look shows it again, and a name that cannot exist in the folder does
not. A page of an application that merely speaks of an index has other links.
"""

from collections.abc import AsyncIterator
from urllib.parse import unquote

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
from cyberai.checkkit.markup import elements
from cyberai.checkkit.observation import again
from cyberai.checkkit.text import Pattern, excerpt

_MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
# Apache, nginx, lighttpd, Python, Jetty, Tomcat, serve-index, IIS; the folder's name begins with a slash.
_SAID = Pattern(
    r"<(?:title|h1|h2)[^>]{0,80}>\s*(?:[\w.:\-]{1,100} - /|(?:~ )?(?:index of|directory listing (?:for|of)|directory:|"
    r"listing directory|files within|contents of)\s{1,4}(?:<[a-z]+>)?\[?(?:[\w.:\-]{0,100})?/)",
    ignore_case=True,
)
_UP = Pattern(r"\[To Parent Directory\]|>\s*Parent Directory\s*<|Up To \[", ignore_case=True)
_SORTING = Pattern(r"^\?(?:C=[NMSD];?&?(?:amp;)?O=[AD]|[NMSD]=[AD]|sort=\w+|ls)", ignore_case=True)
_PLAIN = (
    ".css",
    ".js",
    ".mjs",
    ".map",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".ico",
    ".webp",
    ".woff",
    ".woff2",
    ".ttf",
)
_SHOWN = 6


class _Links(Struct, frozen=True):
    """The links of a page, seen from its folder."""

    entries: tuple[str, ...]
    upward: int
    sorting: int
    elsewhere: int


@check(
    id="passive.directory-listing",
    title="Directory listing",
    severity=Severity.MEDIUM,
    cvss=_MEDIUM,
    cwe=("CWE-548",),
    owasp=("A05:2021",),
    scope=Scope.CONTENT,
    grain=Grain.PATH,
    max_requests=2,
    references=("https://cwe.mitre.org/data/definitions/548.html",),
    tags=("exposure", "files", "configuration"),
)
async def directory_listing(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Reads the page; only what looks like a listing costs the second look and the control."""
    match = _listing(page.exchange)
    if not match or page.exchange.request.method != "GET":
        return
    url = page.exchange.request.url
    second = await again(page, probe)
    missing = await probe.missing(url.with_target(url.path))
    if not _listing(second) or (missing.response.status == 200 and _SAID.search(missing.response.body)):
        return
    entries = _links(second).entries
    plain = all(name.lower().endswith(_PLAIN) for name in entries)
    names = ", ".join(entries[:_SHOWN]) + (
        f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
    )
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(HttpEvidence(second, missing, match, f"The server lists the folder: {names}"[:500]),),
        url=url,
        title=f"Directory listing of {unquote(url.path)[:120]}",
        detail=f"Listed: {names}."[:500],
        severity=Severity.LOW if plain else None,
        cvss=_LOW if plain else None,
    )


def _listing(exchange: Exchange) -> str:
    """The words that make this answer a listing of its folder; empty when it is none."""
    response, url = exchange.response, exchange.request.url
    if response.status != 200 or not url.path.endswith("/") or "html" not in response.content_type:
        return ""
    said = _SAID.search(response.body)
    up = _UP.search(response.body)
    if said is None and up is None:
        return ""
    links = _links(exchange)
    own = len(links.entries) + links.upward + links.sorting
    if not links.entries or links.elsewhere >= own:
        return ""
    # Without the server's words, its links for sorting must be there.
    if said is None and links.sorting == 0 and b"[To Parent Directory]" not in response.body:
        return ""
    words = said or up
    return excerpt(words.text).strip() if words is not None else ""


def _links(exchange: Exchange) -> _Links:
    entries: dict[str, None] = {}
    upward = sorting = elsewhere = 0
    url = exchange.request.url
    for node in elements(exchange.response.body):
        reference = node.attributes.get("href") if node.tag == "a" else None
        if not reference:
            continue
        if _SORTING.search(reference.encode("utf-8", "replace")):
            sorting += 1
            continue
        try:
            target = url.join(reference)
        except ValueError:
            elsewhere += 1
            continue
        rest = target.path.removeprefix(url.path)
        name = rest.removesuffix("/")
        if target.origin == url.origin and target.path != rest and name and "/" not in name:
            entries.setdefault(unquote(rest)[:80])
        elif target.origin == url.origin and url.path.startswith(target.path):
            upward += 1
        else:
            elsewhere += 1
    return _Links(tuple(entries), upward, sorting, elsewhere)
