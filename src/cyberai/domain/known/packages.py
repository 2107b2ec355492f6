"""The order of package versions, by the rules of whoever packs them: Debian's policy, RPM's, semantic versions, PEP 440.

Each `order` takes two versions and answers negative, zero or positive.
"""

from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from cyberai.domain.known import versions

Order = Callable[[str, str], int]


def order_of(ecosystem: str) -> Order:
    """The rules of an OSV ecosystem (`Debian:12`, `PyPI`), for others those of versions in general."""
    return _ORDERS.get(ecosystem.partition(":")[0].replace("_", " "), versions.compare)


def _sign(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


# -- Debian, Ubuntu: deb-version(7) -----------------------------------------------------------------------


def debian(one: str, other: str) -> int:
    """[epoch:]upstream[-revision]; a tilde sorts before everything, even the end."""
    mine, its = _debian_parts(one), _debian_parts(other)
    return _sign(mine[0], its[0]) or _debian_text(mine[1], its[1]) or _debian_text(mine[2], its[2])


def epoch_of(version: str) -> str:
    """`1:` of 1:9.2p1-2, else empty."""
    head, colon, _ = version.partition(":")
    return f"{head}:" if colon and head.isascii() and head.isdigit() else ""


def _debian_parts(version: str) -> tuple[int, str, str]:
    epoch = epoch_of(version)
    upstream, _, revision = version[len(epoch) :].rpartition("-")
    if not upstream:
        upstream, revision = revision, "0"
    return int(epoch[:18].rstrip(":") or 0), upstream, revision


def _debian_text(one: str, other: str) -> int:
    at = of = 0
    while at < len(one) or of < len(other):
        while _is_word(one, at) or _is_word(other, of):
            mine, its = _weight(one, at), _weight(other, of)
            if mine != its:
                return _sign(mine, its)
            at, of = at + 1, of + 1
        mine, at = _number(one, at)
        its, of = _number(other, of)
        if mine != its:
            return _sign(mine, its)
    return 0


def _is_word(text: str, at: int) -> bool:
    return at < len(text) and text[at] not in "0123456789"


def _weight(text: str, at: int) -> int:
    sign = text[at] if at < len(text) else ""
    if sign == "~":
        return -1
    if not sign or sign in "0123456789":
        return 0
    return ord(sign) if sign.isascii() and sign.isalpha() else ord(sign) + 256


def _number(text: str, at: int) -> tuple[int, int]:
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return int(text[at:end] or 0), end


# -- RPM: rpmvercmp ---------------------------------------------------------------------------------------


def rpm(one: str, other: str) -> int:
    """[epoch:]version[-release]; a tilde sorts before the end, a caret behind it and before everything else."""
    mine, its = _debian_parts(one), _debian_parts(other)
    first = _sign(mine[0], its[0]) or _rpm_text(mine[1], its[1])
    both = "-" in one and "-" in other
    return first or (_rpm_text(mine[2], its[2]) if both else 0)


def _rpm_text(one: str, other: str) -> int:
    for mine, its in zip_longest(_rpm_pieces(one), _rpm_pieces(other), fillvalue=""):
        if mine == its:
            continue
        for sign, earlier in (("~", True), ("^", False)):
            if sign in (mine, its):
                absent = its if mine == sign else mine
                sooner = earlier or bool(absent)
                return (-1 if sooner else 1) * (1 if mine == sign else -1)
        if not mine or not its:
            return 1 if mine else -1
        if mine.isdigit() != its.isdigit():
            return 1 if mine.isdigit() else -1
        told = _sign(int(mine), int(its)) if mine.isdigit() else _sign(mine, its)
        if told:
            return told
    return 0


def _rpm_pieces(text: str) -> list[str]:
    found: list[str] = []
    kind = ""
    for sign in text[: versions.MAX_VERSION]:
        its = "1" if sign in "0123456789" else "a" if sign.isascii() and sign.isalpha() else ""
        if sign in "~^":
            found.append(sign)
        elif its and its == kind:
            found[-1] += sign
        elif its:
            found.append(sign)
        kind = its
    return found


# -- semantic versions ------------------------------------------------------------------------------------


def semantic(one: str, other: str) -> int:
    """MAJOR.MINOR.PATCH[-before][+build] (semver.org, 2.0.0); the build does not count."""
    mine, its = _semantic_parts(one), _semantic_parts(other)
    if mine[0] != its[0]:
        return _sign(mine[0], its[0])
    if not mine[1] or not its[1]:
        return _sign(not mine[1], not its[1])
    return _sign(mine[1], its[1])


def _semantic_parts(version: str) -> tuple[list[int], list[tuple[int, int, str]]]:
    plain = version.strip().removeprefix("v").partition("+")[0]
    release, _, before = plain.partition("-")
    numbers = [int(piece) if _is_number(piece) else 0 for piece in release.split(".")]
    numbers += [0] * (3 - len(numbers))
    while len(numbers) > 3 and not numbers[-1]:
        numbers.pop()
    pieces = before.split(".") if before else []
    return numbers, [(0, int(p), "") if _is_number(p) else (1, 0, p) for p in pieces]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


# -- Python: PEP 440 --------------------------------------------------------------------------------------

_FIRST, _LAST = -1, 10**9
_STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}


