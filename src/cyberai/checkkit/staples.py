"""What a server sends along with its certificate: the stapled answer of its authority (RFC 6066, RFC 6960), and timestamps of
certificate logs (RFC 6962).

Read from a handshake of TLS 1.2 at most: TLS 1.3 sends both encrypted.
"""

from cryptography.x509 import ObjectIdentifier, ocsp
from msgspec import Struct
from msgspec.structs import replace

from cyberai.checkkit.certificates import Certificate, read_certificate
from cyberai.checkkit.library_errors import UNREADABLE, quiet
from cyberai.checkkit.probe import Probe
from cyberai.checkkit.tls import hello
from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.hello import CERTIFICATE_TIMESTAMPS
from cyberai.domain.tls.offers import offer_of
from cyberai.domain.tls.version import TlsVersion

MAX_STAPLE = 65_536
_MOST = 100
_TIMESTAMPS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.5")


class Staple(Struct, frozen=True):
    """An authority's answer. `status` is good, revoked, unknown (the authority does not know the certificate), or says in words
    what is wrong with the answer; `revoked_at` and `until` are UTC microseconds, 0 where nothing is said; `timestamps`: it
    carries timestamps of logs."""

    status: str
    revoked_at: int = 0
    until: int = 0
    timestamps: bool = False


class Sent(Struct, frozen=True):
    """What one handshake brought along. `timestamps`: timestamps of logs came with it, or in the staple."""

    certificate: Certificate
    staple: Staple | None
    timestamps: bool


async def sent_along(endpoint: TlsAsset, probe: Probe) -> Sent | None:
    """What the server sends to a client that asks for both (one request); None where it cannot be read: it does not speak
    TLS 1.2, or sends no certificate. Raise TransportError."""
    offer = replace(
        offer_of(TlsVersion.TLS1_2, endpoint.server_name),
        status_request=True,
        extra=((CERTIFICATE_TIMESTAMPS, b""),),
    )
    flight = await hello(endpoint, probe, offer)
    if not flight.done or not flight.certificates:
        return None
    try:
        certificate = read_certificate(flight.certificates[0])
    except ValueError:
        return None
    staple = read_staple(flight.staple, certificate.serial) if flight.staple else None
    timestamps = bool(flight.extension(CERTIFICATE_TIMESTAMPS)) or (staple is not None and staple.timestamps)
    return Sent(certificate, staple, timestamps)


def read_staple(der: bytes, serial: str) -> Staple:
    """What an OCSP response says of the certificate with this serial number (in hex)."""
    if len(der) > MAX_STAPLE:
        return Staple("longer than an answer is")
    try:
        with quiet():
            return _read(ocsp.load_der_ocsp_response(der), serial)
    except UNREADABLE:
        return Staple("no answer that can be read")


def _read(response: ocsp.OCSPResponse, serial: str) -> Staple:
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Staple(f"an error of the authority: {response.response_status.name.lower().replace('_', ' ')}")
    for number, single in enumerate(response.responses):
        if number == _MOST:
            break
        if f"{single.serial_number:x}" != serial:
            continue
        revoked, until = single.revocation_time_utc, single.next_update_utc
        return Staple(
            single.certificate_status.name.lower(),
            int(revoked.timestamp()) * 1_000_000 if revoked is not None else 0,
            int(until.timestamp()) * 1_000_000 if until is not None else 0,
            _has_timestamps(response),
        )
    return Staple("an answer about another certificate")


def _has_timestamps(response: ocsp.OCSPResponse) -> bool:
    try:
        return any(item.oid == _TIMESTAMPS for item in response.single_extensions)
    except UNREADABLE:
        return False  # of several answers at once the library does not read them
