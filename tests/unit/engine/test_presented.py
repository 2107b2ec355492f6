"""What is kept of the certificates a server presents, whatever it writes into them."""

from cyberai.engine.presented import MAX_NAME, MOST, MOST_NAMES, presented
from cyberai.ports.network import Handshake
from netkit.certificates import issue


def shown(*chain: bytes) -> Handshake:
    return Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", chain, trusted=False)


def test_names_and_chains_are_bounded() -> None:
    names = tuple(f"{'x' * 500}{number}.example" for number in range(2 * MOST_NAMES))
    hostile, plain = issue("hostile", names=names).der, issue("plain", names=("plain.example",)).der
    found = presented(shown(hostile, *[plain] * 50))
    assert len(found) == MOST
    assert len(found[0].names) == MOST_NAMES
    assert {len(name) for name in found[0].names} == {MAX_NAME}
    assert found[1].names == ("plain.example",)


def test_what_is_no_certificate_is_left_out() -> None:
    plain = issue("plain", names=("plain.example",)).der
    assert [c.names for c in presented(shown(plain, b"junk", plain))] == [("plain.example",)] * 2
    assert presented(shown(b"junk", plain)) == ()
    assert presented(shown()) == ()
