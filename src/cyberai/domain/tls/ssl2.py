"""The messages of SSLv2, which have a framing of their own (Hickman, "The SSL Protocol", 1995)."""

from struct import pack

from msgspec import Struct

from cyberai.domain.tls.fields import Fields
from cyberai.domain.tls.records import NotTls
from cyberai.domain.tls.version import TlsVersion

_ERROR, _CLIENT_HELLO, _SERVER_HELLO = 0, 1, 4


class Ssl2Hello(Struct, frozen=True):
    """A SERVER-HELLO: its certificate (DER) and the kinds that it takes; or, `refused`, an ERROR."""

    certificate: bytes = b""
    suites: tuple[int, ...] = ()
    refused: bool = False


def ssl2_client_hello(challenge: bytes, suites: tuple[int, ...]) -> bytes:
    """The CLIENT-HELLO with these kinds (codes of three bytes) and a challenge of 16 to 32 bytes."""
    specs = b"".join(code.to_bytes(3, "big") for code in suites)
    body = pack("!BHHHH", _CLIENT_HELLO, TlsVersion.SSL2.wire, len(specs), 0, len(challenge))
    body += specs + challenge
    return pack("!H", 0x8000 | len(body)) + body


def is_ssl2(data: bytes) -> bool | None:
    """Whether an answer that begins so is framed as SSLv2 does; None while that cannot be told."""
    if not data:
        return None
    return data[0] >= 0x80


def missing_of_ssl2(data: bytes) -> int:
    """How many bytes a message that has begun so still wants."""
    if len(data) < 3:
        return 3 - len(data)
    return 2 + (int.from_bytes(data[:2], "big") & 0x7FFF) - len(data)


def read_ssl2_hello(data: bytes) -> Ssl2Hello | None:
    """The first message of an SSLv2 server, None while it is not complete; raise NotTls."""
    if len(data) < 3:
        return None
    length = int.from_bytes(data[:2], "big") & 0x7FFF
    kind = data[2]
    if kind not in (_ERROR, _SERVER_HELLO) or length < (3 if kind == _ERROR else 11):
        raise NotTls("what came is no message of SSLv2")
    if len(data) < 2 + length:
        return None
    fields = Fields(data[3 : 2 + length])
    if kind == _ERROR:
        return Ssl2Hello(refused=True)
    fields.take(2)  # whether it knows the session, and the kind of its certificate
    version, *sizes = (fields.number(2) for _ in range(4))
    if version != TlsVersion.SSL2.wire or sizes[1] % 3:
        raise NotTls("what came is no message of SSLv2")
    certificate, specs = fields.take(sizes[0]), fields.take(sizes[1])
    suites = tuple(int.from_bytes(specs[at : at + 3], "big") for at in range(0, len(specs), 3))
    return Ssl2Hello(certificate, suites)
