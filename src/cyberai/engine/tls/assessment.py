"""One TLS port, measured: every version, suite, group and trait, with hellos that are never completed."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.tls.exchanges import Groups, groups, signatures, weakest_field
from cyberai.engine.tls.picking import Picked
from cyberai.engine.tls.server import GaveUp, Server
from cyberai.engine.tls.staple import staple_status
from cyberai.engine.tls.together import both, together
from cyberai.engine.tls.traits import (
    falls_back_knowingly,
    numbers_sessions,
    protocols,
    seen_in,
    without_name,
)
from cyberai.engine.tls.versions import Spoken, enumerated, selects_anything, spoken_versions

T = TypeVar("T")

_CLEAR = (TlsVersion.SSL3, TlsVersion.TLS1_0, TlsVersion.TLS1_1, TlsVersion.TLS1_2)


async def assess(context: Context, asset: TlsAsset, tally: Tally) -> TlsProfile | None:
    """The profile, as far as the server answers; None where it does not speak TLS to us. Raise TransportError where the
    scan must not go on."""
    server, began = Server(context, asset, tally), context.clock.monotonic()
    versions = await spoken_versions(server)
    if not versions.spoken:
        return None
    assessment = _Assessment(server, versions.spoken)
    assessment.note("versions", versions.unclear)
    profile = await assessment.measured(context.clock.now())
    return replace(
        profile,
        unclear=tuple(dict.fromkeys(assessment.unclear)),
        connections=server.connections,
        millis=round((context.clock.monotonic() - began) * 1000),
    )


class _Assessment:
    def __init__(self, server: Server, spoken: Sequence[Spoken]) -> None:
        self._server = server
        self._spoken = spoken
        self._in_clear = next((each for each in reversed(spoken) if each.version in _CLEAR), None)
        self.unclear: list[str] = []

    def note(self, what: str, why: str) -> None:
        """Keep what could not be measured, where there is a reason."""
        if why:
            self.unclear.append(f"{what}: {why}")

    async def measured(self, now: int) -> TlsProfile:
        """Everything, in as few rounds as what follows from what allows."""
        newest = self._spoken[-1]
        if await self._told("suites", selects_anything(self._server, newest), False):
            self.note("suites, groups, signatures", "it selects whatever is offered")
            taken = tuple(VersionOffer(each.version) for each in self._spoken)
            return self._profile(replace(await self._traits(), versions=taken), Groups(), Picked(), now)
        enumerating = together(enumerated(self._server, each) for each in self._spoken)
        found, traits = await both(enumerating, self._traits())
        for each in found:
            self.note(f"suites of {each.offer.version}", each.unclear)
        offers = tuple(each.offer for each in found)
        named, signed = await both(
            groups(self._server, self._spoken, offers), signatures(self._server, self._spoken, offers)
        )
        self.note("groups", named.unclear)
        self.note("signatures", signed.unclear)
        return self._profile(replace(traits, versions=offers), named, signed, now)

    async def _traits(self) -> TlsProfile:
        """What needs questions of its own."""
        server, clear = self._server, self._in_clear
        fallback = await self._told("fallback", falls_back_knowingly(server, self._spoken), None)
        if clear is None and self._spoken[-1].version is TlsVersion.TLS1_3:
            hides = "TLS 1.3 hides it from who does not complete the handshake"
            self.note("staple, application protocols, session tickets, client certificate", hides)
        if clear is None:
            return TlsProfile(fallback_scsv=fallback)
        return TlsProfile(
            fallback_scsv=fallback,
            alpn=await self._told("application protocols", protocols(server, clear), ()),
            session_ids=await self._told("session ids", numbers_sessions(server, clear), None),
            without_name=await self._told("server name", without_name(server, clear), ""),
        )

    async def _told(self, what: str, work: Awaitable[T], otherwise: T) -> T:
        try:
            return await work
        except GaveUp as error:
            self.note(what, str(error))
            return otherwise

    def _profile(self, begun: TlsProfile, named: Groups, signed: Picked, now: int) -> TlsProfile:
        seen, field = seen_in(self._server.asked), weakest_field(self._server.asked)
        return replace(
            begun,
            groups=named.codes,
            group_order=named.own_order,
            dh_bits=field.bits,
            dh_prime=field.prime,
            dh_generator=field.generator,
            dh_reused=field.reused,
            signatures=signed.codes,
            compressions=seen.compressions,
            secure_renegotiation=seen.secure_renegotiation,
            extended_master_secret=seen.extended_master_secret,
            encrypt_then_mac=seen.encrypt_then_mac,
            session_tickets=seen.session_tickets,
            heartbeat=seen.heartbeat,
            staple=None if seen.staple is None else bool(seen.staple),
            staple_status=staple_status(seen.staple, now) if seen.staple else "",
            scts=seen.scts,
            client_certificate=seen.client_certificate,
            chains=len(seen.leaves),
        )
