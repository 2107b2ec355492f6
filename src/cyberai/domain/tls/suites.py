"""Cipher suites by code, and what their names say of them."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from cyberai.domain.tls.suite_table import TABLE
from cyberai.domain.tls.version import TlsVersion

RENEGOTIATION_SCSV = 0x00FF
"""Stands among the suites and says: we know RFC 5746."""
FALLBACK_SCSV = 0x5600
"""Says: we offer less than we can, since more did not work (RFC 7507)."""

_BITS = {
    "RC4_40": 40,
    "RC2_CBC_40": 40,
    "DES40_CBC": 40,
    "DES_CBC_40": 40,
    "RC4_56": 56,
    "RC2_CBC_56": 56,
    "DES_CBC": 56,
    "3DES_EDE_CBC": 112,
    "RC4_128": 128,
    "IDEA_CBC": 128,
    "SEED_CBC": 128,
    "CHACHA20_POLY1305": 256,
    "SM4_GCM": 128,
    "SM4_CCM": 128,
    "AEGIS_256": 256,
    "AEGIS_128L": 128,
}
_SIGNED_BY = {"RSA": "RSA", "ECDSA": "ECDSA", "DSS": "DSS", "anon": "anon", "PSK": "PSK", "KRB5": "KRB5"}
_AEAD = ("GCM", "CCM", "POLY1305", "MGM", "AEGIS")


class Suite(Struct, frozen=True):
    """One suite. `name` is the registry's. `exchange` is RSA, DH, DHE, ECDH, ECDHE, PSK and its mixtures (DHE_PSK ...),
    SRP, KRB5, GOST, CECPQ1, ECCPWD, or empty where the version settles it (TLS 1.3) or the code is unknown.
    `authentication` is RSA, ECDSA, DSS, PSK, KRB5, GOST, anon, or empty in the same way. `cipher` is the registry's
    part of the name without the MAC, `bits` the strength of its key (0: none, or unknown), `mac` the last word, AEAD
    where the cipher authenticates by itself."""

    code: int
    name: str
    exchange: str = ""
    authentication: str = ""
    cipher: str = ""
    bits: int = 0
    mac: str = ""
    export: bool = False

    @property
    def known(self) -> bool:
        """Whether the code stands in our table."""
        return self.cipher != ""

    @property
    def tls13(self) -> bool:
        """A suite of TLS 1.3, which names no key exchange."""
        return self.known and self.exchange == ""

    @property
    def forward_secret(self) -> bool:
        """A key that leaks later does not open what was recorded."""
        return self.tls13 or self.exchange.startswith(("DHE", "ECDHE", "CECPQ1"))

    @property
    def anonymous(self) -> bool:
        """The server proves nothing."""
        return self.authentication == "anon"

    @property
    def null(self) -> bool:
        """Nothing is encrypted."""
        return self.cipher.startswith("NULL")

    @property
    def rc4(self) -> bool:
        """RC4, which RFC 7465 prohibits."""
        return self.cipher.startswith("RC4")

    @property
    def triple_des(self) -> bool:
        """3DES, with blocks of 64 bits."""
        return self.cipher.startswith("3DES")

    @property
    def small_blocks(self) -> bool:
        """Blocks of 64 bits, which repeat within a long connection (SWEET32)."""
        return self.cipher.startswith(("3DES", "DES", "RC2", "IDEA", "28147", "MAGMA"))

    @property
    def cbc(self) -> bool:
        """Cipher block chaining."""
        return "CBC" in self.cipher

    @property
    def aead(self) -> bool:
        """Encryption that authenticates."""
        return self.mac == "AEAD"

    @property
    def lowest(self) -> TlsVersion:
        """The version that the suite came with: what is older does not know it."""
        if self.tls13:
            return TlsVersion.TLS1_3
        modern = self.aead or self.mac in ("SHA256", "SHA384")
        return TlsVersion.TLS1_2 if modern else TlsVersion.SSL3


def _suites() -> Iterator[Suite]:
    words = TABLE.split()
    for code, name in zip(words[::2], words[1::2], strict=True):
        yield _parsed(int(code, 16), name)


def _parsed(code: int, name: str) -> Suite:
    bare = name.removesuffix("_OLD").partition("_")[2]
    before, separator, after = bare.partition("_WITH_")
    if not separator:
        return _integrity(code, name) if code in (0xC0B4, 0xC0B5) else _modern(code, name, bare)
    cipher, _, mac = after.rpartition("_")
    if mac in ("CCM", "8", "L", "S"):
        cipher, mac = after, ""
    aead = any(mode in after for mode in _AEAD)
    exchange, authentication, export = _exchange(before)
    return Suite(code, name, exchange, authentication, cipher, _bits(cipher), "AEAD" if aead else mac, export)


def _modern(code: int, name: str, bare: str) -> Suite:
    cipher = bare.rpartition("_")[0]
    return Suite(code, name, "", "", cipher, _bits(cipher), "AEAD")


def _integrity(code: int, name: str) -> Suite:
    """TLS 1.3 without encryption (RFC 9150)."""
    return Suite(code, name, "", "", "NULL", 0, name.rpartition("_")[2])


def _exchange(text: str) -> tuple[str, str, bool]:
    export = "EXPORT" in text
    words = [word for word in text.split("_") if not word.startswith(("EXPORT", "FIPS", "256", "SHA"))]
    first = words[0]
    if first.startswith("GOST"):
        return "GOST", "GOST", False
    if "PSK" in words:
        return _psk(words), "RSA" if first == "RSA" else "PSK", export
    if first == "SRP":
        return "SRP", words[1] if len(words) > 1 else "SRP", export
    last = words[-1]
    return first, _SIGNED_BY.get(last, ""), export


def _psk(words: list[str]) -> str:
    other = [word for word in words if word != "PSK"]
    return f"{other[0]}_PSK" if other else "PSK"


def _bits(cipher: str) -> int:
    if cipher in _BITS:
        return _BITS[cipher]
    if cipher.startswith("NULL"):
        return 0
    if cipher.startswith(("28147", "KUZNYECHIK", "MAGMA")):
        return 256
    return next((int(word) for word in cipher.split("_") if word in ("128", "256")), 0)


SUITES: Mapping[int, Suite] = {found.code: found for found in _suites()}
"""Every suite of the table, by code."""

SSL2_SUITES: Mapping[int, Suite] = {
    found.code: found
    for found in (
        Suite(0x010080, "SSL_CK_RC4_128_WITH_MD5", "RSA", "RSA", "RC4_128", 128, "MD5"),
        Suite(0x020080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5", "RSA", "RSA", "RC4_40", 40, "MD5", export=True),
        Suite(0x030080, "SSL_CK_RC2_128_CBC_WITH_MD5", "RSA", "RSA", "RC2_CBC_128", 128, "MD5"),
        Suite(
            0x040080,
            "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
            "RSA",
            "RSA",
            "RC2_CBC_40",
            40,
            "MD5",
            export=True,
        ),
        Suite(0x050080, "SSL_CK_IDEA_128_CBC_WITH_MD5", "RSA", "RSA", "IDEA_CBC", 128, "MD5"),
        Suite(0x060040, "SSL_CK_DES_64_CBC_WITH_MD5", "RSA", "RSA", "DES_CBC", 56, "MD5"),
        Suite(0x0700C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "RSA", "RSA", "3DES_EDE_CBC", 112, "MD5"),
    )
}
"""The kinds of SSLv2, by their three bytes."""


def suite(code: int) -> Suite:
    """The suite of a code of two bytes or, for SSLv2, three; an unknown one is named by its digits."""
    known = SUITES.get(code) or SSL2_SUITES.get(code)
    return known if known is not None else Suite(code, f"0x{code:04X}")
