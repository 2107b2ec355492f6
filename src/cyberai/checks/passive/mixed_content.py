"""A page that came over TLS loads parts, or sends a form, without TLS; or a password form is sent in clear.

## Impact
Whoever is on the way (a wireless network, a router) reads what the form sends, and replaces scripts, styles and
frames that are loaded in clear; a replaced script does whatever the visitor may do on the site.

## Remediation
Write every address of scripts, styles, frames, media and form targets with `https:` or without a host. A
`Content-Security-Policy: upgrade-insecure-requests` mends what was overlooked. Serve pages with password fields
over TLS only.

## How it is proven
The addresses are resolved as a browser does, with the page's `base`, on the parsed page, twice. A page whose policy
upgrades or blocks such loads is silent, and so are plain links, addresses in text, and targets on this machine
itself (loopback), to which nobody can listen.
"""

from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address

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
    Url,
    check,
)
from cyberai.checkkit.markup import Node, elements
from cyberai.checkkit.observation import again, is_document, times_seen

_MEDIUM = "CVSS:3.1/AV:A/AC:H/PR:N/UI:R/S:U/C:H/I:L/A:N"
_LOW = "CVSS:3.1/AV:A/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
_INFO = "CVSS:3.1/AV:A/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:N"
_BANDS = {Severity.MEDIUM: _MEDIUM, Severity.LOW: _LOW, Severity.INFO: _INFO}
_ACTIVE = {"script": "src", "iframe": "src", "frame": "src", "embed": "src", "object": "data"}
_MEDIA = {"img": "src", "audio": "src", "video": "src", "source": "src"}
_CURED = ("upgrade-insecure-requests", "block-all-mixed-content")


class _Load(Struct, frozen=True):
    """One address without TLS: what kind of thing goes there, and the element that says so."""

    kind: str
    severity: Severity
    where: str
    reference: str
    target: Url


@check(
    id="passive.mixed-content",
    title="Parts or forms of a page without TLS",
    severity=Severity.MEDIUM,
    cvss=_MEDIUM,
    cwe=("CWE-319",),
    owasp=("A02:2021",),
    scope=Scope.CONTENT,
    grain=Grain.PATH,
    max_requests=1,
    references=("https://www.w3.org/TR/mixed-content/", "https://www.w3.org/TR/secure-contexts/"),
    tags=("transport", "forms"),
)
async def mixed_content(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One hit per kind of load on the page, at the first of its addresses."""
    first: dict[str, list[_Load]] = {}
    for load in _loads(page.exchange):
        first.setdefault(load.kind, []).append(load)
    if not first:
        return
    answer = await again(page, probe)
    second = {(load.kind, load.reference) for load in _loads(answer)}
    for kind, loads in first.items():
        lasting = [load for load in loads if (kind, load.reference) in second]
        if lasting:
            yield _hit(page.exchange, lasting, times_seen(page, answer))


def _loads(exchange: Exchange) -> Iterator[_Load]:
    if not is_document(exchange):
        return
    nodes = list(elements(exchange.response.body))
    if _is_cured(exchange, nodes):
        return
    secure = exchange.request.url.scheme == "https"
    base = _base(exchange.request.url, nodes)
    for node in nodes:
        load = _form(node, base, secure) or (_part(node, base) if secure else None)
        if load is not None and load.target.scheme == "http" and not _is_loopback(load.target.host):
            yield load


def _is_cured(exchange: Exchange, nodes: list[Node]) -> bool:
    policies = list(exchange.response.header_values("content-security-policy"))
    policies += [
        node.attributes.get("content") or ""
        for node in nodes
        if node.tag == "meta"
        and (node.attributes.get("http-equiv") or "").strip().lower() == "content-security-policy"
    ]
    return any(cure in policy.lower() for policy in policies for cure in _CURED)


def _base(url: Url, nodes: list[Node]) -> Url:
    for node in nodes:
        reference = node.attributes.get("href") if node.tag == "base" else None
        if reference:
            return _resolved(url, reference) or url
    return url


def _resolved(base: Url, reference: str) -> Url | None:
    try:
        return base.join("".join(reference.split()))
    except ValueError:
        return None


def _part(node: Node, base: Url) -> _Load | None:
    tag = node.tag or ""
    if tag in _ACTIVE:
        return _load("script, frame or object", Severity.MEDIUM, tag, node.attributes.get(_ACTIVE[tag]), base)
    if tag == "link" and "stylesheet" in (node.attributes.get("rel") or "").lower().split():
        return _load("style sheet", Severity.MEDIUM, tag, node.attributes.get("href"), base)
    if tag in _MEDIA:
        return _load("picture or medium", Severity.INFO, tag, node.attributes.get(_MEDIA[tag]), base)
    return None


def _form(node: Node, base: Url, secure: bool) -> _Load | None:
    """A form's target; on a page without TLS only that of a form that asks for a password."""
    if node.tag != "form":
        return None
    fields = node.css("input")
    secret = any((field.attributes.get("type") or "").strip().lower() == "password" for field in fields)
    if not secret and not secure:
        return None
    reference = node.attributes.get("action") or ""
    for control in node.css("button, input"):
        reference = control.attributes.get("formaction") or reference
    kind, severity = ("password form", Severity.MEDIUM) if secret else ("form", Severity.LOW)
    return _load(kind, severity, "form", reference or str(base), base)


def _load(kind: str, severity: Severity, tag: str, reference: str | None, base: Url) -> _Load | None:
    target = _resolved(base, reference) if reference else None
    if target is None or reference is None:
        return None
    return _Load(kind, severity, f"<{tag}>", reference.strip()[:300], target)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _hit(exchange: Exchange, loads: list[_Load], repeats: int) -> Hit:
    load = loads[0]
    verb = "sends what is typed into it" if "form" in load.kind else "is loaded"
    match = load.reference if load.reference in exchange.response.text else ""
    note = f"{load.where} {verb} without TLS: {load.target}"
    more = f" and {len(loads) - 1} more" if len(loads) > 1 else ""
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=repeats),
        evidence=(HttpEvidence(exchange, None, match, note[:500]),),
        url=exchange.request.url,
        cause=load.kind,
        title=f"{load.kind[0].upper()}{load.kind[1:]} without TLS",
        detail=f"{load.target}{more}"[:500],
        severity=load.severity,
        cvss=_BANDS[load.severity],
        cwe=("CWE-319", "CWE-523") if load.kind == "password form" else (),
    )
