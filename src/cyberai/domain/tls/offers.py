"""ClientHellos that ask a server for one version, with everything that a server of that version may take."""

from collections.abc import Mapping

from cyberai.domain.tls.groups import GROUPS
from cyberai.domain.tls.hello import ClientOffer, derived
from cyberai.domain.tls.signatures import SCHEMES
from cyberai.domain.tls.suites import SUITES, Suite
from cyberai.domain.tls.version import TlsVersion

MOST_SUITES = 120
"""Suites of one ClientHello: some servers choke on more than 128."""

_COMMON_EXCHANGES = ("ECDHE", "DHE", "RSA")
_COMMON_CIPHERS = ("AES", "CHACHA20", "CAMELLIA", "ARIA", "SEED", "IDEA", "3DES", "RC4", "RC2", "DES", "NULL")
_X25519 = 0x001D

CURVES = tuple(
    sorted(
        (code for code, group in GROUPS.items() if not group.finite and not group.post_quantum),
        key=lambda code: ({0x001D: 0, 0x0017: 1, 0x0018: 2, 0x0019: 3, 0x001E: 4}.get(code, 5), code),
    )
)
"""Curves, the usual ones first. Fields of RFC 7919 are left out of what asks versions before 1.3: a server that knows
them would no longer show the field that it is configured with."""

SIGNATURES = tuple(
    sorted(
        SCHEMES, key=lambda code: (SCHEMES[code].hash in ("MD5", "SHA1"), code >> 8 not in (4, 5, 6, 8), code)
    )
)
"""All schemes, those with weak digests last."""

KEY_LENGTHS: Mapping[int, int] = {_X25519: 32, 0x001E: 56}
"""Groups of which any bytes of this length are a public value (RFC 7748, section 5)."""


def _rank(suite: Suite) -> tuple[int, int, int, int]:
    cipher = next((at for at, name in enumerate(_COMMON_CIPHERS) if suite.cipher.startswith(name)), 99)
    exchange = _COMMON_EXCHANGES.index(suite.exchange) if suite.exchange in _COMMON_EXCHANGES else 99
    return exchange, not suite.aead, cipher, suite.code


def _is_likely(suite: Suite) -> bool:
    if suite.tls13:
        return True
    return suite.exchange in _COMMON_EXCHANGES and suite.authentication in ("RSA", "ECDSA")


def _takes(suite: Suite, version: TlsVersion) -> bool:
    if suite.tls13 or version is TlsVersion.TLS1_3:
        return suite.tls13 and version is TlsVersion.TLS1_3
    return suite.lowest.wire <= version.wire


_RANKED = tuple(sorted(SUITES.values(), key=_rank))


def likely_suites(version: TlsVersion) -> tuple[int, ...]:
    """The suites that servers of this version usually have some of, at most MOST_SUITES, forward secret ones first."""
    return tuple(suite.code for suite in _RANKED if _is_likely(suite) and _takes(suite, version))


def unlikely_suites(version: TlsVersion) -> tuple[int, ...]:
    """All others that are not ruled out for this version."""
    return tuple(suite.code for suite in _RANKED if not _is_likely(suite) and _takes(suite, version))


def offer_of(version: TlsVersion, server_name: str = "") -> ClientOffer:
    """What asks for exactly this version (from SSLv3 on)."""
    modern = version is TlsVersion.TLS1_3
    signs = modern or version is TlsVersion.TLS1_2
    return ClientOffer(
        versions=(version,),
        suites=likely_suites(version),
        groups=CURVES,
        key_shares=((_X25519, derived(server_name.encode(), b"share")),) if modern else (),
        signatures=SIGNATURES if signs else (),
        server_name=server_name,
        secure_renegotiation=not modern,
    )
