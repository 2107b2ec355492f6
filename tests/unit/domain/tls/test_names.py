"""The tables of suites, groups and signature schemes."""

import msgspec
import pytest

from cyberai.domain.asset import Asset, TlsAsset
from cyberai.domain.tls.groups import GROUPS, group
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.signatures import SCHEMES, scheme
from cyberai.domain.tls.starttls import StartTls
from cyberai.domain.tls.suites import SSL2_SUITES, SUITES, Suite, suite
from cyberai.domain.tls.version import TlsVersion, version_of

PARSED = {
    0x0005: ("TLS_RSA_WITH_RC4_128_SHA", "RSA", "RSA", "RC4_128", 128, "SHA", "rc4"),
    0x0003: ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", "RSA", "RSA", "RC4_40", 40, "MD5", "export rc4"),
    0x0064: ("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", "RSA", "RSA", "RC4_56", 56, "SHA", "export rc4"),
    0x000A: ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "RSA", "RSA", "3DES_EDE_CBC", 112, "SHA", "triple_des small_blocks cbc"),
    0x0018: ("TLS_DH_anon_WITH_RC4_128_MD5", "DH", "anon", "RC4_128", 128, "MD5", "anonymous rc4"),
    0x003B: ("TLS_RSA_WITH_NULL_SHA256", "RSA", "RSA", "NULL", 0, "SHA256", "null"),
    0x0029: ("TLS_KRB5_EXPORT_WITH_DES_CBC_40_MD5", "KRB5", "KRB5", "DES_CBC_40", 40, "MD5", "export small_blocks cbc"),
    0x0091: ("TLS_DHE_PSK_WITH_AES_256_CBC_SHA", "DHE_PSK", "PSK", "AES_256_CBC", 256, "SHA", "forward_secret cbc"),
    0xC01B: ("TLS_SRP_SHA_RSA_WITH_3DES_EDE_CBC_SHA", "SRP", "RSA", "3DES_EDE_CBC", 112, "SHA", "triple_des small_blocks cbc"),
    0xC02C: ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE", "ECDSA", "AES_256_GCM", 256, "AEAD", "forward_secret aead"),
    0xC0A0: ("TLS_RSA_WITH_AES_128_CCM_8", "RSA", "RSA", "AES_128_CCM_8", 128, "AEAD", "aead"),
    0xC0AA: ("TLS_PSK_DHE_WITH_AES_128_CCM_8", "DHE_PSK", "PSK", "AES_128_CCM_8", 128, "AEAD", "forward_secret aead"),
    0xCCA8: ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE", "RSA", "CHACHA20_POLY1305", 256, "AEAD", "forward_secret aead"),
    0x0081: ("TLS_GOSTR341001_WITH_28147_CNT_IMIT", "GOST", "GOST", "28147_CNT", 256, "IMIT", "small_blocks"),
    0x1301: ("TLS_AES_128_GCM_SHA256", "", "", "AES_128_GCM", 128, "AEAD", "tls13 forward_secret aead"),
}  # fmt: skip


@pytest.mark.parametrize("code", PARSED, ids=hex)
def test_what_a_name_says(code: int) -> None:
    found = suite(code)
    *told, marks = PARSED[code]
    assert [found.name, found.exchange, found.authentication, found.cipher, found.bits, found.mac] == told
    properties = ("tls13", "forward_secret", "export", "anonymous", "null", "rc4", "triple_des", "small_blocks", "cbc", "aead")  # fmt: skip
    assert [mark for mark in properties if getattr(found, mark)] == sorted(
        marks.split(), key=properties.index
    )


def test_the_tables_are_whole() -> None:
    assert len(SUITES) > 350
    assert len({found.name for found in SUITES.values()}) == len(SUITES)
    assert all(found.cipher and (found.bits or found.null) for found in SUITES.values())
    assert all(found.exchange or found.tls13 for found in SUITES.values())
    assert (len(SSL2_SUITES), suite(0x0700C0).name) == (7, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5")
    assert suite(0xABCD) == Suite(0xABCD, "0xABCD")
    assert not suite(0xABCD).known
    assert SUITES[0xC02F].lowest is TlsVersion.TLS1_2
    assert SUITES[0xC013].lowest is TlsVersion.SSL3
    assert (group(0x11EC).name, group(0x11EC).post_quantum) == ("X25519MLKEM768", True)
    assert (group(0x0101).finite, group(0x99).name) == (True, "0x0099")
    assert all(found.bits >= 80 for found in GROUPS.values())
    assert (scheme(0x0201).name, scheme(0x0201).hash) == ("rsa_pkcs1_sha1", "SHA1")
    assert (scheme(0x0403).key, scheme(0x9999).name) == ("ECDSA", "0x9999")
    assert len(SCHEMES) == len({found.name for found in SCHEMES.values()})
    assert [version_of(version.wire) for version in TlsVersion] == list(TlsVersion)
    assert list(TlsVersion) == sorted(TlsVersion, key=lambda version: version.wire)
    assert version_of(0x7F1C) is None


def test_a_profile_is_small_in_a_unit_and_comes_back() -> None:
    profile = TlsProfile(
        versions=(VersionOffer(TlsVersion.TLS1_2, (0xC02F,), server_order=True),), unclear=("signatures",)
    )
    asset = TlsAsset("a.example", 25, "a.example", StartTls.SMTP, profile)
    data = msgspec.json.encode(asset)
    assert msgspec.json.decode(data, type=Asset) == asset
    assert len(data) < 400
    assert msgspec.json.decode(b'{"type":"tls","host":"a","port":1}', type=Asset) == TlsAsset("a", 1)
    assert profile.offer(TlsVersion.TLS1_2) == profile.versions[0]
    assert profile.offer(TlsVersion.TLS1_3) is None
    assert profile.suites == {0xC02F}
