"""Tables of patterns, tried in order: the first that matches names product, version and system."""

from functools import lru_cache

from msgspec import Struct

from cyberai.checkkit.text import Match, Pattern
from cyberai.engine.services.identity import MAX_PRODUCT, MAX_VERSION, SURE, Identity, clean, cpe23

MAX_TEXT = 4_096
"""Bytes of an answer that patterns look at."""


class Rule(Struct, frozen=True):
    """One line of a table. The pattern's first group, if any, is the version; a product `=` is the second group."""

    pattern: str
    product: str
    cpe: str = ""
    os: str = ""
    confidence: int = SURE


Rules = tuple[Rule, ...]


@lru_cache(maxsize=1_024)
def compiled(source: str) -> Pattern:
    """A pattern of the tables, in any case of letters; made when it is first needed."""
    return Pattern(source, ignore_case=True)


def first_match(rules: Rules, text: bytes, protocol: str) -> Identity | None:
    """What the first rule that matches says of a service of this protocol."""
    text = text[:MAX_TEXT]
    for rule in rules:
        match = compiled(rule.pattern).search(text)
        if match is not None:
            return identity_of(rule, match, protocol)
    return None


def identity_of(rule: Rule, match: Match, protocol: str) -> Identity:
    """What a match of the rule says."""
    version = clean(match.groups[0], MAX_VERSION) if match.groups else ""
    product = rule.product
    if product == "=":
        product = clean(match.groups[1], MAX_PRODUCT)
    return Identity(
        protocol=protocol,
        product=product,
        version=version,
        cpe=cpe23(rule.cpe, version) if rule.cpe else "",
        os=rule.os,
        confidence=rule.confidence,
    )


@lru_cache(maxsize=1)
def _systems() -> tuple[tuple[Pattern, str], ...]:
    return tuple((Pattern(pattern, ignore_case=True), name) for pattern, name in _SYSTEMS)


_SYSTEMS = (
    (r"ubuntu", "Ubuntu Linux"),
    (r"debian|\+deb\d|~deb\d", "Debian Linux"),
    (r"raspbian", "Raspbian Linux"),
    (r"red ?hat|\bRHEL\b|\.el\d", "Red Hat Enterprise Linux"),
    (r"centos", "CentOS Linux"),
    (r"fedora", "Fedora Linux"),
    (r"\bsuse\b|opensuse", "SUSE Linux"),
    (r"alpine", "Alpine Linux"),
    (r"freebsd", "FreeBSD"),
    (r"openbsd", "OpenBSD"),
    (r"netbsd", "NetBSD"),
    (r"windows|win32|win64|microsoft", "Windows"),
    (r"darwin|mac ?os", "macOS"),
    (r"solaris|sunos", "Solaris"),
    (r"\blinux\b", "Linux"),
    (r"\bunix\b", "Unix"),
)


def system_in(text: bytes) -> str:
    """The operating system that a banner names, or empty."""
    for pattern, name in _systems():
        if pattern.search(text[:512]) is not None:
            return name
    return ""
