"""Takes out of a set what a server selects, one after the other, until it refuses what is left."""

from collections.abc import Callable

from msgspec import Struct

from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.hello import ClientOffer
from cyberai.engine.tls.server import GaveUp, Server

Narrow = Callable[[ClientOffer, tuple[int, ...]], ClientOffer]
"""The offer with only these of what is being told apart."""
Pick = Callable[[ServerFlight], int | None]
"""What of it the server selected, None where it refused."""


class Picked(Struct, frozen=True):
    """What was selected, in that order. `unclear` says why there may be more, or why it may be wrong."""

    codes: tuple[int, ...] = ()
    unclear: str = ""


class Question(Struct, frozen=True):
    """How to offer a part of a set, and where in the answer the choice stands."""

    offer: ClientOffer
    narrow: Narrow
    pick: Pick


async def picked(
    server: Server,
    question: Question,
    codes: tuple[int, ...],
    known: tuple[int, ...] = (),
    *,
    sure: bool = False,
) -> Picked:
    """All of `codes` that the server selects; `known` it has selected already, in that order. With `sure` it is asked a
    second time when it refuses what is left: one that then takes some of it after all is several servers."""
    found = list(known)
    unclear = ""
    left = tuple(code for code in codes if code not in known)
    refused = not sure
    try:
        while left:
            chosen = question.pick(await server.ask(question.narrow(question.offer, left)))
            if chosen is None:
                if refused:
                    break
                refused = True
                continue
            if chosen not in left:
                return Picked(tuple(found), "it selects what was not offered")
            if refused and sure:
                unclear = "its answers contradict each other, as those of several servers would"
            found.append(chosen)
            left = tuple(code for code in left if code != chosen)
    except GaveUp as error:
        return Picked(tuple(found), str(error))
    return Picked(tuple(found), unclear)


async def own_order(
    server: Server,
    question: Question,
    found: tuple[int, ...],
    last: Callable[[int], bool] = lambda _code: False,
) -> bool | None:
    """Whether the server follows an order of its own: offered what it has in the reverse, it selects the same as before.
    None where that cannot be told. What is `last` for a code is not put in front."""
    if len(found) < 2:
        return None
    turned = [*reversed([c for c in found if not last(c)]), *(c for c in found if last(c))]
    if turned[0] == found[0]:
        return None
    chosen = question.pick(await server.ask(question.narrow(question.offer, tuple(turned))))
    return {found[0]: True, turned[0]: False}.get(chosen) if chosen is not None else None
