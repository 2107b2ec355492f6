"""Names below a domain: which of those that something suggests the DNS knows. They are looked up and nothing else."""

from collections.abc import Iterable

from cyberai.checkkit import DnsReply, Scope, TransportError
from cyberai.domain.asset import NameAsset
from cyberai.domain.target import TargetError, canonical_host
from cyberai.domain.unit import Stage, Unit
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.plan import names_a_domain

MOST_NAMES = 100
"""Names that one certificate suggests."""
CONTROL = 12
"""Letters of a word that is in front of no domain by chance."""


async def of_certificate(context: Context, host: str, names: Iterable[str], tally: Tally) -> tuple[Unit, ...]:
    """The look at each name of a certificate below the host, where the host is a domain that the scan was asked to look
    at. Patterns (`*.`) and what is no name are left out."""
    if not any(names_a_domain(target, host, context.spec) for target in context.scope.targets):
        return ()
    found: dict[str, None] = {}
    for text in names:
        try:
            name = canonical_host(text)
        except TargetError:
            continue
        if name.endswith(f".{host}"):
            found.setdefault(name)
    return await _known(context, host, list(found)[:MOST_NAMES], tally)


async def of_words(context: Context, host: str, words: Iterable[str], tally: Tally) -> tuple[Unit, ...]:
    """The look at each word in front of the host that is a name; none under a pattern, which makes every word one."""
    try:
        control = await _reply(context, f"{context.rng.letters(CONTROL)}.{host}", tally)
    except TransportError:
        return ()
    return (
        () if _exists(control) else await _known(context, host, [f"{word}.{host}" for word in words], tally)
    )


async def _known(context: Context, host: str, names: Iterable[str], tally: Tally) -> tuple[Unit, ...]:
    if not context.checks[Scope.NAME]:
        return ()
    found: list[Unit] = []
    for name in names:
        try:
            reply = await _reply(context, name, tally)
        except TransportError:
            # One that is not answered says nothing about the next; a resolver that is dead refuses at once.
            continue
        if _exists(reply):
            # The check that looks at it asks the same first.
            context.replies.setdefault((name, "A", True), []).append(reply)
            found.append(Unit(Stage.CHECK, NameAsset(host, name)))
    return tuple(found)


async def _reply(context: Context, name: str, tally: Tally) -> DnsReply:
    tally.sent += 1
    return await context.network.dialer.look_up(name, "A")


def _exists(reply: DnsReply) -> bool:
    """An alias exists, whatever it leads to."""
    return reply.code == "NOERROR" or bool(reply.aliases)
