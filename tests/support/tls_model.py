"""A TLS server as a function of one ClientHello, written from the RFCs and independent of what reads it."""

import asyncio
from collections.abc import Awaitable, Callable
from struct import pack, unpack_from

from msgspec import Struct, field

from cyberai.ports.network import Answer, Conversation, TransportError, TransportReason


def taken_apart(hello: bytes) -> tuple[int, int, bytes, list[int], bytes, dict[int, bytes]]:
    """(version of the record, of the message, session id, suites, compressions, extensions)"""
    kind, outer, length = unpack_from("!BHH", hello)
    assert (kind, length, hello[5]) == (22, len(hello) - 5, 1)
    assert int.from_bytes(hello[6:9], "big") == len(hello) - 9
    at = 9 + 2 + 32
    session = hello[at + 1 : at + 1 + hello[at]]
    at += 1 + len(session)
    many = unpack_from("!H", hello, at)[0] // 2
    suites = list(unpack_from(f"!{many}H", hello, at + 2))
    at += 2 + 2 * many
    compressions = hello[at + 1 : at + 1 + hello[at]]
    at += 1 + len(compressions)
    extensions: dict[int, bytes] = {}
    if at < len(hello):
        assert unpack_from("!H", hello, at)[0] == len(hello) - at - 2
        at += 2
        while at < len(hello):
            number, size = unpack_from("!HH", hello, at)
            assert number not in extensions
            extensions[number] = hello[at + 4 : at + 4 + size]
            at += 4 + size
    return outer, unpack_from("!H", hello, 9)[0], session, suites, compressions, extensions


class TlsModel(Struct, kw_only=True):
    """What the server is configured with. `suites` by version, newest selected; codes in `ecdhe` take part in a key
    exchange over a named group, those in `dhe` over a field. An order is its own where `own_order` says so."""

    suites: dict[int, tuple[int, ...]]
    groups: tuple[int, ...] = (0x1D, 0x17)
    own_order: bool = True
    ecdhe: frozenset[int] = frozenset()
    dhe: frozenset[int] = frozenset()
    prime: bytes = b"\xff" * 128
    schemes: tuple[int, ...] = (0x0804,)
    extensions: dict[int, bytes] = field(default_factory=dict)
    compression: int = 0
    staple: bytes = b""
    asks_client: bool = False
    fallback_scsv: bool = True
    alpn: tuple[str, ...] = ()
    session_id: bytes = b"session"
    certificate: bytes = b"leaf"
    nameless: bytes | None = b"leaf"
    public: bytes = b"public"

    def answer(self, hello: bytes) -> bytes:
        """The server's flight, or an alert."""
        if hello[0] != 22:
            return b""
        _, legacy, _, suites, compressions, extensions = taken_apart(hello)
        offered = {legacy}
        if 43 in extensions:
            offered = set(unpack_from(f"!{len(extensions[43]) // 2}H", extensions[43], 1))
        version = max((v for v in self.suites if v <= max(offered)), default=0)
        if version == 0 or (43 in extensions and version not in offered):
            return alert(70)
        if 0x5600 in suites and max(self.suites) > max(offered) and self.fallback_scsv:
            return alert(86)
        if 0 not in extensions and self.nameless is None:
            return alert(112)
        groups = _numbers(extensions.get(10, b""))
        usable = [
            code
            for code in self.suites[version]
            if code in suites and (code not in self.ecdhe or not extensions or set(groups) & set(self.groups))
        ]
        schemes = _numbers(extensions.get(13, b""))
        signs = version < 0x0303 or bool(set(schemes) & set(self.schemes))
        usable = [code for code in usable if signs or code not in self.ecdhe | self.dhe]
        if not usable:
            return alert(40)
        suite = usable[0] if self.own_order else next(code for code in suites if code in usable)
        if version == 0x0304:
            return self._modern(suite, groups)
        body = pack("!H", version) + bytes(32) + _short(self._session(extensions)) + pack("!H", suite)
        body += bytes([self.compression if self.compression in compressions else 0])
        shown = self._shown(extensions, suites)
        messages = _message(2, body + _long(b"".join(pack("!H", k) + _long(v) for k, v in shown.items())))
        leaf = self.certificate if 0 in extensions else self.nameless or b""
        messages += _message(11, _wide(_wide(leaf)))
        if self.staple and 5 in extensions:
            messages += _message(22, b"\x01" + _wide(self.staple))
        messages += self._exchange(suite, version, groups, schemes)
        messages += _message(13, b"") if self.asks_client else b""
        messages += _message(14, b"")
        return pack("!BHH", 22, version, len(messages)) + messages

    def _modern(self, suite: int, groups: tuple[int, ...]) -> bytes:
        group = self._first(self.groups, groups)
        if group is None:
            return alert(40)
        extensions = b"\x00\x2b\x00\x02\x03\x04" + pack("!HHH", 51, 2, group)
        retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
        body = b"\x03\x03" + retry + b"\x00" + pack("!HB", suite, 0) + _long(extensions)
        message = _message(2, body)
        return pack("!BHH", 22, 0x0303, len(message)) + message

    def _first(self, own: tuple[int, ...], offered: tuple[int, ...]) -> int | None:
        first, other = (own, offered) if self.own_order else (offered, own)
        return next((code for code in first if code in other), None)

    def _session(self, extensions: dict[int, bytes]) -> bytes:
        return b"" if 35 in extensions and 35 in self.extensions else self.session_id

    def _shown(self, extensions: dict[int, bytes], suites: list[int]) -> dict[int, bytes]:
        shown = {
            k: v for k, v in self.extensions.items() if k in extensions or (k == 0xFF01 and 0xFF in suites)
        }
        wanted = extensions.get(16, b"").decode("latin-1")
        name = next((name for name in self.alpn if chr(len(name)) + name in wanted), None)
        if name is not None:
            shown[16] = _long(_short(name.encode()))
        return shown

    def _exchange(self, suite: int, version: int, groups: tuple[int, ...], schemes: tuple[int, ...]) -> bytes:
        if suite in self.ecdhe:
            params = b"\x03" + pack("!H", self._first(self.groups, groups) or 0) + _short(b"point")
        elif suite in self.dhe:
            params = _long(self.prime) + _long(b"\x02") + _long(self.public)
        else:
            return b""
        if version == 0x0303:
            params += pack("!H", next(scheme for scheme in self.schemes if scheme in schemes))
        return _message(12, params + _long(b"signature"))


