"""What a page file declares beside pages: domains, which the lab's own resolver knows."""

from collections.abc import Callable

import msgspec

from cyberai.lab.page import Flaw

Records = tuple[tuple[str, str, str], ...]
"""(owner, type, data): `@` is the zone itself, other owners are below it; data as in a zone file, names in it whole."""


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A domain. `records(fixed)` are those of one of its twins; a zone without flaws is a trap."""

    name: str
    records: Callable[[bool], Records]
    checks: tuple[str, ...]
    flaws: tuple[Flaw, ...] = ()
