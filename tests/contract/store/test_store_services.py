"""What speaks on the ports of a scan: the latest reading, in pages, of this scan alone, gone with it."""

import pytest

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import ScanId
from cyberai.domain.service import ServiceFact
from cyberai.domain.transport import Transport
from support.store import Stored
from support.store_samples import OTHER, scan

A, B = ScanId("scan_a"), ScanId("scan_b")
PLAIN = ServiceFact(host="10.0.0.1", port=22, protocol="ssh", banner="SSH-2.0-x")
KNOWN = ServiceFact(
    host="10.0.0.1", port=22, protocol="ssh", product="OpenSSH", version="9.2p1", confidence=95
)
UDP = ServiceFact(host="10.0.0.1", port=53, transport=Transport.UDP, protocol="dns")
TCP = ServiceFact(host="10.0.0.1", port=53, protocol="dns", product="ISC BIND", os="Debian Linux")
FAR = ServiceFact(host="10.0.0.9", port=80, protocol="http", tls=True)


@pytest.fixture
def two(stored: Stored) -> Stored:
    stored.write(lambda tx: [tx.scans.insert(scan(name)) for name in ("a", "b")])
    stored.write(lambda tx: tx.scans.insert(scan("a", workspace=OTHER)), OTHER)
    return stored


def test_the_latest_reading_of_each_service_is_kept_in_order_and_in_pages(two: Stored) -> None:
    two.write(lambda tx: tx.services.put(A, [FAR, PLAIN, UDP]))
    two.write(lambda tx: tx.services.put(A, [TCP, KNOWN]))
    assert two.read(lambda tx: tx.services.of_scan(A, 10)) == [KNOWN, TCP, UDP, FAR]
    assert two.read(lambda tx: tx.services.of_scan(A, 2)) == [KNOWN, TCP]
    assert two.read(lambda tx: tx.services.of_scan(A, 2, ("10.0.0.1", 53, "tcp"))) == [UDP, FAR]
    assert two.read(lambda tx: tx.services.of_scan(A, 2, ("10.0.0.9", 80, "tcp"))) == []
    assert two.read(lambda tx: tx.services.of_scan(B, 10)) == []
    assert two.read(lambda tx: tx.services.of_scan(A, 10), OTHER) == []


def test_services_go_with_their_scan_and_need_one(two: Stored) -> None:
    for name in (A, B):
        two.write(lambda tx, name=name: tx.services.put(name, [KNOWN]))
    two.write(lambda tx: tx.erase.scan(A))
    assert two.read(lambda tx: tx.services.of_scan(A, 10)) == []
    assert two.read(lambda tx: tx.services.of_scan(B, 10)) == [KNOWN]
    with pytest.raises(StoreError, match="does not exist"):
        two.write(lambda tx: tx.services.put(ScanId("scan_none"), [KNOWN]))
