"""What `cyberai assets expiring` and `cyberai assets show` print."""

from datetime import UTC, datetime
from pathlib import Path

from cyberai.app.certificate_calendar import ExpiringCertificate, ServedAt
from cyberai.app.inventory_view import AssetResource, CertificateResource, asset_resource
from cyberai.cli.asset_details import show_asset, show_expiring
from cyberai.cli.main import run
from cyberai.domain.ids import DEFAULT_WORKSPACE, AssetId, ScanId
from cyberai.domain.inventory import AssetKind, InventoryAsset, ServiceFacts
from cyberai.domain.tls.assessment import OfferedVersion, TlsAssessment
from cyberai.domain.tls.grade import GradeReason, Letter
from cyberai.domain.transport import Transport

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
SERVICE = InventoryAsset(
    id=AssetId("ast_1"),
    workspace=DEFAULT_WORKSPACE,
    kind=AssetKind.SERVICE,
    key="service:h:443/tcp",
    created_at=0,
    last_seen=0,
    first_scan_id=ScanId("scan_1"),
    scan_id=ScanId("scan_1"),
    host="h",
    port=443,
    transport=Transport.TCP,
    service=ServiceFacts(protocol="http", tls=True),
    tls=TlsAssessment(
        letter=Letter.F,
        reasons=(GradeReason("It is broken.", Letter.F), GradeReason("It is old.", Letter.B)),
        versions=(OfferedVersion(version="TLSv1.0", suites=("TLS_A", "TLS_B"), server_order=False),),
        groups=("x25519",),
        dh_bits=512,
        unclear=("signatures: it hung up",),
    ),
)


def certificate(name: str, until: str) -> AssetResource:
    facts = CertificateResource(
        sha256="aa",
        key_sha256="bb",
        subject=f"CN={name}",
        issuer="CN=CA\x1b[31m",
        serial="1",
        names=(),
        not_before="2029-01-01T00:00:00Z",
        not_after=until,
        key="RSA 2048 bits",
        signature="sha256",
        self_signed=False,
        trusted=False,
    )
    shown = asset_resource(SERVICE)
    shown.id, shown.kind, shown.host, shown.service = f"ast_{name}", "certificate", None, None
    shown.tls_assessment, shown.certificate = None, facts
    return shown


def test_the_calendar_goes_by_months(capsys) -> None:
    places = [ServedAt(asset_id="a", host="::1", port=443, transport="tcp", state="gone")]
    rows = [
        ExpiringCertificate(asset=certificate(name, until), services=places, more_services=more)
        for name, until, more in (
            ("past", "2030-01-31T11:00:00Z", False),
            ("soon", "2030-01-31T13:00:00Z", False),
            ("late", "2030-02-02T12:00:00Z", True),
        )
    ]
    show_expiring(rows, NOW, 30)
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines()]
    assert [line[0] for line in lines if len(line) == 1 and line[0].startswith("2030")] == [
        "2030-01",
        "2030-02",
    ]
    assert [line[1] for line in lines if len(line) > 2 and line[0].startswith("2030")] == [
        "expired",
        "0",
        "2",
    ]
    assert "[::1]:443 (gone) and more" in " ".join(out.split())
    show_expiring([], NOW, 7)
    assert "ends within 7 days" in capsys.readouterr().out


def test_an_asset_is_shown_with_what_is_around_it(capsys) -> None:
    leaf = certificate("leaf", "2030-02-02T12:00:00Z")
    show_asset(asset_resource(SERVICE), {"certificate": [leaf]})
    out = capsys.readouterr().out
    for words in (
        "h:443/tcp",
        "It is broken. Grade F.",
        "It is old. At most B.",
        "TLS_B (the client chooses)",
        "512 bits",
    ):
        assert words in out, words
    assert "CN=leaf, until 2030-02-02 (ast_leaf)" in out
    assert "signatures: it hung up" in out
    show_asset(leaf, {"served at": [asset_resource(SERVICE)]})
    out = capsys.readouterr().out
    assert "served at" in out
    assert "\x1b[31m" not in out


def test_a_store_without_certificates_and_an_unknown_asset(recorded: Path, capsys) -> None:
    folder = ("--data-dir", str(recorded))
    assert run(["assets", "expiring", *folder]) == 0
    assert "No certificate" in capsys.readouterr().out
    assert run(["assets", "show", "ast_none", *folder]) == 2
    assert "No such asset" in capsys.readouterr().err
