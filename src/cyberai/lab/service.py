"""What a page file declares beside pages: HTTPS listeners and services of other protocols."""

import datetime
from collections.abc import Callable
from enum import Enum
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.page import Flaw


class Session(Protocol):
    """One client's dialogue with a service, without a socket."""

    closed: bool

    def feed(self, data: bytes) -> bytes:
        """What the service answers to the bytes that came; sets `closed` when it hangs up."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service on a port of its own. `session(fixed)` opens one dialogue: a TCP connection, or with `udp` a single
    datagram, whose answer is one datagram. A service that `greets` is fed the empty string as soon as a client connects:
    what it says to that is its banner."""

    name: str
    session: Callable[[bool], Session]
    checks: tuple[str, ...]
    flaws: tuple[Flaw, ...] = ()
    demo: bool = False
    udp: bool = False
    greets: bool = False


class Sent(Enum):
    """What a listener sends with the certificate that an intermediate authority has signed."""

    WHOLE = "the intermediate certificate"
    ALONE = "nothing"
    SHUFFLED = "the root before the intermediate certificate"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate a listener serves. `None` for a date means: around the lab's start; `days` counts from there to its
    end, `age` those since its beginning. `sent` None: signed by the lab's root itself. `roca`: with a key of the generator of CVE-2017-15361. `public`: names the
    policy of public authorities; `logged`: carries a timestamp of a log; `must_staple`: clients shall insist on a stapled
    answer; `for_clients`: made for clients only."""

    self_signed: bool = False
    names: tuple[str, ...] = ("localhost",)
    addresses: tuple[str, ...] = ("127.0.0.1", "::1")
    key_bits: int = 2048
    not_before: datetime.datetime | None = None
    not_after: datetime.datetime | None = None
    days: int = 90
    age: int = 1
    sent: Sent | None = None
    roca: bool = False
    public: bool = False
    logged: bool = False
    must_staple: bool = False
    for_clients: bool = False


class Identity(msgspec.Struct, frozen=True):
    """What a TLS server shows and signs with: DER certificates, its own first."""

    chain: tuple[bytes, ...]
    key: rsa.RSAPrivateKey


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """How one twin of a listener speaks TLS."""

    certificate: Certificate
    obsolete_versions: bool = False


class TlsListener(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTPS listener on a port of its own; `respond(request, fixed)` makes its pages."""

    name: str
    vulnerable: Tls
    fixed: Tls
    respond: Callable[[LabRequest, bool], LabResponse]
    checks: tuple[str, ...]
    flaws: tuple[Flaw, ...] = ()
    demo: bool = False

    def tls(self, fixed: bool) -> Tls:
        return self.fixed if fixed else self.vulnerable


class TlsService(msgspec.Struct, frozen=True, kw_only=True):
    """A TLS port whose handshake is our own, for what no library speaks any more: `session(fixed, identity)` opens one
    connection. It shows a certificate like `certificate` of the lab's authority."""

    name: str
    session: Callable[[bool, Identity], Session]
    checks: tuple[str, ...]
    certificate: Certificate = Certificate()
    flaws: tuple[Flaw, ...] = ()
    demo: bool = False
