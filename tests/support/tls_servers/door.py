"""What a TLS server of a test is: a door whose weaknesses are known."""

from collections.abc import Callable
from dataclasses import dataclass, field

from support.debian_services.service import Door, Ground, Service, Setup


@dataclass(frozen=True)
class TlsDoor(Door):
    """A door that speaks TLS, at once or after `starttls` (the word of openssl s_client). `weak` are the keys of
    weaknesses.WEAKNESSES that it has: all others it has not."""

    name: str = ""
    starttls: str = ""
    weak: frozenset[str] = field(default=frozenset())


def door(port: int, name: str, *weak: str, protocol: str = "http", starttls: str = "") -> TlsDoor:
    """A door with its weaknesses."""
    return TlsDoor(port, protocol, name=name, starttls=starttls, weak=frozenset(weak))


def server(name: str, package: str, program: str, setup: Callable[[Ground], Setup]) -> Service:
    """A service that has one setup only: its doors differ instead."""
    return Service(name, package, program, setup, setup)
