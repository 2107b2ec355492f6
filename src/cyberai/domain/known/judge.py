"""Whether a product in a version has a published flaw: true, false, or (None) not to be told from what is known."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from cyberai.domain.known.cpe import ANY, NA, Cpe, fits, is_pattern
from cyberai.domain.known.flaw import Alternative, Flaw, On, Range
from cyberai.domain.known.versions import compare, is_before, is_visible, leaves_open, split_update

_OF_SYSTEM = {
    "Windows": ("windows",), "macOS": ("macos", "mac_os", "os_x"), "FreeBSD": ("freebsd",), "OpenBSD": ("openbsd",),
    "NetBSD": ("netbsd",), "Solaris": ("solaris", "sunos"),
    **dict.fromkeys(
        ("Ubuntu Linux", "Debian Linux", "Raspbian Linux", "Red Hat Enterprise Linux", "CentOS Linux", "Fedora Linux",
         "SUSE Linux", "Alpine Linux", "Linux"),
        ("linux", "unix"),
    ),
}  # fmt: skip
"""A system that a service names -> what names of CPE call such a one."""
_KNOWN_SYSTEMS = tuple({word for words in _OF_SYSTEM.values() for word in words})


class Installed(Struct, frozen=True):
    """What is there: the version as its maker counts, in two parts (9.2 and p1), what its CPE says beyond, and the system
    that the service names."""

    base: str
    update: str = ""
    more: dict[str, str] = {}
    os: str = ""

    @property
    def whole(self) -> str:
        """Both parts."""
        return f"{self.base}{self.update}"


def installed(version: str, cpe: Cpe, os: str) -> Installed:
    """From what a service tells; without a version of its own, from its CPE."""
    if version:
        return Installed(*split_update(version), cpe.more, os)
    known = [value if value not in (ANY, NA) else "" for value in (cpe.version, cpe.update)]
    base, update = known if known[1] else split_update(known[0])
    return Installed(base, update, cpe.more, os)


def has_flaw(flaw: Flaw, what: Installed) -> bool | None:
    """By the rules of CPE."""
    return _any(_alternative(alternative, what) for alternative in flaw.alternatives)


def has_package_flaw(flaw: Flaw, version: str, order: Callable[[str, str], int]) -> bool:
    """By the order of a package's versions."""
    return any(
        version in part.versions if part.versions else _between(part, version, order)
        for alternative in flaw.alternatives
        for part in alternative.ranges
    )


def platforms(flaw: Flaw) -> tuple[str, ...]:
    """The names (vendor and product) of what it must run on."""
    names = (name for alternative in flaw.alternatives for on in alternative.on for name in on.names)
    return tuple(dict.fromkeys(" ".join(name.split(":")[1:3]) for name in names))


def _between(part: Range, version: str, order: Callable[[str, str], int]) -> bool:
    if part.start and order(version, part.start) < 0:
        return False
    return not part.end or order(version, part.end) < (1 if part.end_included else 0)


def _alternative(alternative: Alternative, what: Installed) -> bool | None:
    inside = _any(_in_range(part, what) for part in alternative.ranges)
    if alternative.negated and inside is not None:
        inside = not inside
    return _all((inside, *(_runs_on(on, what.os) for on in alternative.on)))


def _in_range(part: Range, what: Installed) -> bool | None:
    version = _any(_is(one, what) for one in part.versions) if part.versions else _bounds(part, what)
    if version is False:
        return False
    more = (_more(name, wanted, what) for name, wanted in part.more.items())
    return _all((version, _update(part.update, what), *more))


def _is(wanted: str, what: Installed) -> bool | None:
    if is_pattern(wanted):
        return fits(wanted, what.base)
    if compare(wanted, what.base) == 0 or compare(wanted, what.whole) == 0:
        return True
    return None if leaves_open(what.base, wanted) else False


def _bounds(part: Range, what: Installed) -> bool | None:
    if part.versions or not (part.start or part.end):
        return True
    told: list[bool | None] = []
    if part.start:
        sign = _against(part.start, what)
        told.append(None if sign is None else sign > 0 or (sign == 0 and not part.start_excluded))
    if part.end:
        sign = _against(part.end, what)
        told.append(None if sign is None else sign < 0 or (sign == 0 and part.end_included))
    return _all(told)


def _against(bound: str, what: Installed) -> int | None:
    """How the version stands to the bound. A bound without an update (9.3) is one of versions without theirs: NVD counts
    9.3p1 as a 9.3; what comes before the release counts by itself."""
    if leaves_open(what.base, bound):
        return None
    by_itself = bool(split_update(bound)[1]) or is_before(what.update)
    return compare(what.whole if by_itself else what.base, bound)


def _update(wanted: str, what: Installed) -> bool | None:
    if wanted == ANY:
        return True
    if wanted == NA:
        return not what.update
    if what.update:
        return compare(wanted, what.update) == 0
    return False if is_visible(wanted) else None


def _more(name: str, wanted: str, what: Installed) -> bool | None:
    if wanted == NA:
        return True
    if name == "target_sw" and any(word in wanted for word in _KNOWN_SYSTEMS):
        return _is_system(wanted, what.os)
    return fits(wanted, what.more.get(name, ANY))


def _runs_on(on: On, os: str) -> bool | None:
    told = _any(_platform(name, os) for name in on.names)
    return told if told is None or not on.negated else not told


def _platform(name: str, os: str) -> bool | None:
    part, _, rest = name.partition(":")
    product, _, version = rest.rpartition(":")
    if part != "o":
        return None
    same = _is_system(product, os)
    return same if same is not True or version == ANY else None


def _is_system(word: str, os: str) -> bool | None:
    """Whether a name is one of the system that the service names; None where either is not known."""
    known = _OF_SYSTEM.get(os)
    if known is None or not any(its in word for its in _KNOWN_SYSTEMS):
        return None
    return any(its in word for its in known)


def _any(told: Iterable[bool | None]) -> bool | None:
    seen = list(told)
    return True if True in seen else None if None in seen else False


def _all(told: Iterable[bool | None]) -> bool | None:
    seen = list(told)
    return False if False in seen else None if None in seen else True
