"""Repeating the proof of one finding: its own requests where it has an attack and a control, else its check."""

from collections.abc import Sequence
from contextlib import aclosing

from msgspec import Struct

from cyberai.checkkit import Check, Exchange, Scope, TransportError
from cyberai.checkkit.probe import PolicyRefused
from cyberai.domain.asset import (
    DomainAsset,
    NameAsset,
    OriginAsset,
    PlaceAsset,
    PortAsset,
    ProductAsset,
    RequestAsset,
    ServiceAsset,
    TlsAsset,
)
from cyberai.domain.check import Clean, Found
from cyberai.domain.finding import Evidence, HttpEvidence, ServiceEvidence
from cyberai.domain.fingerprint import fingerprint, former_fingerprints
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.replay import Judgement, ReplayResult, judge
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.domain.verdict import in_words
from cyberai.engine.context import Context
from cyberai.engine.fetch import MAX_REDIRECTS, Tally, redirect_request
from cyberai.engine.frontier import crawl_unit
from cyberai.engine.login.restore import Secrets, holds_mask, restored
from cyberai.engine.login.scrub import unmasked as unmasked
from cyberai.engine.probe import send_fresh
from cyberai.engine.run import EngineSession

ATTACKS = 2
"""Times that the attack is repeated, with the control in between."""


_FORBIDDEN, _GONE = 403, 410
_NOT_THERE = (404, _GONE)


class Replayed(Struct, frozen=True):
    """What answered now, and what it means."""

    judgement: Judgement
    attack: Exchange | None = None
    control: Exchange | None = None


async def with_secrets(
    session: EngineSession, evidence: tuple[Evidence, ...]
) -> tuple[tuple[Evidence, ...], str]:
    """The evidence with what was masked in addresses and bodies put back from the session's login; or as it is, and why that
    cannot be. Raise LoginFailed."""
    context, first = session.context, evidence[0]
    if not any(map(holds_mask, evidence)) or not isinstance(first, HttpEvidence):
        return evidence, ""
    auth, login = context.logins.given, context.logins.of(first.exchange.request.url)
    if auth is None:
        return evidence, ""
    try:
        known = await login.known(context.fetcher.transmit(Tally())) if login is not None else ((), ())
    except TransportError as error:
        return evidence, f"no answer to the login: {in_words(error.reason.value)}"
    secrets = Secrets(auth, *known)
    filled = [restored(piece, secrets) for piece in evidence]
    missing = list(dict.fromkeys(name for _, names in filled for name in names))
    if missing:
        return evidence, (
            f"secrets are not kept, and nothing given says what stood in {' and '.join(missing)}: pass it under that name "
            "with --cookie NAME=VALUE, or in the fields, headers or cookies of --auth FILE"
        )
    return tuple(piece for piece, _ in filled), ""


async def replay_requests(session: EngineSession, evidence: HttpEvidence) -> Replayed:
    """Attack, control, attack; whatever keeps them from being answered makes it inconclusive. The exchanges are without
    the secrets of the session."""
    context, tally, hide = session.context, Tally(), session.context.logins.without_secrets
    attacks: list[Exchange] = []
    control = None
    try:
        for number in range(ATTACKS):
            # What proved it was stored without secrets as well: like is judged beside like.
            attacks.append(hide(await _attack(context, evidence, tally)))
            if number == 0 and evidence.control is not None and evidence.delivered is None:
                control = hide(await _fresh(context, evidence.control, evidence, tally))
    except TransportError as error:
        return Replayed(
            _unanswered(error.reason.value, error.detail), attacks[0] if attacks else None, control
        )
    except PolicyRefused as refused:
        return Replayed(Judgement(ReplayResult.INCONCLUSIVE, str(refused)))
    return Replayed(judge(evidence, tuple(attacks), control), attacks[-1], control)


async def _attack(context: Context, evidence: HttpEvidence, tally: Tally) -> Exchange:
    if evidence.delivered is None:
        return await _fresh(context, evidence.exchange, evidence, tally)
    asset = RequestAsset(evidence.delivered, "", via=evidence.via)
    exchange = await send_fresh(context, evidence.delivered, asset, tally)
    if not evidence.followed:
        return await context.fetcher.send(evidence.exchange.request, tally, retries=1)
    for _ in range(MAX_REDIRECTS):
        if redirect_request(exchange) is None:
            break
        exchange = await context.fetcher.follow(exchange, tally)
    return exchange


async def _fresh(context: Context, recorded: Exchange, evidence: HttpEvidence, tally: Tally) -> Exchange:
    asset = RequestAsset(recorded.request, "", via=evidence.via)
    return await send_fresh(context, recorded.request, asset, tally, retries=1)


async def replay_place(
    session: EngineSession, check: Check, evidence: HttpEvidence, identity: str
) -> Replayed | None:
    """Run the check again at the insertion point where it found the flaw; None where the evidence does not say where that
    was, or the place is not answered as one of the requests was then."""
    plain, was = evidence.plain, {evidence.exchange.response.status}
    if plain is None:
        return None
    if evidence.control is not None:
        was.add(evidence.control.response.status)
    asset = RequestAsset(plain, "", via=evidence.via)
    try:
        now = (await send_fresh(session.context, plain, asset, Tally(), retries=1)).response.status
    except (TransportError, PolicyRefused):
        return None
    if now not in was:
        return None
    unit = Unit(Stage.MEASURE, PlaceAsset(asset, check.meta.id, evidence.place))
    return await replay_check(session, check, unit, identity)


