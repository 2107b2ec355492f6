"""The second part of a handshake of TLS 1.0 to 1.2: key exchange and Finished, for checks that must be inside.

Nothing is kept secret by it: whom the server is, is not asked, and its random values derive from the dialogue's seed.
RFC 5246, 7.4 (messages), 8422 (curves), 5077 (tickets), 7627 (extended master secret).
"""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from cyberai.checkkit.library_errors import UNREADABLE, quiet
from cyberai.checkkit.tls_dialogue import (
    CERTIFICATE,
    CLIENT_KEY_EXCHANGE,
    FINISHED,
    MAX_MESSAGE,
    MAX_RECORDS,
    NEW_SESSION_TICKET,
    Greeting,
    Refused,
    TlsDialogue,
)
from cyberai.checkkit.tls_protection import SPECS, Bend, both_directions, digest, prf
from cyberai.domain.tls.fields import Fields
from cyberai.domain.tls.hello import EXTENDED_MASTER_SECRET
from cyberai.domain.tls.records import (
    ALERT,
    CHANGE_CIPHER,
    HANDSHAKE,
    HandshakeReader,
    NotTls,
    alert_of,
    handshake_message,
)

MAX_RSA, MAX_PRIME = 16_384, 8_192
_X25519 = 29
_CURVES: dict[int, type[ec.EllipticCurve]] = {23: ec.SECP256R1, 24: ec.SECP384R1, 25: ec.SECP521R1}


class Established(Struct, frozen=True):
    """A finished handshake: what both Finished said (RFC 5746 binds a renegotiation to it), and the ticket."""

    client_proof: bytes
    server_proof: bytes
    ticket: bytes = b""


async def establish(dialogue: TlsDialogue, greeting: Greeting, bend: Bend | None = None) -> Established:
    """Finish the handshake; `bend` is for the record with our Finished. Raise Refused where the server ends it, ValueError
    where it does something else, and TransportError."""
    spec = SPECS.get(greeting.suite)
    if spec is None:
        raise NotTls("the server chose a suite that was not offered")
    exchange, premaster = _key_exchange(dialogue, greeting)
    said = handshake_message(CLIENT_KEY_EXCHANGE, exchange)
    if greeting.asks_certificate:
        said = handshake_message(CERTIFICATE, bytes(3)) + said
    transcript = greeting.transcript + said
    master = _master(greeting, premaster, transcript)
    proof = _proof(greeting, master, b"client", transcript)
    finished = handshake_message(FINISHED, proof)
    exchanged, changed = dialogue.framed(HANDSHAKE, said), dialogue.framed(CHANGE_CIPHER, b"\1")
    dialogue.writing, reading = both_directions(
        greeting.version, spec, master, greeting.randoms, dialogue.fresh
    )
    await dialogue.say(exchanged, changed, dialogue.framed(HANDSHAKE, finished, bend))
    transcript += finished
    ticket, transcript = await _until_change(dialogue, transcript)
    dialogue.reading = reading
    kind, body = await _message(dialogue)
    if kind != FINISHED or body != _proof(greeting, master, b"server", transcript):
        raise NotTls("the server's Finished is wrong")
    return Established(proof, body, ticket)


async def _until_change(dialogue: TlsDialogue, transcript: bytes) -> tuple[bytes, bytes]:
    """(the ticket, the transcript) when the server changes to the new keys."""
    ticket, reader = b"", HandshakeReader(MAX_MESSAGE)
    for _ in range(MAX_RECORDS):
        found = await dialogue.hear()
        if found is None:
            raise Refused
        if found.kind == CHANGE_CIPHER:
            return ticket, transcript
        if found.kind == ALERT:
            raise Refused(alert_of(found.payload))
        if found.kind != HANDSHAKE:
            raise NotTls("a record that is not of the handshake")
        for kind, body in reader.feed(found.payload):
            if kind != NEW_SESSION_TICKET or ticket:
                raise NotTls("a message that does not belong there")
            fields = Fields(body)
            fields.take(4)
            ticket = fields.sized(2)
            transcript += handshake_message(kind, body)
    raise NotTls("the handshake does not end")


async def _message(dialogue: TlsDialogue) -> tuple[int, bytes]:
    """The next message of the handshake."""
    reader = HandshakeReader(MAX_MESSAGE)
    for _ in range(MAX_RECORDS):
        found = await dialogue.hear()
        if found is None:
            raise Refused
        if found.kind == ALERT:
            raise Refused(alert_of(found.payload))
        if found.kind != HANDSHAKE:
            raise NotTls("a record that is not of the handshake")
        for message in reader.feed(found.payload):
            return message
    raise NotTls("a message that does not end")


