"""The extensions of a ServerHello before TLS 1.3: RFC 6066, 5746, 7627, 7366, 7301, 6520, 5077, 8422."""

from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._policy import Policy
from cyberai.lab.tls._suites import RENEGOTIATION_SCSV, Suite
from cyberai.lab.tls._wire import ClientHello, Refusal


def server_extensions(policy: Policy, version: int, suite: Suite, hello: ClientHello) -> bytes:
    """Only what the client has asked for (RFC 5246, section 7.4.1.4); raise Refusal."""
    asked = hello.extensions
    found = b""
    if policy.secure_renegotiation and (wire.RENEGOTIATION in asked or RENEGOTIATION_SCSV in hello.suites):
        found += wire.extension(wire.RENEGOTIATION, b"\0")
    if version == wire.SSL3:
        return found
    answers = (
        (wire.SERVER_NAME, True, b""),
        (wire.POINT_FORMATS, suite.elliptic, b"\x01\x00"),
        (wire.STATUS_REQUEST, bool(policy.staple), b""),
        (wire.HEARTBEATS, policy.heartbeat, b"\x01"),
        (wire.ENCRYPT_THEN_MAC, policy.encrypt_then_mac and suite.block, b""),
        (wire.MASTER_SECRET, policy.extended_master_secret, b""),
        (wire.TICKET, policy.session_tickets, b""),
    )
    found += b"".join(wire.extension(kind, body) for kind, has, body in answers if has and kind in asked)
    protocol = _protocol(policy, hello)
    return found + (wire.extension(wire.ALPN, wire.vector(2, wire.vector(1, protocol))) if protocol else b"")


def _protocol(policy: Policy, hello: ClientHello) -> bytes:
    if not policy.alpn or not hello.protocols:
        return b""
    chosen = next((name for name in policy.alpn if name in hello.protocols), None)
    if chosen is None:
        raise Refusal(wire.NO_APPLICATION_PROTOCOL)
    return chosen.encode()