async def replay_check(session: EngineSession, check: Check, unit: Unit, identity: str) -> Replayed:
    """Run the check again where it found the flaw; `identity` is the finding's fingerprint."""
    wanted = _WHOLE.get(check.meta.scope)
    units = [unit]
    if wanted is not None:
        # What speaks on the port is asked first: the check needs to know.
        found = await _results(session, [unit])
        failed = next((result for result in found if result.failure), None)
        if failed is not None:
            return Replayed(_unanswered(failed.failure, failed.detail))
        units = [u for result in found for u in result.found if isinstance(u.asset, wanted)]
        units = [u for unit in units for u in await _assessed(session, unit)]
    results = await _results(session, units)
    failed = next((result for result in results if result.failure), None)
    if failed is not None and not failed.outcomes:
        return Replayed(_unanswered(failed.failure, failed.detail))
    return _judged(check, results, identity)


async def _assessed(session: EngineSession, unit: Unit) -> list[Unit]:
    """What is to be checked: of a TLS port that is measured first, what follows from that."""
    if unit.stage is not Stage.IDENTIFY:
        return [unit]
    return [found for result in await _results(session, [unit]) for found in result.found]


async def page_changed(session: EngineSession, unit: Unit, evidence: Sequence[Evidence]) -> str:
    """Why the page on which something was seen says nothing about it any more; empty where it is answered as then."""
    first = next(iter(evidence), None)
    if not isinstance(first, HttpEvidence) or not isinstance(unit.asset, RequestAsset) or first.via:
        return ""
    url = unit.asset.request.url
    try:
        now = await _status(session, unit.asset.request)
        if now == _FORBIDDEN and session.context.scope.allows_url(url.with_target("/")):
            # One page that is closed now is mended; a site that is closed to us says nothing.
            entry = await _status(session, HttpRequest("GET", url.with_target("/")))
            now = _GONE if entry != _FORBIDDEN else now
    except TransportError as error:
        return f"no answer: {in_words(error.reason.value)}"
    except PolicyRefused as refused:
        return str(refused)
    was = first.exchange.response.status
    return "" if now in (was, *_NOT_THERE) else f"the page is answered with {now} instead of {was}"


async def _status(session: EngineSession, request: HttpRequest) -> int:
    return (await session.context.fetcher.send(request, Tally(), retries=1)).response.status


async def _results(session: EngineSession, units: list[Unit]) -> list[UnitResult]:
    async with aclosing(session.run(units)) as results:
        return [result async for result in results]


def _judged(check: Check, results: list[UnitResult], identity: str) -> Replayed:
    mine = [o.outcome for result in results for o in result.outcomes if o.check_id == check.meta.id]
    hits = [hit for outcome in mine if isinstance(outcome, Found) for hit in outcome.hits]
    same = [h for h in hits if identity in (fingerprint(check.meta, h), *former_fingerprints(check.meta, h))]
    if same:
        shown = next((e.exchange for e in same[0].evidence if isinstance(e, HttpEvidence)), None)
        return Replayed(Judgement(ReplayResult.PRESENT, "the check finds it again"), shown)
    if mine and all(isinstance(outcome, Clean | Found) for outcome in mine):
        return Replayed(Judgement(ReplayResult.FIXED, "the check runs to its end and no longer finds it"))
    return Replayed(Judgement(ReplayResult.INCONCLUSIVE, "the check did not run to its end"))


def unit_of(check: Check, evidence: Sequence[Evidence], origin: Url | None) -> Unit | None:
    """The unit with which a check of this scope begins where it found something; None where nothing says where."""
    first = next(iter(evidence), None)
    if check.meta.scope in (Scope.DOMAIN, Scope.NAME):
        if not isinstance(first, ServiceEvidence):
            return None
        of_domain = check.meta.scope is Scope.DOMAIN
        return Unit(Stage.CHECK, DomainAsset(first.host) if of_domain else NameAsset(first.host, first.host))
    if check.meta.scope in (Scope.PAGE, Scope.CONTENT):
        if not isinstance(first, HttpEvidence):
            return None
        return crawl_unit(first.via[-1] if first.via else first.exchange.request)
    if check.meta.scope in _WHOLE:
        if first is None or isinstance(first, HttpEvidence):
            return None
        return Unit(Stage.IDENTIFY, PortAsset(first.host, first.port))
    return Unit(Stage.CHECK, OriginAsset(origin)) if origin is not None else None


_WHOLE: dict[Scope, type[TlsAsset] | type[ServiceAsset] | type[ProductAsset]] = {
    Scope.TLS: TlsAsset,
    Scope.SERVICE: ServiceAsset,
    Scope.PRODUCT: ProductAsset,
}


def _unanswered(reason: str, detail: str) -> Judgement:
    told = f"{in_words(reason)} ({detail})" if detail else in_words(reason)
    return Judgement(ReplayResult.INCONCLUSIVE, f"no answer: {told}"[:300])
