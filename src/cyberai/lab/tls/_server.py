"""A TLS server up to the end of its first flight, in every version from SSLv2 to TLS 1.3; nobody gets further.

Written from the RFCs, for what no library speaks any more. What it agrees to is its Policy.
"""

import hashlib

import msgspec

from cyberai.lab.service import Identity
from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._exchange import key_exchange, signed
from cyberai.lab.tls._extensions import server_extensions
from cyberai.lab.tls._keys import RSA_SCHEMES, fresh, group_share
from cyberai.lab.tls._policy import Policy
from cyberai.lab.tls._suites import FALLBACK_SCSV, SUITES, Suite
from cyberai.lab.tls._wire import ClientHello, Malformed, Refusal

_RETRY = hashlib.sha256(b"HelloRetryRequest").digest()


class TlsSession:
    """One connection. `hello`, `version` and `suite` are what was agreed on, once it was."""

    server_random = b""

    def __init__(self, policy: Policy, identity: Identity) -> None:
        self.closed = False
        self.policy = policy
        self.identity = identity
        self.hello: ClientHello | None = None
        self.version = 0
        self.suite: Suite | None = None
        self.retried = False
        self._buffer = b""
        self._messages = b""

    def feed(self, data: bytes) -> bytes:
        """What the server answers; it hangs up after an alert and at what is no TLS."""
        self._buffer += data
        output = b""
        try:
            while self._buffer and not self.closed:
                taken = self._taken()
                if taken is None:
                    break
                output += self._answered(*taken)
        except Refusal as refusal:
            output += self.alert(refusal.description)
        except Malformed:
            output += self.alert(wire.DECODE_ERROR) if self._messages else b""
            self.closed = True
        return output

    def alert(self, description: int) -> bytes:
        """A fatal alert, after which the connection ends."""
        self.closed = True
        return wire.record(wire.ALERT, self.record_version, bytes([wire.FATAL, description]))

    def answer_further(self, kind: int, _payload: bytes) -> bytes:
        """What is said to a record that comes after the server's flight: it cannot go on."""
        if kind == wire.ALERT:
            self.closed = True
            return b""
        expected = (wire.HANDSHAKE,) if self.version < wire.TLS1_3 else (wire.CHANGE_CIPHER_SPEC,)
        if kind == wire.CHANGE_CIPHER_SPEC and kind in expected:
            return b""
        raise Refusal(wire.HANDSHAKE_FAILURE if kind in expected else wire.UNEXPECTED_MESSAGE)

    @property
    def record_version(self) -> int:
        """What stands in the head of a record: TLS 1.3 writes 1.2 (RFC 8446, section 5.1)."""
        asked = self.hello.version if self.hello is not None else wire.TLS1_0
        return min(max(self.version or asked, wire.SSL3), wire.TLS1_2)

    # records ------------------------------------------------------------------------------------

    def _taken(self) -> tuple[int, bytes] | None:
        """The next record as (kind, payload), None while it is not whole; an SSLv2 hello has kind 0."""
        first = self._buffer[0]
        if self.hello is None and not self._messages and first & 0x80 and self._buffer[2:3] in (b"", b"\x01"):
            size = int.from_bytes(self._buffer[:2], "big") & 0x7FFF
            return None if len(self._buffer) < 2 + size else (0, self._cut(2, size))
        if not wire.CHANGE_CIPHER_SPEC <= first <= wire.HEARTBEAT or self._buffer[1:2] not in (b"", b"\x03"):
            raise Malformed("no TLS record begins like this")
        size = int.from_bytes(self._buffer[3:5], "big")
        if size > wire.MAX_RECORD + 2048:
            raise Malformed("the record is too long")
        return None if len(self._buffer) < 5 + size else (first, self._cut(5, size))

    def _cut(self, head: int, size: int) -> bytes:
        payload, self._buffer = self._buffer[head : head + size], self._buffer[head + size :]
        return payload

    def _answered(self, kind: int, payload: bytes) -> bytes:
        if self.hello is not None:
            return self.answer_further(kind, payload)
        if kind == 0:
            return self._flight(wire.read_ssl2_hello(payload))
        if kind == wire.ALERT:
            self.closed = True
            return b""
        if kind == wire.CHANGE_CIPHER_SPEC and self.retried:
            return b""
        if kind != wire.HANDSHAKE or not payload:
            raise Refusal(wire.UNEXPECTED_MESSAGE)
        self._messages += payload
        size = int.from_bytes(self._messages[1:4], "big")
        if size > wire.MAX_MESSAGE:
            raise Malformed("the message is too long")
        if self._messages[0] != wire.CLIENT_HELLO:
            raise Refusal(wire.UNEXPECTED_MESSAGE)
        if len(self._messages) < 4 + size:
            return b""
        hello = wire.read_hello(self._messages[4 : 4 + size])
        answer = self._flight(hello)
        self._messages = b""
        return answer

    # choice -------------------------------------------------------------------------------------

    def _flight(self, hello: ClientHello) -> bytes:
        if hello.ssl2_framed and hello.version == wire.SSL2:
            return self._ssl2_hello(hello)
        if hello.ssl2_framed:
            # Suites of later versions have a zero in front (RFC 5246, appendix E.2).
            suites = tuple(code for code in hello.suites if code <= 0xFFFF)
            hello = msgspec.structs.replace(hello, suites=suites)
        version = self.choose_version(hello)
        if (
            FALLBACK_SCSV in hello.suites
            and self.policy.fallback_scsv
            and version < max(self.policy.versions)
        ):
            raise Refusal(wire.INAPPROPRIATE_FALLBACK)
        self.version = version
        suite = self.choose_suite(hello)
        if version == wire.TLS1_3 and not set(hello.shares) & set(self.policy.groups):
            return self._retry(hello, suite)
        self.hello, self.suite = hello, suite
        return self._messages_of(hello, suite)

    def choose_version(self, hello: ClientHello) -> int:
        """The highest of both sides; raise Refusal."""
        asked = hello.versions if wire.TLS1_3 in self.policy.versions else ()
        common = [
            version
            for version in self.policy.versions
            if (version in asked if asked else wire.SSL3 <= version <= min(hello.version, wire.TLS1_2))
        ]
        if not common:
            raise Refusal(wire.PROTOCOL_VERSION if hello.version >= wire.TLS1_0 else wire.HANDSHAKE_FAILURE)
        return max(common)

    def choose_suite(self, hello: ClientHello) -> Suite:
        """The first that both sides have, in the order of the policy; raise Refusal."""
        ours, theirs = self.policy.suites, hello.suites
        first, second = (ours, theirs) if self.policy.server_order else (theirs, ours)
        for code in first:
            if code in second and code in SUITES and self._can(SUITES[code], hello):
                return SUITES[code]
        raise Refusal(wire.HANDSHAKE_FAILURE)

    def _can(self, suite: Suite, hello: ClientHello) -> bool:
        if self.version not in suite.versions:
            return False
        if (suite.elliptic or not suite.exchange) and self.group(hello) is None:
            return False
        signs = not suite.anonymous and (suite.export or suite.exchange != "RSA")
        return not signs or self.version < wire.TLS1_2 or self.signature(hello) is not None

    def group(self, hello: ClientHello) -> int | None:
        """The server's first named group that the client has too; a client that names none has them all."""
        named = hello.groups
        return next((group for group in self.policy.groups if not named or group in named), None)

    def signature(self, hello: ClientHello) -> int | None:
        """The server's first signature algorithm that the client has too; SHA-1 for a client that names none (RFC 5246,
        section 7.4.1.4.1)."""
        named = (0x0201,) if hello.signatures is None else hello.signatures
        return next((s for s in self.policy.signatures if s in named and s in RSA_SCHEMES), None)

    # messages -----------------------------------------------------------------------------------

    def _ssl2_hello(self, hello: ClientHello) -> bytes:
        if wire.SSL2 not in self.policy.versions:
            raise Malformed("SSLv2 is not spoken")
        self.hello, self.version = hello, wire.SSL2
        suites = [code for code in self.policy.ssl2_suites if code in hello.suites]
        certificate, names = self.identity.chain[0], wire.packed(*suites, size=3)
        connection = fresh(16)
        head = bytes([4, 0, 1]) + wire.packed(wire.SSL2, len(certificate), len(names), len(connection))
        return wire.ssl2_record(head + certificate + names + connection)

    def _retry(self, hello: ClientHello, suite: Suite) -> bytes:
        group = self.group(hello)
        if self.retried or group is None:
            raise Refusal(wire.ILLEGAL_PARAMETER)
        self.retried = True
        extensions = wire.extension(wire.VERSIONS, wire.packed(wire.TLS1_3))
        extensions += wire.extension(wire.KEY_SHARE, wire.packed(group))
        return self._record(self._server_hello(hello, suite, _RETRY, extensions, 0))

    def _messages_of(self, hello: ClientHello, suite: Suite) -> bytes:
        if self.version == wire.TLS1_3:
            return self._record(self._modern_hello(hello, suite))
        messages = self._server_hello(
            hello,
            suite,
            self._random(),
            server_extensions(self.policy, self.version, suite, hello),
            self._compression(hello),
        )
        if not suite.anonymous:
            chain = b"".join(wire.vector(3, certificate) for certificate in self.identity.chain)
            messages += wire.message(wire.CERTIFICATE, wire.vector(3, chain))
        if self._staples(hello):
            messages += wire.message(wire.CERTIFICATE_STATUS, b"\x01" + wire.vector(3, self.policy.staple))
        exchange = self._exchange(hello, suite)
        if exchange:
            messages += wire.message(wire.SERVER_KEY_EXCHANGE, exchange)
        if self.policy.client_certificate and not suite.anonymous:
            messages += wire.message(wire.CERTIFICATE_REQUEST, self._request())
        return self._record(messages + wire.message(wire.SERVER_HELLO_DONE, b""))

    def _exchange(self, hello: ClientHello, suite: Suite) -> bytes:
        modern = self.version == wire.TLS1_2
        return key_exchange(
            self.policy,
            suite,
            self.group(hello),
            lambda parameters: signed(
                self.identity.key,
                self.signature(hello) if modern else None,
                hello.random + self.server_random + parameters,
            ),
        )

    def _record(self, messages: bytes) -> bytes:
        return wire.record(wire.HANDSHAKE, self.record_version, messages)

    def _server_hello(
        self, hello: ClientHello, suite: Suite, random: bytes, extensions: bytes, compression: int
    ) -> bytes:
        self.server_random = random
        session = hello.session_id if self.version == wire.TLS1_3 else self._session_id(hello)
        body = wire.packed(min(self.version, wire.TLS1_2)) + random + wire.vector(1, session)
        body += wire.packed(suite.code) + bytes([compression])
        return wire.message(wire.SERVER_HELLO, body + (wire.vector(2, extensions) if extensions else b""))

    def _modern_hello(self, hello: ClientHello, suite: Suite) -> bytes:
        group = next(group for group in self.policy.groups if group in hello.shares)
        share = wire.packed(group) + wire.vector(2, group_share(group))
        extensions = wire.extension(wire.VERSIONS, wire.packed(wire.TLS1_3)) + wire.extension(
            wire.KEY_SHARE, share
        )
        return self._server_hello(hello, suite, fresh(32), extensions, 0)

    def _random(self) -> bytes:
        """With the sign of RFC 8446, section 4.1.3, that a higher version was to be had."""
        if wire.TLS1_3 not in self.policy.versions:
            return fresh(32)
        return fresh(24) + b"DOWNGRD" + bytes([self.version == wire.TLS1_2])

    def _session_id(self, hello: ClientHello) -> bytes:
        ticket = self.policy.session_tickets and wire.TICKET in hello.extensions
        return fresh(32) if self.policy.session_ids and not ticket else b""

    def _compression(self, hello: ClientHello) -> int:
        if 0 not in hello.compressions:
            raise Refusal(wire.DECODE_ERROR)
        return next(method for method in (*self.policy.compressions, 0) if method in hello.compressions)

    def _staples(self, hello: ClientHello) -> bool:
        return (
            bool(self.policy.staple) and wire.STATUS_REQUEST in hello.extensions and self.version > wire.SSL3
        )

    def _request(self) -> bytes:
        """Any RSA certificate of any authority will do."""
        schemes = wire.vector(2, wire.packed(*self.policy.signatures)) if self.version == wire.TLS1_2 else b""
        return wire.vector(1, b"\x01") + schemes + wire.vector(2, b"")
