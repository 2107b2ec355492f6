"""What the checks of a TLS server's offers share: the hello that shows again what the assessment has measured, the
control that no server may take, and the words of the evidence.

A server that selects what was not offered, or anything that nobody has, proves nothing by what it selects.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from cyberai.checkkit import starttls
from cyberai.checkkit.probe import Probe
from cyberai.checkkit.tls import hello
from cyberai.domain.asset import TlsAsset
from cyberai.domain.finding import Hit, Oracle, Proof, TlsEvidence
from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.hello import ClientOffer
from cyberai.domain.tls.offers import MOST_SUITES, offer_of
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.suites import Suite, suite
from cyberai.domain.tls.version import TlsVersion
from cyberai.ports.network import TransportError, TransportReason

READ = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"
"""Whoever listens reads what such a connection carries: 5.9, medium."""
READ_AND_CHANGE = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"
"""Whoever stands in between reads and changes it: 7.4, high."""
PARTS = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N"
"""Parts of it can be read or changed: 4.8, medium."""
A_LITTLE = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
"""With much effort, a little of it can be read: 3.7, low."""

_NOBODYS_SUITES = (0x0A0A, 0x1A1A, 0x2A2A, 0x3A3A)
"""Reserved for ever, so that servers meet what they do not know (RFC 8701)."""
_MOST_NAMES = 12
_VERSIONS_TRIED = 3


class WeakSuites(Struct, frozen=True):
    """Suites of one kind that a server takes. `by_version` names them, newest version first; `shown` is what it has
    selected when it was asked for them alone, with `version`."""

    by_version: tuple[tuple[TlsVersion, tuple[Suite, ...]], ...]
    version: TlsVersion
    shown: Suite
    flight: ServerFlight

    @property
    def detail(self) -> str:
        """The versions and the names, in one line."""
        return "; ".join(f"{version.value}: {listed(found)}" for version, found in self.by_version)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """The same for the evidence, with what was selected."""
        pairs = ((version.value, listed(found)) for version, found in self.by_version)
        return ("protocol", self.version.value), ("selected", self.shown.name), *pairs


def listed(suites: tuple[Suite, ...]) -> str:
    """Their names, those beyond a dozen as a number."""
    more = f" and {len(suites) - _MOST_NAMES} more" if len(suites) > _MOST_NAMES else ""
    return ", ".join(found.name for found in suites[:_MOST_NAMES]) + more


def spoken(profile: TlsProfile) -> tuple[VersionOffer, ...]:
    """The versions that are spoken from SSLv3 on, newest first."""
    offers = (offer for offer in profile.versions if offer.version is not TlsVersion.SSL2)
    return tuple(sorted(offers, key=lambda offer: offer.version.wire, reverse=True))


def asking(endpoint: TlsAsset, version: TlsVersion, suites: tuple[int, ...]) -> ClientOffer:
    """A hello of this version with these suites alone, at most MOST_SUITES."""
    return replace(offer_of(version, endpoint.server_name), suites=suites[:MOST_SUITES])


async def answered(endpoint: TlsAsset, probe: Probe, offer: ClientOffer) -> ServerFlight | None:
    """The whole flight of a server that goes on with something of the offer, None for every other answer."""
    try:
        flight = await hello(endpoint, probe, offer)
    except TransportError as error:
        if error.reason is TransportReason.TLS_FAILED:
            return None
        raise
    goes_on = flight.done and flight.version in offer.versions and flight.suite in offer.suites
    return flight if goes_on and flight.compression in offer.compressions else None


async def refused(endpoint: TlsAsset, probe: Probe, offer: ClientOffer) -> bool:
    """Whether the server ends the handshake: by an alert or by hanging up. What is no TLS is no refusal."""
    try:
        flight = await hello(endpoint, probe, offer)
    except TransportError as error:
        if error.reason is TransportReason.TLS_FAILED:
            return False
        raise
    return flight.alert is not None or (flight.closed and flight.wire == 0)


async def refuses_nonsense(endpoint: TlsAsset, probe: Probe, version: TlsVersion) -> bool:
    """The control: suites that nobody has are not selected."""
    return await refused(endpoint, probe, asking(endpoint, version, _NOBODYS_SUITES))


async def weak_suites(endpoint: TlsAsset, probe: Probe, weak: Callable[[Suite], bool]) -> WeakSuites | None:
    """The suites of a kind, once the server has selected one of them again and refused the control: at most 4 requests."""
    found = tuple(_weak(endpoint, weak))
    for version, suites in found[:_VERSIONS_TRIED]:
        codes = tuple(one.code for one in suites)
        flight = await answered(endpoint, probe, asking(endpoint, version, codes))
        if flight is None:
            continue
        if not await refuses_nonsense(endpoint, probe, version):
            return None
        return WeakSuites(found, version, suite(flight.suite), flight)
    return None


def _weak(
    endpoint: TlsAsset, weak: Callable[[Suite], bool]
) -> Iterator[tuple[TlsVersion, tuple[Suite, ...]]]:
    for offer in spoken(endpoint.profile) if endpoint.profile is not None else ():
        suites = tuple(found for found in map(suite, offer.suites) if weak(found))
        if suites:
            yield offer.version, suites


def kind_of(found: Suite) -> str:
    """The one kind of weakness for which a suite is reported, the worst first; empty where it has none."""
    kinds = (
        ("null", found.null),
        ("anonymous", found.anonymous),
        ("export", found.export),
        ("des", found.cipher.startswith("DES")),
        ("rc4", found.rc4),
        ("small-blocks", found.small_blocks),
    )
    return next((name for name, is_so in kinds if is_so), "")


def suites_hit(
    endpoint: TlsAsset,
    found: WeakSuites,
    *,
    cause: str = "",
    title: str | None = None,
    cve: tuple[str, ...] = (),
) -> Hit:
    """The hit of suites of one kind."""
    hit = observed(
        endpoint, found.facts, nmap(endpoint, "ssl-enum-ciphers"), found.detail, control=True, cve=cve
    )
    return replace(hit, cause=cause, title=title)


def observed(
    endpoint: TlsAsset,
    facts: tuple[tuple[str, str], ...],
    command: str,
    detail: str,
    *,
    control: bool = False,
    cve: tuple[str, ...] = (),
    note: str = "",
) -> Hit:
    """The hit of what the assessment and a hello of the check's own have shown; `control` says that one stayed silent,
    `note` what the command needs."""
    note = "Needs an OpenSSL that was built with SSLv3." if " -ssl3 " in command else note
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=control),
        evidence=(TlsEvidence(endpoint.host, endpoint.port, facts, command, note),),
        host=endpoint.host,
        port=endpoint.port,
        detail=detail,
        cve=cve,
    )


def nmap(endpoint: TlsAsset, script: str) -> str:
    """The command by which Nmap runs one of its scripts on the port: its own hellos speak what OpenSSL does not any
    more."""
    family = " -6" if ":" in endpoint.host else ""
    name = f" --script-args tls.servername={endpoint.server_name}" if endpoint.server_name else ""
    return f"nmap -Pn{family} -p {endpoint.port} --script +{script}{name} {endpoint.host}"


def s_client(endpoint: TlsAsset, options: str) -> str:
    """The command by which OpenSSL opens such a connection."""
    return f"openssl s_client {options} {starttls.s_client(endpoint)} </dev/null"


OPTIONS = {
    TlsVersion.SSL3: "-ssl3",
    TlsVersion.TLS1_0: "-tls1",
    TlsVersion.TLS1_1: "-tls1_1",
    TlsVersion.TLS1_2: "-tls1_2",
    TlsVersion.TLS1_3: "-tls1_3",
}
"""OpenSSL's words for exactly one version."""
