"""One TLS port, measured: every version, suite, group and trait, with hellos that are never completed."""

from collections.abc import Sequence

from msgspec.structs import replace

from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.tls.exchanges import Groups, groups, signatures, weakest_field
from cyberai.engine.tls.notes import Notes
from cyberai.engine.tls.picking import Picked
from cyberai.engine.tls.server import Server
from cyberai.engine.tls.together import both, together
from cyberai.engine.tls.traits import seen_in, traits_of
from cyberai.engine.tls.versions import Spoken, enumerated, selects_anything, spoken_versions


async def assess(context: Context, asset: TlsAsset, tally: Tally) -> TlsProfile | None:
    """The profile, as far as the server answers; None where it does not speak TLS to us. Raise TransportError where the
    scan must not go on."""
    server, began = Server(context, asset, tally), context.clock.monotonic()
    versions = await spoken_versions(server)
    if not versions.spoken:
        return None
    notes = Notes()
    notes.note("versions", versions.unclear)
    profile = await _Assessment(server, versions.spoken, notes).measured(context.clock.now())
    return replace(
        profile,
        unclear=notes.unclear,
        connections=server.connections,
        millis=round((context.clock.monotonic() - began) * 1000),
    )


class _Assessment:
    def __init__(self, server: Server, spoken: Sequence[Spoken], notes: Notes) -> None:
        self._server = server
        self._spoken = spoken
        self._notes = notes

    async def measured(self, now: int) -> TlsProfile:
        """Everything, in as few rounds as what follows from what allows."""
        newest = self._spoken[-1]
        if await self._notes.told("suites", selects_anything(self._server, newest), False):
            self._notes.note("suites, groups, signatures", "it selects whatever is offered")
            taken = tuple(VersionOffer(each.version) for each in self._spoken)
            return self._profile(
                replace(await traits_of(self._server, self._spoken, self._notes), versions=taken),
                Groups(),
                Picked(),
                now,
            )
        enumerating = together(enumerated(self._server, each) for each in self._spoken)
        found, traits = await both(enumerating, traits_of(self._server, self._spoken, self._notes))
        for each in found:
            self._notes.note(f"suites of {each.offer.version}", each.unclear)
        offers = tuple(each.offer for each in found)
        named, signed = await both(
            groups(self._server, self._spoken, offers), signatures(self._server, self._spoken, offers)
        )
        self._notes.note("groups", named.unclear)
        self._notes.note("signatures", signed.unclear)
        return self._profile(replace(traits, versions=offers), named, signed, now)

    def _profile(self, begun: TlsProfile, named: Groups, signed: Picked, now: int) -> TlsProfile:
        seen, field = seen_in(self._server.asked, now), weakest_field(self._server.asked)
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
            staple=seen.staple,
            staple_status=seen.staple_status,
            scts=seen.scts,
            client_certificate=seen.client_certificate,
            chains=len(seen.leaves),
        )
