"""The versions of SSL and TLS."""

from collections.abc import Mapping
from enum import StrEnum


class TlsVersion(StrEnum):
    """Protocol versions, oldest first."""

    SSL2 = "SSLv2"
    SSL3 = "SSLv3"
    TLS1_0 = "TLSv1.0"
    TLS1_1 = "TLSv1.1"
    TLS1_2 = "TLSv1.2"
    TLS1_3 = "TLSv1.3"

    @property
    def wire(self) -> int:
        """The number that stands for it in messages."""
        return _WIRE[self]


_WIRE: Mapping[TlsVersion, int] = {
    TlsVersion.SSL2: 0x0002,
    TlsVersion.SSL3: 0x0300,
    TlsVersion.TLS1_0: 0x0301,
    TlsVersion.TLS1_1: 0x0302,
    TlsVersion.TLS1_2: 0x0303,
    TlsVersion.TLS1_3: 0x0304,
}
_VERSIONS = {wire: version for version, wire in _WIRE.items()}


def version_of(wire: int) -> TlsVersion | None:
    """The version of a number in a message, None for one that stands for none."""
    return _VERSIONS.get(wire)