def _master(greeting: Greeting, premaster: bytes, transcript: bytes) -> bytes:
    spec = SPECS[greeting.suite]
    label, seed = b"master secret", b"".join(greeting.randoms)
    if EXTENDED_MASTER_SECRET in greeting.extensions:
        label, seed = b"extended master secret", digest(greeting.version, spec, transcript)
    return prf(greeting.version, spec, premaster, label, seed, 48)


def _proof(greeting: Greeting, master: bytes, side: bytes, transcript: bytes) -> bytes:
    spec = SPECS[greeting.suite]
    seed = digest(greeting.version, spec, transcript)
    return prf(greeting.version, spec, master, side + b" finished", seed, 12)


def _key_exchange(dialogue: TlsDialogue, greeting: Greeting) -> tuple[bytes, bytes]:
    """(body of the ClientKeyExchange, premaster secret); raise ValueError."""
    kind = SPECS[greeting.suite].exchange
    if kind == "rsa":
        key = rsa_key(greeting)
        # The version is the one that was offered, not the one that was chosen (RFC 5246, 7.4.7.1).
        premaster = greeting.offered.to_bytes(2, "big") + dialogue.fresh(46)
        size = key.size
        block = b"\0\2" + non_zero(dialogue, size - 3 - len(premaster)) + b"\0" + premaster
        return _long(key.encrypted(block)), premaster
    fields = Fields(greeting.exchange)
    return _dhe(dialogue, fields) if kind == "dhe" else _ecdhe(dialogue, fields)


def _dhe(dialogue: TlsDialogue, fields: Fields) -> tuple[bytes, bytes]:
    prime, generator, theirs = (int.from_bytes(fields.sized(2), "big") for _ in range(3))
    if not 256 <= prime.bit_length() <= MAX_PRIME or not 1 < theirs < prime - 1 or prime % 2 == 0:
        raise NotTls("no group to exchange keys in")
    secret = int.from_bytes(dialogue.fresh(32), "big")
    shared = pow(theirs, secret, prime)
    public = pow(generator, secret, prime)
    return _long(_number(public, (prime.bit_length() + 7) // 8)), _number(
        shared, (shared.bit_length() + 7) // 8
    )


def _ecdhe(dialogue: TlsDialogue, fields: Fields) -> tuple[bytes, bytes]:
    named, group, theirs = fields.number(1), fields.number(2), fields.sized(1)
    if named == 3 and group == _X25519:
        mine = x25519.X25519PrivateKey.from_private_bytes(dialogue.fresh(32))
        shared = mine.exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
        return _short(mine.public_key().public_bytes_raw()), shared
    curve = _CURVES.get(group)
    if named != 3 or curve is None:
        raise NotTls("a curve that was not offered")
    own = ec.derive_private_key(int.from_bytes(dialogue.fresh(31), "big"), curve())
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    point = ec.EllipticCurvePublicKey.from_encoded_point(curve(), theirs)
    return _short(public), own.exchange(ec.ECDH(), point)


class RsaKey(Struct, frozen=True):
    """The public key of a certificate."""

    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """Bytes of the modulus."""
        return (self.modulus.bit_length() + 7) // 8

    def encrypted(self, block: bytes) -> bytes:
        """A block of `size` bytes, encrypted as it is: the padding is the caller's affair."""
        return pow(int.from_bytes(block, "big"), self.exponent, self.modulus).to_bytes(self.size, "big")


def rsa_key(greeting: Greeting) -> RsaKey:
    """The key to encrypt to; raise ValueError where the certificate has none, or one out of all proportion."""
    try:
        with quiet():
            key = x509.load_der_x509_certificate(greeting.certificate).public_key()
    except UNREADABLE as error:
        raise NotTls("the certificate cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey) or not 512 <= key.key_size <= MAX_RSA:
        raise NotTls("the certificate has no RSA key")
    numbers = key.public_numbers()
    if numbers.e.bit_length() > 64:
        raise NotTls("an exponent out of all proportion")
    return RsaKey(numbers.n, numbers.e)


def non_zero(dialogue: TlsDialogue, size: int) -> bytes:
    """Random bytes without a zero."""
    return bytes(byte or 1 for byte in dialogue.fresh(size))


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _short(body: bytes) -> bytes:
    return len(body).to_bytes(1, "big") + body


def _long(body: bytes) -> bytes:
    return len(body).to_bytes(2, "big") + body
