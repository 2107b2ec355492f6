"""The order of versions as makers of software count them. Those of packages have rules of their own: `packages`."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

MAX_VERSION = 200
_KEPT = 16_384
"""Versions whose reading is remembered, some 10 MB: each flaw's bounds are met by every service of that product."""
_BEFORE = {"dev": 0, "snapshot": 0, "nightly": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "m": 2, "milestone": 2,
           "pre": 3, "preview": 3, "ea": 3, "c": 4, "cr": 4, "rc": 4}  # fmt: skip
"""What comes before the release of the same number. One letter does so only with a number behind it: 3.9b1 is a beta,
1.0.2b is not."""
_SAME = frozenset({"final", "ga", "release", "stable"})
_LATER = frozenset({"p", "patch", "pl", "post", "sp", "r", "rev", "hf", "hotfix", "update", "build"})
_RELEASE, _WORD, _NUMBER = 5, 6, 7

Piece = tuple[int, int, str]
"""Rank, number, word."""
_END: Piece = (_RELEASE, 0, "")


def compare(one: str, other: str) -> int:
    """Negative, zero or positive as the first is older, the same or newer; what is missing at the end counts as 0."""
    for mine, its in zip_longest(_pieces(one), _pieces(other), fillvalue=_END):
        if mine != its:
            return -1 if mine < its else 1
    return 0


@lru_cache(maxsize=_KEPT)
def split_update(version: str) -> tuple[str, str]:
    """The version and what stands behind it for a patch or a version before the release: 9.2 and p1, 2.0 and rc1."""
    tokens = _tokens(version.lower())
    for at, token in enumerate(tokens):
        word = token[0]
        if at == 0 or word.isdigit():
            continue
        numbered = at + 1 < len(tokens) and tokens[at + 1][0].isdigit()
        if word in _SAME:
            return version[: token[1]].rstrip(".-_+~"), ""
        if (word in _BEFORE and (numbered or len(word) > 1)) or (
            word in _LATER and (numbered or len(word) > 1)
        ):
            return version[: token[1]].rstrip(".-_+~"), version[token[1] :]
        if not numbered and len(word) == 1:
            continue
        break
    return version, ""


def is_before(update: str) -> bool:
    """Whether such an update comes before the release."""
    tokens = _tokens(update.lower())
    return bool(tokens) and tokens[0][0] in _BEFORE


def is_visible(update: str) -> bool:
    """Whether a version that a service tells would show such an update: service packs and the like are not told."""
    tokens = _tokens(update.lower())
    if not tokens or tokens[0][0].isdigit():
        return False
    return tokens[0][0] in _BEFORE or tokens[0][0] in ("p", "patch", "pl") or len(tokens[0][0]) == 1


def numbers(version: str) -> int:
    """How many numbers it begins with: 3 of 1.0.2k, 2 of 9.2p1."""
    count = 0
    for word, _ in _tokens(split_update(version)[0].lower()):
        if not word.isdigit():
            break
        count += 1
    return count


def leaves_open(version: str, bound: str) -> bool:
    """Whether the version may be short for several, on both sides of the bound: 2.4 for 2.4.1, where the bound is 2.4.41."""
    mine, its = _words(version), _words(split_update(bound)[0])
    if len(mine) >= min(3, len(its)) or len(mine) >= len(its) or not all(word.isdigit() for word in mine):
        return False
    rest = its[len(mine) :]
    same = [int(word) for word in mine] == [int(word) if word.isdigit() else -1 for word in its[: len(mine)]]
    return same and rest[0].isdigit() and any(word.strip("0") for word in rest)


@lru_cache(maxsize=_KEPT)
def _words(version: str) -> tuple[str, ...]:
    return tuple(word for word, _ in _tokens(version.lower()))


@lru_cache(maxsize=_KEPT)
def _pieces(version: str) -> tuple[Piece, ...]:
    tokens = _tokens(version[:MAX_VERSION].lower().removeprefix("v"))
    found: list[Piece] = []
    for at, (word, _) in enumerate(tokens):
        if word.isdigit():
            found.append((_NUMBER, int(word), ""))
            continue
        numbered = at + 1 < len(tokens) and tokens[at + 1][0].isdigit()
        if word in _SAME:
            continue
        if word in _BEFORE and (numbered or len(word) > 1):
            found.append((0, _BEFORE[word], ""))
        else:
            found.append((_WORD, 0, "" if word in _LATER and numbered else word))
    return tuple(_shortest(found))


def _shortest(pieces: list[Piece]) -> Iterator[Piece]:
    """Without zeros that no other number follows: 1.0 and 1.0.0 are the same, and 1.0b is 1b. To take a missing number
    for 0 while comparing would be no order: 1.a is before 1.0 and behind 1."""
    zeros: list[Piece] = []
    for piece in pieces:
        if piece == (_NUMBER, 0, ""):
            zeros.append(piece)
            continue
        if piece[0] == _NUMBER:
            yield from zeros
        zeros.clear()
        yield piece


@lru_cache(maxsize=_KEPT)
def _tokens(version: str) -> tuple[tuple[str, int], ...]:
    """Runs of digits and of letters, with where they begin; everything else separates."""
    found: list[tuple[str, int]] = []
    start, kind = 0, ""
    for at, sign in enumerate(version[:MAX_VERSION] + "."):
        its = "1" if sign in "0123456789" else "a" if sign.isascii() and sign.isalpha() else ""
        if its != kind:
            if kind:
                found.append((version[start:at], start))
            start, kind = at, its
    return tuple(found)
