"""Diffie-Hellman parameters of known groups: to find a prime of one's own takes seconds."""

import re
from base64 import encodebytes

from cyberai.checkkit import ber

_OAKLEY_2 = """
FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381 FFFFFFFF FFFFFFFF
"""
"""RFC 2409, section 6.2."""
_PRIMES = {1024: int(re.sub(r"\s", "", _OAKLEY_2), 16)}


def pem(bits: int) -> bytes:
    """The group of so many bits."""
    body = encodebytes(ber.item(0x30, ber.number(_PRIMES[bits]), ber.number(2)))
    return b"-----BEGIN DH PARAMETERS-----\n" + body + b"-----END DH PARAMETERS-----\n"
