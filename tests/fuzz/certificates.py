"""Hostile bytes as the certificates of a server: read, or ValueError; nothing else, and nothing unbounded."""

from cyberai.checkkit.certificate_chain import MOST, path_of
from cyberai.checkkit.certificate_faults import certificate_facts, judged
from cyberai.checkkit.certificate_trust import trust_faults
from cyberai.checkkit.certificates import read_certificate
from cyberai.checkkit.staples import read_staple
from cyberai.checks.tls.certificate_chain import chain_faults
from cyberai.checks.tls.certificate_key import key_faults
from cyberai.checks.tls.certificate_lifetime import lifetime_faults
from cyberai.checks.tls.certificate_purpose import purpose_faults
from cyberai.engine.presented import MAX_NAME, MAX_SERIAL, presented
from cyberai.ports.network import Handshake

_NOW = 1_790_000_000_000_000


def fuzz_one(data: bytes) -> None:
    """Every judge ends, and what is kept and shown is short and printable."""
    handshake = Handshake("TLSv1.2", "AES", (data,) * 3, False, "unable to get issuer")
    judges = (
        lambda seen: trust_faults(seen, "shop.test", _NOW),
        lambda seen: chain_faults(seen, _NOW),
        lambda seen: lifetime_faults(seen, _NOW),
        key_faults,
        purpose_faults,
    )
    said = [fault.detail for judge in judges for fault in judged(handshake, judge).values()]
    assert read_staple(data, "7").status.isprintable()
    assert len(path_of((data,) * 2 * MOST, _NOW).links) <= MOST
    for kept in presented(handshake):
        assert max(map(len, kept.names), default=0) <= MAX_NAME
        assert len(kept.serial) <= MAX_SERIAL
        said += [kept.subject, kept.issuer, kept.signature, kept.key, *kept.names]
    try:
        facts = certificate_facts(read_certificate(data), handshake)
    except ValueError:
        assert not presented(handshake)
    else:
        said += [value for _, value in facts]
    for text in said:
        assert text.isprintable(), text
        assert len(text) < 10_000
