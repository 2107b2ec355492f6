"""`/v1/assets/expiring`, the grade of a service, and the page of certificates."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from envelopes import assert_envelope
from site_under_test import Site
from web_visitor import open_site, visitor

from cyberai.app.times import rfc3339
from cyberai.domain.ids import DEFAULT_WORKSPACE, AssetId, ScanId
from cyberai.domain.inventory import (
    AssetKind,
    AssetState,
    CertificateFacts,
    InventoryAsset,
    ServiceFacts,
    certificate_key,
)
from cyberai.domain.tls.assessment import OfferedVersion, TlsAssessment
from cyberai.domain.tls.grade import GradeReason, Letter
from cyberai.domain.transport import Transport

DAY = 86_400_000_000
ASSESSED = TlsAssessment(
    letter=Letter.B,
    reasons=(
        GradeReason("TLSv1.0 is offered.", Letter.B),
        GradeReason("Nothing <b>else</b>.", Letter.A_PLUS),
    ),
    versions=(
        OfferedVersion(version="TLSv1.0", suites=("TLS_RSA_WITH_AES_128_CBC_SHA",), server_order=True),
    ),
    groups=("x25519",),
    dh_bits=1024,
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = open_site(tmp_path)
    yield site
    site.close()


@dataclasses.dataclass
class Shelf:
    site: Site
    scan: str

    def put(self, **given: object) -> str:
        at = self.site.clock.now()
        id = AssetId(self.site.app.ids.new("ast"))
        asset = InventoryAsset(
            id=id,
            workspace=DEFAULT_WORKSPACE,
            created_at=at,
            last_seen=at,
            first_scan_id=ScanId(self.scan),
            scan_id=ScanId(self.scan),
            **{"key": f"service:{id}", **given},  # type: ignore[arg-type]
        )
        write = self.site.store.write(DEFAULT_WORKSPACE, lambda tx: tx.inventory.put(asset, asset.scan_id))
        self.site.runner.run(write)
        return id

    def certificate(self, name: str, left: int) -> str:
        at = self.site.clock.now()
        facts = CertificateFacts(
            sha256=name,
            key_sha256=f"key {name}",
            subject=f"CN={name}",
            issuer="CN=<script>",
            serial="1",
            names=(name,),
            not_before=at - 80 * DAY,
            not_after=at + left * DAY,
            key="RSA 2048 bits",
            signature="sha256",
            self_signed=False,
            trusted=True,
        )
        return self.put(kind=AssetKind.CERTIFICATE, key=certificate_key(name), certificate=facts)

    def service(self, port: int, certificate: str, **given: object) -> str:
        return self.put(
            kind=AssetKind.SERVICE,
            host="h.example",
            port=port,
            transport=Transport.TCP,
            service=ServiceFacts(protocol="http", tls=True),
            certificate_ids=(AssetId(certificate),),
            **given,
        )


def filled(site: Site) -> Shelf:
    """Certificates that end at different times, one of them nowhere served."""
    shelf = Shelf(site, site.post("/v1/scans", {"target": "h.example"}).json()["id"])
    late, past, soon = (
        shelf.certificate(name, left) for name, left in (("late", 60), ("past", -1), ("soon", 9))
    )
    shelf.certificate("unused", 5)
    shelf.service(443, late, tls=ASSESSED)
    shelf.service(444, past)
    shelf.service(445, soon)
    shelf.service(446, soon, state=AssetState.GONE)
    return shelf


def subjects(site: Site, query: str = "") -> list[str]:
    page = site.get(f"/v1/assets/expiring{query}").json()
    return [row["asset"]["certificate"]["subject"] for row in page["data"]]


def test_certificates_by_when_they_end(site: Site) -> None:
    filled(site)
    assert subjects(site) == ["CN=past", "CN=soon", "CN=late"]
    page = site.get("/v1/assets/expiring?limit=1&include=total").json()
    assert (page["total"], page["has_more"]) == (3, True)
    assert subjects(site, f"?limit=2&cursor={page['next_cursor']}") == ["CN=soon", "CN=late"]
    (soon,) = site.get(f"/v1/assets/expiring?after={day(site, 0)}&before={day(site, 30)}").json()["data"]
    assert sorted((at["port"], at["state"]) for at in soon["services"]) == [(445, "present"), (446, "gone")]
    assert soon["more_services"] is False
    assert subjects(site, f"?before={day(site, -9)}") == []
    assert_envelope(site.get("/v1/assets/expiring?before=soon"), "invalid_request", "before", "RFC 3339")
    assert_envelope(
        site.get(f"/v1/assets/expiring?after={day(site, 0)}&cursor={page['next_cursor']}"),
        "invalid_cursor", "cursor", "same filters",
    )  # fmt: skip


def day(site: Site, days: int) -> str:
    return rfc3339(site.clock.now() + days * DAY)


def test_a_service_shows_its_grade(site: Site) -> None:
    shelf = filled(site)
    (row,) = site.get("/v1/assets?kind=service&port=443").json()["data"]
    assessed = row["tls_assessment"]
    assert (assessed["grade"], assessed["dh_bits"], assessed["stapled"]) == ("B", 1024, None)
    assert assessed["reasons"][0] == {"text": "TLSv1.0 is offered.", "limit": "B"}
    assert assessed["versions"][0]["suites"] == ["TLS_RSA_WITH_AES_128_CBC_SHA"]
    assert site.get(f"/v1/assets/{row['id']}").json()["tls_assessment"] == assessed
    text = visitor(site).page(f"/scans/{shelf.scan}").text
    assert "TLSv1.0 is offered. At most B." in text
    assert "Nothing <b>else</b>." in text, "shown, and no markup"


def test_the_page_of_certificates(site: Site) -> None:
    someone = visitor(site)
    assert "No certificates yet" in someone.page("/certificates").text
    filled(site)
    page = someone.page("/certificates")
    text = page.text
    assert text.index("CN=past") < text.index("CN=soon") < text.index("CN=late")
    assert "unused" not in text
    assert "h.example:446 (gone)" in text
    assert "issued by CN=<script>" in text
    assert (text.count("expired"), text.count(" soon")) == (1, 1)