Say = Callable[[bytes], bytes]
"""What a server answers to a hello; it raises what the connection ends with instead."""


class ModelDialer:
    """The part of ports.network.Dialer that an assessment uses, towards a server of this process. `say` is asked with the
    number of the connection and the hello."""

    def __init__(self, say: Callable[[int, bytes], bytes]) -> None:
        self._say = say
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
    ) -> Answer:
        self.connections += 1
        number = self.connections
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            return await dialogue(_Spoken(lambda hello: self._say(number, hello)))
        except TimeoutError as error:
            raise TransportError(TransportReason.TIMEOUT) from error
        finally:
            self.at_once -= 1


class _Spoken:
    def __init__(self, say: Say) -> None:
        self._say = say
        self._said = b""

    async def send(self, data: bytes) -> None:
        self._said += self._say(data)

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        return await self.receive_exactly(limit)

    async def receive_exactly(self, size: int) -> bytes:
        said, self._said = self._said[:size], self._said[size:]
        if said == SILENCE:
            await asyncio.Event().wait()
        return said

    async def start_tls(self) -> None:
        raise TransportError(TransportReason.TLS_FAILED)


SILENCE = b"\xff\xff\xff"
"""Said by a server that says nothing and does not hang up either."""


def alert(description: int) -> bytes:
    return bytes((21, 3, 1, 0, 2, 2, description))


def _numbers(body: bytes) -> tuple[int, ...]:
    return unpack_from(f"!{len(body[2:]) // 2}H", body, 2) if body else ()


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _wide(body)


def _short(body: bytes) -> bytes:
    return bytes([len(body)]) + body


def _long(body: bytes) -> bytes:
    return pack("!H", len(body)) + body


def _wide(body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + body
