"""The cipher suites that the lab's TLS servers know, by their IANA numbers and names (RFC 2246, 4346, 4492, 5246, 5288,
5289, 7905, 8446; the SSLv2 draft), and what a server must know of each."""

import msgspec

from cyberai.lab.tls._wire import SSL3, TLS1_0, TLS1_2, TLS1_3

_NAMES = {
    0x0001: "RSA_WITH_NULL_MD5",
    0x0002: "RSA_WITH_NULL_SHA",
    0x0003: "RSA_EXPORT_WITH_RC4_40_MD5",
    0x0004: "RSA_WITH_RC4_128_MD5",
    0x0005: "RSA_WITH_RC4_128_SHA",
    0x0006: "RSA_EXPORT_WITH_RC2_CBC_40_MD5",
    0x0007: "RSA_WITH_IDEA_CBC_SHA",
    0x0008: "RSA_EXPORT_WITH_DES40_CBC_SHA",
    0x0009: "RSA_WITH_DES_CBC_SHA",
    0x000A: "RSA_WITH_3DES_EDE_CBC_SHA",
    0x0014: "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
    0x0015: "DHE_RSA_WITH_DES_CBC_SHA",
    0x0016: "DHE_RSA_WITH_3DES_EDE_CBC_SHA",
    0x0017: "DH_anon_EXPORT_WITH_RC4_40_MD5",
    0x0018: "DH_anon_WITH_RC4_128_MD5",
    0x0019: "DH_anon_EXPORT_WITH_DES40_CBC_SHA",
    0x001B: "DH_anon_WITH_3DES_EDE_CBC_SHA",
    0x002F: "RSA_WITH_AES_128_CBC_SHA",
    0x0033: "DHE_RSA_WITH_AES_128_CBC_SHA",
    0x0034: "DH_anon_WITH_AES_128_CBC_SHA",
    0x0035: "RSA_WITH_AES_256_CBC_SHA",
    0x0039: "DHE_RSA_WITH_AES_256_CBC_SHA",
    0x003A: "DH_anon_WITH_AES_256_CBC_SHA",
    0x003B: "RSA_WITH_NULL_SHA256",
    0x003C: "RSA_WITH_AES_128_CBC_SHA256",
    0x0041: "RSA_WITH_CAMELLIA_128_CBC_SHA",
    0x0067: "DHE_RSA_WITH_AES_128_CBC_SHA256",
    0x009C: "RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "RSA_WITH_AES_256_GCM_SHA384",
    0x009E: "DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "DHE_RSA_WITH_AES_256_GCM_SHA384",
    0xC010: "ECDHE_RSA_WITH_NULL_SHA",
    0xC011: "ECDHE_RSA_WITH_RC4_128_SHA",
    0xC012: "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    0xC013: "ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC014: "ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0xC018: "ECDH_anon_WITH_AES_128_CBC_SHA",
    0xC027: "ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    0xC02F: "ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC030: "ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    0xCCA8: "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCAA: "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0x1301: "AES_128_GCM_SHA256",
    0x1302: "AES_256_GCM_SHA384",
    0x1303: "CHACHA20_POLY1305_SHA256",
}

SSL2_SUITES = {
    "RC4_128_WITH_MD5": 0x010080,
    "RC4_128_EXPORT40_WITH_MD5": 0x020080,
    "RC2_128_CBC_WITH_MD5": 0x030080,
    "RC2_128_CBC_EXPORT40_WITH_MD5": 0x040080,
    "IDEA_128_CBC_WITH_MD5": 0x050080,
    "DES_64_CBC_WITH_MD5": 0x060040,
    "DES_192_EDE3_CBC_WITH_MD5": 0x0700C0,
}

RENEGOTIATION_SCSV, FALLBACK_SCSV = 0x00FF, 0x5600


class Suite(msgspec.Struct, frozen=True):
    """One suite. `exchange` is the part of its name before WITH, without EXPORT; empty in TLS 1.3."""

    code: int
    name: str

    @property
    def exchange(self) -> str:
        return self.name.partition("_WITH_")[0].replace("_EXPORT", "") if "_WITH_" in self.name else ""

    @property
    def export(self) -> bool:
        return "_EXPORT_" in self.name

    @property
    def anonymous(self) -> bool:
        return "_anon" in self.name

    @property
    def elliptic(self) -> bool:
        return self.exchange.startswith("ECDH")

    @property
    def block(self) -> bool:
        """It has a cipher in CBC mode."""
        return "_CBC_" in self.name

    @property
    def versions(self) -> range:
        """The versions that have it, as wire numbers."""
        if not self.exchange:
            return range(TLS1_3, TLS1_3 + 1)
        if self.name.endswith(("SHA256", "SHA384")):
            return range(TLS1_2, TLS1_3)
        return range(TLS1_0 if self.elliptic else SSL3, TLS1_3)


SUITES = {code: Suite(code, name) for code, name in _NAMES.items()}
_CODES = {name: code for code, name in _NAMES.items()}


def codes(*names: str) -> tuple[int, ...]:
    """The numbers of suites by their IANA names without `TLS_`."""
    return tuple(_CODES[name] for name in names)


def ssl2_codes(*names: str) -> tuple[int, ...]:
    """The same for SSLv2, without `SSL_CK_`."""
    return tuple(SSL2_SUITES[name] for name in names)
