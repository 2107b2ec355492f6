"""What `cyberai assets show` and `cyberai assets expiring` print."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby

from rich.table import Table

from cyberai.app.certificate_calendar import ExpiringCertificate
from cyberai.app.inventory_view import AssetResource, TlsAssessmentResource
from cyberai.app.tls_ports import said
from cyberai.cli.console import plain, stdout
from cyberai.cli.platform import Platform

_MOST = 200
Others = dict[str, list[AssetResource]]
"""Assets that belong to another one, by what they are to it."""


async def around(platform: Platform, id: str) -> tuple[AssetResource, Others]:
    """An asset and those around it; raise NotFound."""
    asset = await platform.asset(id)
    if asset.certificate is None:
        presented = [await platform.asset(other) for other in asset.certificate_ids]
        return asset, {"certificate": presented}
    served = await platform.assets({"certificate_id": asset.id, "kind": "service"}, limit=_MOST)
    same = await platform.assets({"key_sha256": asset.certificate.key_sha256}, limit=_MOST)
    found: Others = {"served at": served.data, "same key": []}
    for other in same.data:
        if other.id != asset.id:
            found["same key"].append(other)
            at = await platform.assets({"certificate_id": other.id, "kind": "service"}, limit=_MOST)
            found.setdefault("same key at", []).extend(at.data)
    return asset, found


def show_asset(asset: AssetResource, others: Others) -> None:
    """Everything, line by line."""
    console = stdout()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in (*_facts(asset), *_around(others)):
        table.add_row(name, plain(value, 2_000))
    console.print(table)


def where_of(row: AssetResource) -> str:
    """Host, or host, port and transport, of an asset that has them."""
    if row.host is None:
        return ""
    host = f"[{row.host}]" if ":" in row.host else row.host
    return host if row.port is None else f"{host}:{row.port}/{row.transport}"


def _facts(asset: AssetResource) -> Iterator[tuple[str, str]]:
    yield "id", asset.id
    yield "kind", asset.kind
    yield "state", asset.state
    if asset.host is not None:
        yield "where", where_of(asset)
    yield "first seen", asset.first_seen
    yield "last seen", asset.last_seen
    if asset.service is not None:
        facts = asset.service
        words = ("protocol", "product", "version", "cpe", "os", "banner")
        values = ((word, getattr(facts, word)) for word in words)
        yield from ((word, value) for word, value in values if value)
        yield "TLS", "yes" if facts.tls else "no"
    if asset.tls_assessment is not None:
        yield from _assessment(asset.tls_assessment)
    if asset.certificate is not None:
        yield from _certificate(asset)


def _assessment(found: TlsAssessmentResource) -> Iterator[tuple[str, str]]:
    yield "grade", found.grade
    for reason in found.reasons:
        yield "", said(reason.text, reason.limit)
    for offer in found.versions:
        order = {True: " (in the server's order)", False: " (the client chooses)", None: ""}[
            offer.server_order
        ]
        yield offer.version, "\n".join(offer.suites) + order
    yield "groups", ", ".join(found.groups) or "none"
    if found.dh_bits is not None:
        yield "Diffie-Hellman", f"{found.dh_bits} bits"
    yield "ALPN", ", ".join(found.alpn) or "none"
    for words in found.unclear:
        yield "unclear", words


def _certificate(asset: AssetResource) -> Iterator[tuple[str, str]]:
    facts = asset.certificate
    assert facts is not None
    yield "subject", facts.subject
    yield "issuer", facts.issuer
    yield "valid", f"{facts.not_before} to {facts.not_after}"
    yield "names", ", ".join(facts.names) or "none"
    yield "key", f"{facts.key}, signed with {facts.signature}"
    yield "trusted", "yes" if facts.trusted else "self-signed" if facts.self_signed else "no"
    yield "SHA-256", facts.sha256
    yield "key SHA-256", facts.key_sha256


def _around(others: Others) -> Iterator[tuple[str, str]]:
    for name, assets in others.items():
        for asset in assets:
            yield name, _line(asset)


def _line(asset: AssetResource) -> str:
    if asset.certificate is not None:
        return f"{asset.certificate.subject}, until {asset.certificate.not_after[:10]} ({asset.id})"
    return where_of(asset) + (" (gone)" if asset.state == "gone" else "")


def show_expiring(found: list[ExpiringCertificate], now: datetime, days: int) -> None:
    """A table per month."""
    console = stdout()
    if not found:
        console.print(f"No certificate that a service presents ends within {days} days.")
        return
    for month, rows in groupby(found, key=_month):
        table = Table(
            box=None,
            pad_edge=False,
            padding=(0, 2, 0, 0),
            header_style="dim",
            title=month,
            title_justify="left",
        )
        for title in ("UNTIL", "DAYS", "SUBJECT"):
            table.add_column(title, no_wrap=title != "SUBJECT", overflow="fold")
        table.add_column("SERVED AT", overflow="fold")
        for row in rows:
            facts = row.asset.certificate
            assert facts is not None
            until = datetime.fromisoformat(facts.not_after).astimezone(UTC)
            left = (until - now).days
            table.add_row(
                facts.not_after[:10],
                "expired" if until < now else str(left),
                plain(facts.subject, 200),
                plain(_served(row), 400),
            )
        console.print(table)


def _month(row: ExpiringCertificate) -> str:
    assert row.asset.certificate is not None
    return row.asset.certificate.not_after[:7]


def _served(row: ExpiringCertificate) -> str:
    places: Iterable[str] = (
        f"{f'[{s.host}]' if ':' in s.host else s.host}:{s.port}" + (" (gone)" if s.state == "gone" else "")
        for s in row.services
    )
    return ", ".join(places) + (" and more" if row.more_services else "")
