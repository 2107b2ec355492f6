"""Whether a distribution packed what answers, by what it says: then its number says little of what was repaired."""

from itertools import pairwise

from msgspec import Struct

_DEBIAN = ("Debian", "Ubuntu", "Raspbian")
_SYSTEMS = {
    "Debian Linux": "Debian", "Ubuntu Linux": "Ubuntu", "Raspbian Linux": "Raspbian", "Fedora Linux": "Fedora",
    "Red Hat Enterprise Linux": "Red Hat", "CentOS Linux": "CentOS", "SUSE Linux": "SUSE", "Alpine Linux": "Alpine",
}  # fmt: skip
_SEPARATORS = "()[],;\"'\t\r\n\x00"


class Packaged(Struct, frozen=True):
    """Who packed it (`Debian`, empty for nobody), the version of the package without its epoch, and the release, where
    that is told (`12`, `22.04`)."""

    distribution: str = ""
    version: str = ""
    release: str = ""


def upstream(version: str) -> str:
    """The version without what a distribution has put behind it: 8.0.36 of 8.0.36-0ubuntu0.22.04.1."""
    head = version.partition("+dfsg")[0]
    for at, sign in enumerate(head):
        rest = head[at:].lower()
        if sign == "-" and (rest.startswith("-mariadb") or _revision_of(rest[1:])):
            return head[:at]
    return head


def packaged(version: str, said: str, os: str) -> Packaged:
    """By the version, the words of the service, and the system that it names."""
    plain = upstream(version)
    text = f"{version} {said}"
    for mark in _SEPARATORS:
        text = text.replace(mark, " ")
    words = text.split(" ")
    for at, word in enumerate(words):
        found = _of_word(plain, word, words[at - 1] if at else "")
        if found:
            return _named(plain, found, f"{text} {os}")
    named = next((name for name in _DEBIAN if name.lower() in text.lower()), "")
    return Packaged(named or _SYSTEMS.get(os, "") or ("Red Hat" if ".el" in version else ""))


def _of_word(plain: str, word: str, before: str) -> str:
    """The revision that this word of a banner tells."""
    if not plain:
        return ""
    for name in _DEBIAN:
        # OpenSSH_9.2p1 Debian-2+deb12u3
        if word.startswith(f"{name}-") and before.endswith(plain):
            return word[len(name) + 1 :]
    lower = word.lower().removeprefix("5.5.5-")  # MariaDB's, for old clients
    if not lower.startswith(f"{plain.lower()}-"):
        return ""
    rest = lower[len(plain) + 1 :].removeprefix("mariadb-")
    for name in _DEBIAN:
        if rest.endswith(f"-{name.lower()}"):
            return rest[: -len(name) - 1]
    return _revision_of(rest)


def _revision_of(rest: str) -> str:
    """The text, where it is a revision that Debian or Ubuntu has made, or RPM for a Red Hat."""
    told = rest[:1].isdigit() and any(mark in rest for mark in ("deb", "ubuntu", ".el", "bpo"))
    return rest if told else ""


def _named(plain: str, revision: str, text: str) -> Packaged:
    whole = f"{plain}-{revision}"
    if ".el" in revision:
        return Packaged("Red Hat", whole)
    if "ubuntu" in revision.lower():
        return Packaged("Ubuntu", whole, _ubuntu(revision.lower().partition("ubuntu")[2]))
    if "raspbian" in text.lower() or "+rpi" in revision or "rpt" in revision:
        return Packaged("Raspbian", whole)
    if "ubuntu" in text.lower():
        return Packaged("Ubuntu", whole)
    for mark in ("deb", "bpo"):
        digits = revision.partition(mark)[2][:2]
        if digits.isdigit():
            return Packaged("Debian", whole, digits)
    return Packaged("Debian", whole)


def _ubuntu(rest: str) -> str:
    """`22.04` of 0.22.04.2."""
    pieces = rest.replace("~", ".").split(".")
    for year, month in pairwise(pieces):
        if len(year) == len(month) == 2 and month in ("04", "10"):
            return f"{year}.{month}"
    return ""
