"""What the lab's TLS servers compute: shares of a key exchange and signatures over them."""

import hashlib
import itertools

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.x448 import X448PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cyberai.lab.tls._wire import positive

OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
"""1,024 bits, of RFC 2409: shared by servers all over the world."""
OWN_1024 = int(
    "F55DF4CE3D6BAAA0394AB354B50F9FC3B2E7CD698ED292BA1991E5B4233D2C9CBB52D4A303C83F65F8902C6CE059CE4DB5D9EE2FEDEA83ED"
    "5E6D463AC22EE1F365E771E54582B9360B350384394289C41640E35246616219673A7479178475109D18BC0DAB0A4CE83861EC46A89EDDED"
    "49A417910C0DC65B90A086F5A6981EAF",
    16,
)
"""1,024 bits, a safe prime that nobody else uses."""
OAKLEY_5 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D"
    "670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF",
    16,
)
"""1,536 bits, of RFC 3526."""
OAKLEY_14 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D"
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
"""2,048 bits, of RFC 3526."""
EXPORT_PRIME = int(
    "9FDB8B8A004544F0045F1737D0BA2E0B274CDF1A9F588218FB435316A16E374171FD19D8D8F37C39BF863FD60E3E300680A3030C6E4C3757"
    "D08F70E6AA871033",
    16,
)
"""512 bits: the one of old web servers, for which the Logjam paper's authors did the precomputation."""
EXPORT_MODULUS = int(
    "D0EA1ABA978DF0065B2009F75C846F28B04ED5143B237B3FC24272245ADE837EFE0271E1A2854E0C81BA9F70A83AD86D47B0EACD062BC15B"
    "C61A99DC83124EC9",
    16,
)
"""512 bits: RSA-155, a product whose factors are known since 1999. No library makes such keys any more."""

SECP192R1, SECP224R1, SECP256R1, SECP384R1, SECP521R1, X25519, X448 = 19, 21, 23, 24, 25, 29, 30
X25519_MLKEM768 = 0x11EC

_CURVES: dict[int, type[ec.EllipticCurve]] = {
    SECP192R1: ec.SECP192R1,
    SECP224R1: ec.SECP224R1,
    SECP256R1: ec.SECP256R1,
    SECP384R1: ec.SECP384R1,
    SECP521R1: ec.SECP521R1,
}
_HASHES: dict[int, type[hashes.HashAlgorithm]] = {
    1: hashes.MD5,
    2: hashes.SHA1,
    3: hashes.SHA224,
    4: hashes.SHA256,
    5: hashes.SHA384,
    6: hashes.SHA512,
}
_PSS: dict[int, type[hashes.HashAlgorithm]] = {
    0x0804: hashes.SHA256,
    0x0805: hashes.SHA384,
    0x0806: hashes.SHA512,
}
RSA_SCHEMES = frozenset({*_PSS, *(number << 8 | 1 for number in _HASHES)})
"""Signature algorithms that a server with an RSA key can have."""


_COUNT = itertools.count()


def fresh(size: int) -> bytes:
    """Bytes that come once in this process. They look random and protect nothing: no secret is ever used here."""
    return hashlib.shake_256(next(_COUNT).to_bytes(8, "big")).digest(size)


def group_share(group: int) -> bytes:
    """A fresh public key in a named group, as ServerKeyExchange and key_share carry it."""
    if group == X25519_MLKEM768:
        # A ciphertext of ML-KEM and a key (draft-ietf-tls-ecdhe-mlkem): nobody here goes on to use the secret.
        return fresh(1088) + group_share(X25519)
    if group == X25519:
        return X25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    if group == X448:
        return X448PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = ec.generate_private_key(_CURVES[group]()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def dh_share(prime: int, generator: int, exponent: int) -> bytes:
    """A public value in a group of integers."""
    return positive(pow(generator, exponent, prime))


def sign(key: rsa.RSAPrivateKey, scheme: int | None, data: bytes) -> bytes:
    """An RSA signature by a scheme of TLS 1.2; None is the one of the versions before: over MD5 and SHA-1 together
    (RFC 2246, section 7.4.3)."""
    if scheme is None:
        digests = (hashlib.new(name, data, usedforsecurity=False).digest() for name in ("md5", "sha1"))
        return _sign_digests(key, b"".join(digests))
    if scheme in _PSS:
        digest = _PSS[scheme]()
        return key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return key.sign(data, padding.PKCS1v15(), _HASHES[scheme >> 8]())


def _sign_digests(key: rsa.RSAPrivateKey, digests: bytes) -> bytes:
    """PKCS #1 v1.5, block type 1, without a name of the hash: no library has this interface."""
    size = key.key_size // 8
    block = b"\x00\x01" + b"\xff" * (size - len(digests) - 3) + b"\x00" + digests
    own = key.private_numbers()
    return pow(int.from_bytes(block, "big"), own.d, own.public_numbers.n).to_bytes(size, "big")
