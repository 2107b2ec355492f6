"""Would the page's Content-Security-Policy let this script run?

The relevant part of CSP Level 3: which directive rules each way a script comes into a page, what `'unsafe-inline'`,
nonces, hashes, `'strict-dynamic'` and `'unsafe-hashes'` mean for it, and that every policy must agree. A policy that
only reports keeps nothing from running. Hashes never match what we inject, since its names are random.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from cyberai.checkkit.text import Pattern
from cyberai.domain.http import HttpResponse

MAX_POLICY = 16_384
_KEY_SOURCE = Pattern(r"(?i)^'(?:nonce-[A-Za-z0-9+/_\-]+=*|sha(?:256|384|512)-[A-Za-z0-9+/_\-]+=*)'$")


class Way(StrEnum):
    """How a script comes into a page."""

    ELEMENT = "element"
    HANDLER = "handler"
    ADDRESS = "address"
    EXTERNAL = "external"
    STYLE = "style"


_ELEMENTS = ("script-src-elem", "script-src", "default-src")
_RULED_BY = {
    Way.ELEMENT: _ELEMENTS,
    Way.HANDLER: ("script-src-attr", "script-src", "default-src"),
    Way.ADDRESS: _ELEMENTS,
    Way.EXTERNAL: _ELEMENTS,
    Way.STYLE: ("style-src-attr", "style-src", "default-src"),
}
"""The directives that may rule each way; the first one that a policy has does."""


class Injected(Struct, frozen=True):
    """A script of ours: the way it comes in, the nonce of the element it stands in, the host it comes from."""

    way: Way
    nonce: str = ""
    host: str = ""
    scheme: str = "https"


Policy = Mapping[str, tuple[str, ...]]


def policies_of(response: HttpResponse, metas: Iterable[str] = ()) -> list[Policy]:
    """The enforced policies of an answer: those of its header fields, and of the `meta` elements given."""
    texts = [text for value in response.header_values("content-security-policy") for text in value.split(",")]
    found = [parsed(text) for text in (*texts, *metas)]
    return [policy for policy in found if policy]


def parsed(text: str) -> Policy:
    """Directives and their sources; the first one of a name counts."""
    policy: dict[str, tuple[str, ...]] = {}
    for part in text[:MAX_POLICY].split(";"):
        name, *sources = part.split() or [""]
        if name:
            policy.setdefault(name.lower(), tuple(sources))
    return policy


def allowed(policies: Iterable[Policy], injected: Injected) -> bool:
    """True when no policy keeps the script from running."""
    return all(_allows(policy, injected) for policy in policies)


def _allows(policy: Policy, injected: Injected) -> bool:
    sandbox = policy.get("sandbox")
    if sandbox is not None and "allow-scripts" not in map(str.lower, sandbox):
        return False
    sources = next((policy[name] for name in _RULED_BY[injected.way] if name in policy), None)
    if sources is None:
        return True
    if (
        injected.way in (Way.ELEMENT, Way.EXTERNAL)
        and injected.nonce
        and f"'nonce-{injected.nonce}'" in sources
    ):
        return True
    lowered = tuple(source.lower() for source in sources)
    if injected.way is Way.EXTERNAL:
        return "'strict-dynamic'" not in lowered and any(_from(source, injected) for source in lowered)
    keyed = any(_KEY_SOURCE.search(source.encode("utf-8", "replace")) for source in sources)
    strict = "'strict-dynamic'" in lowered and injected.way is not Way.STYLE
    return "'unsafe-inline'" in lowered and not keyed and not strict


def _from(source: str, injected: Injected) -> bool:
    # A host of our making is under no host that a policy names; only sources that name any host cover it.
    if source in ("https:", "https://*"):
        return injected.scheme == "https"
    return source in ("*", "http:", "http://*")
