"""A cookie that holds a session is set without the attributes by which a browser keeps it to itself.

## Impact
Without HttpOnly a script that an attacker managed to place reads the session. Without Secure it travels in
clear text as soon as one request goes without TLS. Without SameSite older browsers send it with requests that
other sites cause.

## Remediation
Set session cookies with `HttpOnly; Secure; SameSite=Lax` (or `Strict`), best with the name prefix `__Host-`.
Frameworks have a switch for each of them in their session settings.

## How it is proven
The Set-Cookie header is read as browsers read it, and a second answer must set the cookie in the same way.
Only cookies that carry a session or a token by their name, or a long random value, count; a cookie that is
being deleted does not, nor one that remembers what the visitor just wrote, nor one whose value is short and the same for everybody (`session_banner_seen=1`), and tokens
that scripts must read (XSRF) need no HttpOnly.
"""

from collections import Counter
from collections.abc import AsyncIterator
from math import log2
from urllib.parse import unquote_plus

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
    Oracle,
    PageAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    check,
)
from cyberai.checkkit.observation import again
from cyberai.checkkit.text import Pattern

# An author's name is no authentication.
_SESSION = Pattern(
    r"(sess|^sid$|[_.\-]sid$|^sid[_.\-]|sid$|auth(?:$|[^o]|o$|o[^r])|authori[sz]|token|jwt|login|remember|^connect\.|identity|^user$|^uid$|ticket|^s$|access|refresh)",
    ignore_case=True,
)
_FOR_SCRIPTS = Pattern(r"(xsrf|csrf)", ignore_case=True)
_MEASURING = Pattern(
    r"^(_ga|_gid|_gat|_gcl|_fbp|_fbc|__utm|_hj|_pk_|amplitude|ajs_|optimizely|_uet|ai_user|ai_session|__cf|_cf|cf_|datr|nid$|"
    r"awsalb|bigip|incap_|visid_|route$|serverid|lb)",
    ignore_case=True,
)
_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N"


_SHORT = 12
"""Below this many characters a value must differ from visit to visit to be a session: no program guards one with
less than 64 bits, and what all visitors get tells nobody apart."""


class _Cookie(Struct, frozen=True):
    name: str
    value: str
    attributes: dict[str, str]
    line: str


@check(
    id="passive.cookie-flags",
    title="Session cookie without protective attributes",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N",
    cwe=("CWE-1004",),
    owasp=("A05:2021",),
    scope=Scope.PAGE,
    grain=Grain.ORIGIN,
    max_requests=2,
    references=("https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",),
    tags=("cookies", "session", "hardening"),
)
async def cookie_flags(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One hit per session cookie that lacks an attribute in two answers."""
    wrong = [
        (cookie, faults) for cookie in _cookies(page.exchange) if (faults := _faults(cookie, page.exchange))
    ]
    if not wrong:
        return
    second = await again(page, probe)
    later = {cookie.name: cookie for cookie in _cookies(second)}
    for cookie, faults in wrong:
        other = later.get(cookie.name)
        if len(cookie.value) < _SHORT and (other is None or other.value == cookie.value):
            continue
        repeated = second is not page.exchange and other is not None and _faults(other, second) == faults
        yield _hit(page, cookie, faults, 2 if repeated else 1)


def _cookies(exchange: Exchange) -> list[_Cookie]:
    found = []
    for line in exchange.response.header_values("set-cookie"):
        pair, *parts = line.split(";")
        name, equals, value = pair.partition("=")
        if not equals:
            continue
        attributes = {n.strip().lower(): v.strip() for n, _, v in (part.partition("=") for part in parts)}
        cookie = _Cookie(name.strip(), value.strip().strip('"'), attributes, line)
        if _holds_session(cookie, exchange.request):
            found.append(cookie)
    return found


def _holds_session(cookie: _Cookie, request: HttpRequest) -> bool:
    gone = cookie.attributes.get("max-age", "").lstrip("-") != cookie.attributes.get("max-age", "")
    gone = gone or cookie.attributes.get("max-age") == "0" or "1970" in cookie.attributes.get("expires", "")
    name = cookie.name.encode("utf-8", "replace")
    if (
        gone
        or not cookie.value
        or cookie.value.lower() in ("deleted", "null", "false", "true")
        or _MEASURING.search(name)
    ):
        return False
    if _SESSION.search(name) is not None or _FOR_SCRIPTS.search(name) is not None:
        return True
    return _random(cookie.value) and not _was_sent(cookie.value, request)


def _was_sent(value: str, request: HttpRequest) -> bool:
    """Whether the value is what the visitor just wrote, remembered for the next form."""
    sent = f"{request.url.query}&{request.body.decode('latin-1')}"
    return unquote_plus(value) in unquote_plus(sent)


def _random(value: str) -> bool:
    """A long value of letters and digits with at least 80 bits by its own letter statistics."""
    if len(value) < 20 or not any(c.isdigit() for c in value) or not any(c.isalpha() for c in value):
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * log2(n / len(value)) for n in counts.values())
    return entropy * len(value) >= 80 and entropy >= 3.2 and not any(c in value for c in " {}[],:/")


def _faults(cookie: _Cookie, exchange: Exchange) -> tuple[str, ...]:
    attributes = cookie.attributes
    for_scripts = _FOR_SCRIPTS.search(cookie.name.encode("utf-8", "replace")) is not None
    faults = []
    if "httponly" not in attributes and not for_scripts:
        faults.append("HttpOnly")
    if attributes.get("samesite", "").lower() not in ("lax", "strict", "none"):
        faults.append("SameSite")
    if "secure" not in attributes and exchange.request.url.scheme == "https":
        faults.append("Secure")
    # A token that scripts must read and that forges nothing by itself needs no SameSite either.
    return () if for_scripts and faults == ["SameSite"] else tuple(faults)


def _hit(page: PageAsset, cookie: _Cookie, faults: tuple[str, ...], repeats: int) -> Hit:
    only_same_site = faults == ("SameSite",)
    missing = " and ".join(faults) if len(faults) < 3 else ", ".join(faults[:-1]) + f" and {faults[-1]}"
    weakness = {"HttpOnly": "CWE-1004", "SameSite": "CWE-1275", "Secure": "CWE-614"}
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=repeats),
        evidence=(
            HttpEvidence(
                page.exchange, None, f"{cookie.name}=", f"The cookie lacks {missing}: {_shown(cookie)}"
            ),
        ),
        url=page.exchange.request.url,
        cause=cookie.name,
        title=f"Session cookie {cookie.name} without {missing}",
        detail=f"Missing: {', '.join(faults)}.",
        severity=Severity.LOW if only_same_site else None,
        cvss=_LOW if only_same_site else None,
        cwe=tuple(weakness[fault] for fault in faults),
    )


def _shown(cookie: _Cookie) -> str:
    # The value is a secret; its attributes are what the finding is about.
    return (
        f"{cookie.name}=...;{cookie.line.partition(';')[2]}"[:300]
        if ";" in cookie.line
        else f"{cookie.name}=..."
    )
