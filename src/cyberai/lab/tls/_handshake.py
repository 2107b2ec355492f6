"""A TLS 1.2 server that finishes its handshakes and answers what is sent to it then, as RFC 5246, 5746, 6520, 7627,
8422 and 5077 have it. The practice servers with a fault are made of it: each says in its own file what it does wrong.

What it serves is a depot's bell: it says so, rings once whatever comes, and hangs up.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cyberai.lab.service import Identity
from cyberai.lab.tls._protection import Cbc, Gcm, Protection, both_directions, prf, verify_data
from cyberai.lab.tls._wire import (
    ALERT,
    APPLICATION,
    CERTIFICATE,
    CHANGE_CIPHER_SPEC,
    CLIENT_HELLO,
    HANDSHAKE,
    HEARTBEAT,
    HEARTBEATS,
    MASTER_SECRET,
    POINT_FORMATS,
    RENEGOTIATION,
    SERVER_HELLO,
    SERVER_HELLO_DONE,
    SERVER_KEY_EXCHANGE,
    TICKET,
    TLS1_2,
    ClientHello,
    Malformed,
    Reader,
    Refusal,
    extension,
    message,
    packed,
    read_hello,
    record,
    vector,
)

CLOSE_NOTIFY, UNEXPECTED_MESSAGE, HANDSHAKE_FAILURE, DECODE_ERROR, DECRYPT_ERROR = 0, 10, 40, 50, 51
PROTOCOL_VERSION, NO_RENEGOTIATION = 70, 100
NEW_SESSION_TICKET, CLIENT_KEY_EXCHANGE, FINISHED = 4, 16, 20
MAX_RECORD, MAX_MESSAGE = 16_384 + 2_048, 16_384
X25519, P256 = 29, 23
RSA_PKCS1_SHA256, RSA_PSS_SHA256 = 0x0401, 0x0804
RENEGOTIATION_SIGNAL = 0x00FF
RSA_GCM, RSA_CBC, ECDHE_GCM, ECDHE_CBC = 0x009C, 0x002F, 0xC02F, 0xC013
_RECORDS: dict[int, type[Gcm] | type[Cbc]] = {RSA_GCM: Gcm, RSA_CBC: Cbc, ECDHE_GCM: Gcm, ECDHE_CBC: Cbc}
_TICKETS = AESGCM(AESGCM.generate_key(bit_length=128))


class Handshaking:
    """One client's connection, without a socket. Every alert but a warning ends it."""

    suites: ClassVar[tuple[int, ...]] = (ECDHE_GCM, RSA_GCM, ECDHE_CBC, RSA_CBC)
    """What it takes, in its own order."""
    heartbeats: ClassVar[bool] = False
    tickets: ClassVar[bool] = True
    secure_renegotiation: ClassVar[bool] = True
    records: ClassVar[dict[int, type[Gcm] | type[Cbc]]] = _RECORDS

    def __init__(self, identity: Identity) -> None:
        self.closed = False
        self.identity = identity
        self.master = b""
        self._buffer = b""
        self._messages = b""
        self.transcript = b""
        self._output = b""
        self.expected: tuple[int, ...] = (CLIENT_HELLO,)
        self._resumed = False
        self._reading: Protection | None = None
        self._writing: Protection | None = None
        self._proofs = (b"", b"")

    @staticmethod
    def with_cbc(cbc: type[Cbc]) -> dict[int, type[Gcm] | type[Cbc]]:
        """Records as they should be, save for those of CBC."""
        return {suite: cbc if kind is Cbc else kind for suite, kind in _RECORDS.items()}

    def feed(self, data: bytes) -> bytes:
        """See lab.service.Session."""
        self._buffer += data
        try:
            while not self.closed and (found := self._next_record()) is not None:
                self._on_record(*found)
        except Malformed:
            self._alert(DECODE_ERROR)
        except Refusal as refusal:
            self._alert(refusal.description)
        output, self._output = self._output, b""
        return output

    def _next_record(self) -> tuple[int, bytes] | None:
        if len(self._buffer) < 5:
            return None
        kind, size = self._buffer[0], int.from_bytes(self._buffer[3:5], "big")
        if not CHANGE_CIPHER_SPEC <= kind <= HEARTBEAT or self._buffer[1] != 3 or size > MAX_RECORD:
            raise Refusal(PROTOCOL_VERSION)
        if len(self._buffer) < 5 + size:
            return None
        payload, self._buffer = self._buffer[5 : 5 + size], self._buffer[5 + size :]
        return kind, self._reading.open(kind, payload) if self._reading else payload

    def _on_record(self, kind: int, payload: bytes) -> None:
        if kind == HANDSHAKE:
            self._messages += payload
            while not self.closed and (found := self._next_message()) is not None:
                self._on_message(*found)
        elif kind == CHANGE_CIPHER_SPEC:
            self.on_change_cipher_spec()
        elif kind == HEARTBEAT:
            self.on_heartbeat(payload)
        elif kind == APPLICATION and self.expected == (CLIENT_HELLO,) and self._reading:
            self._write(APPLICATION, b"Ding.\r\n")
            self._write(ALERT, bytes((1, CLOSE_NOTIFY)))
            self.closed = True
        elif kind == ALERT:
            self.closed = True
        else:
            raise Refusal(UNEXPECTED_MESSAGE)

    def _next_message(self) -> tuple[int, bytes] | None:
        if len(self._messages) < 4:
            return None
        size = int.from_bytes(self._messages[1:4], "big")
        if size > MAX_MESSAGE:
            raise Malformed("a message that no client sends")
        if len(self._messages) < 4 + size:
            return None
        whole, self._messages = self._messages[: 4 + size], self._messages[4 + size :]
        return whole[0], whole

    def _on_message(self, kind: int, whole: bytes) -> None:
        if kind not in self.expected:
            raise Refusal(UNEXPECTED_MESSAGE)
        body = whole[4:]
        if kind == CLIENT_HELLO:
            if self._reading is None:
                self.begin(whole)
            else:
                self.on_renegotiation(whole)
        elif kind == CLIENT_KEY_EXCHANGE:
            self.transcript += whole
            self._agree(self.premaster(body))
            self.expected = ()
        else:
            self._finish(whole)

    # What the practice servers do otherwise.

    def on_change_cipher_spec(self) -> None:
        """The client changes over: allowed once the keys are agreed on, and then Finished must come."""
        if self.expected != ():
            raise Refusal(UNEXPECTED_MESSAGE)
        self.change_over()
        self.expected = (FINISHED,)

    def change_over(self) -> None:
        """From here on the client's records are protected."""
        self._reading, self._next_writing = both_directions(
            self.records[self._suite], self.master, self.hello.random, self._random
        )

    def on_heartbeat(self, request: bytes) -> None:
        """Send back what a request holds; drop one that is not as it says (RFC 6520, section 4)."""
        size = int.from_bytes(request[1:3], "big")
        if self.heartbeats and request[:1] == b"\1" and 3 + size + 16 <= len(request):
            self.beat(request[3 : 3 + size])

    def beat(self, payload: bytes) -> None:
        """Send a heartbeat's answer."""
        self._write(HEARTBEAT, b"\2" + vector(2, payload) + secrets.token_bytes(16))

    def resumed_id(self, hello: ClientHello) -> bytes:
        """That of the answer to a client whose ticket is taken."""
        return hello.session_id

    def on_renegotiation(self, _whole: bytes) -> None:
        """A client asks for a new handshake within the old one: no."""
        self._write(ALERT, bytes((1, NO_RENEGOTIATION)))

    def decrypted(self, encrypted: bytes) -> bytes:
        """The premaster secret of a client (RFC 5246, section 7.4.7.1): whatever is wrong with it, random bytes take its
        place, and the client learns from Finished only."""
        instead = packed(self.hello.version) + secrets.token_bytes(46)
        block = self.raw(encrypted)
        right = block[:2] == b"\0\2" and 0 not in block[2:-49] and block[-49] == 0
        return block[-48:] if right and block[-48:-46] == instead[:2] else instead

    def raw(self, encrypted: bytes) -> bytes:
        """What was encrypted to the server's key, padding included."""
        own, size = self.identity.key.private_numbers(), self.identity.key.key_size // 8
        number = int.from_bytes(encrypted, "big")
        # By the Chinese remainder theorem (RFC 8017, section 5.1.2): four times as fast as by the modulus.
        one, other = pow(number, own.dmp1, own.p), pow(number, own.dmq1, own.q)
        return (other + own.q * ((one - other) * own.iqmp % own.p)).to_bytes(size, "big")

    # The handshake.

    def begin(self, whole: bytes) -> None:
        """Answer a ClientHello with the server's first part, whether it is the connection's first or not."""
        hello = read_hello(whole[4:])
        self.hello, self.transcript, self._random = hello, whole, secrets.token_bytes(32)
        if hello.version < TLS1_2 or (hello.versions and TLS1_2 not in hello.versions):
            raise Refusal(PROTOCOL_VERSION)
        bound = hello.extensions.get(RENEGOTIATION, b"\0")[1:] == self._proofs[0]
        if self.secure_renegotiation and not bound:
            raise Refusal(HANDSHAKE_FAILURE)
        taken = self._ticket_of(hello)
        chosen = next((suite for suite in self.suites if suite in hello.suites and self._can(suite)), None)
        if chosen is None:
            raise Refusal(HANDSHAKE_FAILURE)
        self._suite = chosen
        if taken:
            self._resume(taken)
            return
        self._say(SERVER_HELLO, self._server_hello(b"" if self.tickets else secrets.token_bytes(32)))
        chain = b"".join(vector(3, certificate) for certificate in self.identity.chain)
        self._say(CERTIFICATE, vector(3, chain))
        if chosen in (ECDHE_GCM, ECDHE_CBC):
            self._say(SERVER_KEY_EXCHANGE, self._key_exchange())
        self._say(SERVER_HELLO_DONE, b"")
        self.expected = (CLIENT_KEY_EXCHANGE,)

    def _can(self, suite: int) -> bool:
        if suite in (RSA_GCM, RSA_CBC):
            return True
        return self._group() is not None and self._scheme() is not None

    def _group(self) -> int | None:
        return next((group for group in (X25519, P256) if group in (self.hello.groups or (P256,))), None)

    def _scheme(self) -> int | None:
        offered = self.hello.signatures
        known = (RSA_PKCS1_SHA256, RSA_PSS_SHA256)
        return next((scheme for scheme in known if offered is not None and scheme in offered), None)

    def _server_hello(self, session_id: bytes) -> bytes:
        offered = self.hello.extensions
        said = b""
        if self.secure_renegotiation and (
            RENEGOTIATION in offered or RENEGOTIATION_SIGNAL in self.hello.suites
        ):
            said += extension(RENEGOTIATION, vector(1, b"".join(self._proofs)))
        if MASTER_SECRET in offered:
            said += extension(MASTER_SECRET)
        if POINT_FORMATS in offered and self._suite in (ECDHE_GCM, ECDHE_CBC):
            said += extension(POINT_FORMATS, b"\1\0")
        if TICKET in offered and self.tickets and not self._resumed:
            said += extension(TICKET)
        if HEARTBEATS in offered and self.heartbeats:
            said += extension(HEARTBEATS, b"\1")
        body = packed(TLS1_2) + self._random + vector(1, session_id) + packed(self._suite) + b"\0"
        return body + (vector(2, said) if said else b"")

    def _key_exchange(self) -> bytes:
        group, scheme = self._group() or P256, self._scheme()
        if group == X25519:
            mine = x25519.X25519PrivateKey.generate()
            public = mine.public_key().public_bytes_raw()
            self._exchange: Callable[[bytes], bytes] = lambda theirs: mine.exchange(
                x25519.X25519PublicKey.from_public_bytes(theirs)
            )
        else:
            own = ec.generate_private_key(ec.SECP256R1())
            point = serialization.PublicFormat.UncompressedPoint
            public = own.public_key().public_bytes(serialization.Encoding.X962, point)
            self._exchange = lambda theirs: own.exchange(
                ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
            )
        said = b"\3" + packed(group) + vector(1, public)
        way: padding.AsymmetricPadding = padding.PKCS1v15()
        if scheme == RSA_PSS_SHA256:
            way = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        signed = self.hello.random + self._random + said
        signature = self.identity.key.sign(signed, way, hashes.SHA256())
        return said + packed(scheme or 0) + vector(2, signature)

    def premaster(self, body: bytes) -> bytes:
        """What the client's key exchange comes to."""
        reader = Reader(body)
        if self._suite in (RSA_GCM, RSA_CBC):
            return self.decrypted(reader.vector(2))
        try:
            return self._exchange(reader.vector(1))
        except ValueError as error:
            raise Malformed("no public value of the group") from error

    def _agree(self, premaster: bytes) -> None:
        label, seed = b"master secret", self.hello.random + self._random
        if MASTER_SECRET in self.hello.extensions:
            label, seed = b"extended master secret", hashlib.sha256(self.transcript).digest()
        self.master = prf(premaster, label, seed, 48)

    def _resume(self, master: bytes) -> None:
        self.master, self._resumed = master, True
        self._say(SERVER_HELLO, self._server_hello(self.resumed_id(self.hello)))
        _, self._next_writing = both_directions(
            self.records[self._suite], master, self.hello.random, self._random
        )
        self._change_and_finish()
        self.expected = ()

    def _finish(self, whole: bytes) -> None:
        proof = verify_data(self.master, b"client", self.transcript)
        if whole[4:] != proof:
            raise Refusal(DECRYPT_ERROR)
        first, self._proofs = self._proofs == (b"", b""), (proof, self._proofs[1])
        self.transcript += whole
        if not self._resumed:
            if TICKET in self.hello.extensions and self.tickets:
                self._say(NEW_SESSION_TICKET, packed(300, size=4) + vector(2, self._ticket()))
            self._change_and_finish()
        if first:
            self._write(APPLICATION, b"Depot bell. Ring once.\r\n")
        self.expected, self._resumed = (CLIENT_HELLO,), False

    def _change_and_finish(self) -> None:
        self._write(CHANGE_CIPHER_SPEC, b"\1")
        self._writing = self._next_writing
        proof = verify_data(self.master, b"server", self.transcript)
        self._proofs = (self._proofs[0], proof)
        self._say(FINISHED, proof)

    def _ticket(self) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + _TICKETS.encrypt(nonce, packed(self._suite) + self.master, None)

    def _ticket_of(self, hello: ClientHello) -> bytes:
        """The master secret in a client's ticket; empty where there is none of ours."""
        sealed = hello.extensions.get(TICKET, b"")
        if not self.tickets or self._reading is not None or len(sealed) < 28:
            return b""
        try:
            held = _TICKETS.decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag:
            return b""
        return held[2:] if int.from_bytes(held[:2], "big") in hello.suites else b""

    def _say(self, kind: int, body: bytes) -> None:
        whole = message(kind, body)
        self.transcript += whole
        self._write(HANDSHAKE, whole)

    def _write(self, kind: int, plain: bytes) -> None:
        if plain:
            sealed = self._writing.seal(kind, plain) if self._writing else plain
            self._output += record(kind, TLS1_2, sealed)

    def _alert(self, number: int) -> None:
        self._write(ALERT, bytes((2, number)))
        self.closed = True
