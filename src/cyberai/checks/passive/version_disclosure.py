"""Answers name the server's software with its version, or a framework that nobody needs to know.

## Impact
Nothing is open by it. It spares an attacker the guess which published flaws to try.

## Remediation
Leave the version out: `ServerTokens Prod` (Apache), `server_tokens off` (nginx), `expose_php = Off` (PHP),
`app.disable("x-powered-by")` (Express), `<httpRuntime enableVersionHeader="false">` (ASP.NET). Updates protect,
silence only delays.

## How it is proven
A header field, or the page's `generator`, names a product followed by a version number, in two answers. Dates,
hashes and bare product names are no versions. It is a remark (info) and never counts as more.
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
from cyberai.checkkit.markup import elements
from cyberai.checkkit.observation import again, is_document, times_seen
from cyberai.checkkit.text import Pattern, excerpt

_FIELDS = (
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-runtime-version",
    "x-drupal-version",
    "x-backend-server",
    "microsoftsharepointteamservices",
    "liferay-portal",
    "via",
)
_BARE = frozenset({"x-aspnet-version", "x-aspnetmvc-version", "microsoftsharepointteamservices"})
_PRODUCT = Pattern(r"[A-Za-z][\w.+\-]{0,40}[/ ]v?[0-9]{1,4}\.[0-9][\w.\-+~]{0,30}")
_GENERATOR = Pattern(
    r"[A-Za-z][\w.+!\-]{1,40}(?: [A-Za-z]\w{0,20}){0,3}[/ ]v?[0-9]{1,3}\.[0-9][\w.\-+]{0,20}"
)
_VERSION = Pattern(r"^[0-9]{1,3}\.[0-9][0-9.]{0,20}$")
_HOPS = ("http/", "https/", "1.0", "1.1", "2.0", "3.0")


class _Told(Struct, frozen=True):
    """`where` names the field, `text` is what it says, `line` stands in the answer."""

    where: str
    text: str
    line: str


@check(
    id="passive.version-disclosure",
    title="Software version disclosed",
    severity=Severity.INFO,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N",
    cwe=("CWE-497",),
    owasp=("A05:2021",),
    scope=Scope.PAGE,
    grain=Grain.ORIGIN,
    max_requests=1,
    references=("https://cwe.mitre.org/data/definitions/497.html",),
    tags=("headers", "fingerprint"),
)
async def version_disclosure(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One remark per field and product; shares its second look with the other page checks."""
    told = {(entry.where, entry.text): entry for entry in _told(page.exchange)}
    if not told:
        return
    answer = await again(page, probe)
    second = {(entry.where, entry.text) for entry in _told(answer)}
    for key, entry in told.items():
        if key in second:
            yield Hit(
                proof=Proof(Oracle.OBSERVATION, repeats=times_seen(page, answer)),
                evidence=(
                    HttpEvidence(page.exchange, None, entry.line, f"{entry.where} says {entry.text}."),
                ),
                url=page.exchange.request.url,
                cause=f"{entry.where}: {_name(entry.text)}",
                title=f"{entry.where} discloses {entry.text}",
                detail=f"{entry.where}: {entry.text}",
            )


def _name(text: str) -> str:
    # Without the version: an update of the server is not another vulnerability.
    return text.rstrip("0123456789.").rpartition("/")[0] or text.partition(" ")[0]


def _told(exchange: Exchange) -> Iterator[_Told]:
    for name, value in exchange.response.headers:
        field = name.lower()
        if field not in _FIELDS:
            continue
        raw = value.encode("utf-8", "replace")[:500]
        if field in _BARE and _VERSION.search(raw.strip()):
            yield _Told(name, excerpt(raw.strip()), f"{name}: {value}"[:500])
        for match in _PRODUCT.finditer(raw):
            text = excerpt(match.text)
            # The protocol that a proxy speaks is no product.
            if not (field == "via" and text.lower().startswith(_HOPS)):
                yield _Told(name, text, f"{name}: {value}"[:500])
    if is_document(exchange) and b"generator" in exchange.response.body.lower():
        yield from _generators(exchange)


def _generators(exchange: Exchange) -> Iterator[_Told]:
    for node in elements(exchange.response.body):
        if node.tag == "meta" and (node.attributes.get("name") or "").strip().lower() == "generator":
            content = (node.attributes.get("content") or "")[:200]
            match = _GENERATOR.search(content.encode("utf-8", "replace"))
            if match is not None:
                text = excerpt(match.text)
                yield _Told("meta generator", text, text if text in exchange.response.text else "")
