"""The hellos of the assessment: everything that shows a trait of the server is asked for with each of them."""

from enum import IntEnum

from msgspec.structs import replace

from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.groups import GROUPS
from cyberai.domain.tls.hello import CERTIFICATE_TIMESTAMPS, ClientOffer
from cyberai.domain.tls.offers import CURVES, MOST_SUITES, SIGNATURES, likely_suites, offer_of
from cyberai.domain.tls.suites import SSL2_SUITES
from cyberai.domain.tls.version import TlsVersion

WEB_PROTOCOLS = ("h2", "http/1.1", "http/1.0", "spdy/3.1")
_DEFLATE = 1
_FEW = 20
"""Suites and groups for servers that choke on long hellos."""

ALL_GROUPS = (
    *(code for code, group in GROUPS.items() if group.post_quantum),
    *CURVES,
    *(code for code, group in GROUPS.items() if group.finite),
)


class Style(IntEnum):
    """How much stands in a hello, from the most to the least: what a server refuses as a whole is asked with less."""

    FULL = 0
    CALM = 1
    """Without what some servers and boxes on the way take offence at."""
    PLAIN = 2
    SMALL = 3

    @property
    def most_suites(self) -> int:
        """Suites of one hello."""
        return _FEW if self is Style.SMALL else MOST_SUITES


def offering(asset: TlsAsset, version: TlsVersion, style: Style) -> ClientOffer:
    """What asks this server for exactly this version, with the suites that it is likely to have."""
    if version is TlsVersion.SSL2:
        return ClientOffer(versions=(version,), suites=tuple(SSL2_SUITES))
    plain = offer_of(version, asset.server_name)
    if version is TlsVersion.TLS1_3:
        return replace(plain, groups=ALL_GROUPS, key_shares=() if style is Style.FULL else plain.key_shares)
    if style is Style.SMALL:
        usual = _usual_first(likely_suites(version))
        few = SIGNATURES[:_FEW] if plain.signatures else ()
        return replace(plain, suites=usual[:_FEW], groups=CURVES[:5], signatures=few)
    if style is Style.PLAIN:
        return plain
    full = style is Style.FULL
    return replace(
        plain,
        alpn=WEB_PROTOCOLS if full and asset.starttls is None else (),
        compressions=(_DEFLATE, 0) if full else (0,),
        heartbeat=full,
        extended_master_secret=True,
        encrypt_then_mac=True,
        session_ticket=b"",
        status_request=True,
        extra=((CERTIFICATE_TIMESTAMPS, b""),) if version is not TlsVersion.SSL3 else (),
    )


def revealing(asset: TlsAsset) -> ClientOffer:
    """What asks for TLS 1.3 and for all that a server says of itself behind its ServerHello."""
    return replace(
        offering(asset, TlsVersion.TLS1_3, Style.PLAIN),
        alpn=WEB_PROTOCOLS if asset.starttls is None else (),
        status_request=True,
        extra=((CERTIFICATE_TIMESTAMPS, b""),),
    )


def _usual_first(codes: tuple[int, ...]) -> tuple[int, ...]:
    """What the servers that need short hellos have: RSA with RC4, 3DES and AES."""
    usual = (0x002F, 0x0035, 0x000A, 0x0005, 0x0004, 0xC013, 0xC014, 0xC02F, 0xC030, 0xC011, 0xC012, 0x0009)
    return (*(code for code in usual if code in codes), *(code for code in codes if code not in usual))