def python(one: str, other: str) -> int:
    """[N!]N.N[{a|b|rc}N][.postN][.devN][+local], in any of its spellings."""
    return _sign(_python_key(one), _python_key(other))


def _python_key(version: str) -> tuple[Any, ...]:
    text, _, local = version.strip().lower().removeprefix("v").partition("+")
    epoch, bang, rest = text.partition("!")
    plain = rest if bang else text
    behind = plain.lstrip("0123456789.")
    release = [int(piece) for piece in plain[: len(plain) - len(behind)].split(".") if piece]
    # A number behind a hyphen is a post release: 1.0-1.
    behind = "".join(
        "post"
        if sign == "-" and behind[at + 1 : at + 2].isdigit() and not behind[:at][-1:].isalpha()
        else sign
        for at, sign in enumerate(behind)
    )
    for word in ("post", "dev"):
        behind = behind.replace(word, f".{word}")
    stage, post, dev = _python_words(_rpm_pieces(behind))
    while len(release) > 1 and not release[-1]:
        release.pop()
    if stage is None:
        stage = (_FIRST, 0) if dev is not None and post == _FIRST else (_LAST, 0)
    places = [(1, int(p), "") if p.isdigit() else (0, 0, p) for p in _rpm_pieces(local)]
    end = _LAST if dev is None else dev
    return (int(epoch) if bang and _is_number(epoch) else 0, release, stage, post, end, places)


def _python_words(pieces: list[str]) -> tuple[tuple[int, int] | None, int, int | None]:
    """Stage before the release, number of the release after it, number of development."""
    stage: tuple[int, int] | None = None
    post, dev = _FIRST, None
    for at, word in enumerate(pieces):
        following = pieces[at + 1] if at + 1 < len(pieces) else ""
        number = int(following) if following.isdigit() else 0
        if word in _STAGES:
            stage = (_STAGES[word], number)
        elif word in ("post", "rev", "r"):
            post = number
        elif word == "dev":
            dev = number
    return stage, post, dev


_ORDERS: dict[str, Order] = {
    **dict.fromkeys(("Debian", "Ubuntu", "Echo"), debian),
    **dict.fromkeys(
        ("Red Hat", "Rocky Linux", "AlmaLinux", "SUSE", "openSUSE", "Mageia", "openEuler", "Azure Linux"), rpm
    ),
    **dict.fromkeys(("npm", "crates.io", "Go", "Hex", "Pub", "SwiftURL", "NuGet"), semantic),
    "PyPI": python,
}
