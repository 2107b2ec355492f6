"""`cyberai assets`: what scans have seen of the network, and what changed."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from cyberai.cli.options import Listed, as_json, data_dir
from cyberai.cli.place import Place, on_platform, somewhere
from cyberai.cli.store_access import workspace_option

if TYPE_CHECKING:
    from rich.table import Table

    from cyberai.app.certificate_calendar import ExpiringCertificate
    from cyberai.app.inventory_view import AssetChangeResource, AssetResource

KINDS = ("host", "port", "service", "certificate")
STATES = ("present", "gone")
CHANGES = ("appeared", "changed", "gone", "returned", "expiring", "expired")

HELP = """List hosts, ports, services and certificates that scans have seen, or what changed of them.

\b
Examples:
  cyberai assets list
  cyberai assets expiring --days 60
  cyberai assets changes --since 2030-01-31
"""
SHOW_HELP = """Show one asset with all that is known of it: of a service its certificates, of a certificate where it is
served, and which others have the same key.

\b
Examples:
  cyberai assets show ast_01hq...
  cyberai assets show ast_01hq... --json
"""
EXPIRING_HELP = """List the certificates that services present and that end within some days or have ended already, by
month, with where they are served.

\b
Examples:
  cyberai assets expiring
  cyberai assets expiring --days 90
"""
LIST_HELP = """List what scans have seen, the newest first: services, unless --kind says otherwise.

\b
Examples:
  cyberai assets list
  cyberai assets list --protocol ssh,redis --state present
  cyberai assets list --kind certificate --json
  cyberai assets list --scan scan_01hq... --profile work
"""
CHANGES_HELP = """List what appeared, changed, went and returned, the newest first.

\b
Examples:
  cyberai assets changes
  cyberai assets changes --since 2030-01-31 --change appeared,gone
  cyberai assets changes --change expiring,expired
"""


@click.group("assets", help=HELP)
def command() -> None:
    """Nothing by itself."""


@command.command("list", help=LIST_HELP)
@click.option("--kind", multiple=True, type=Listed(KINDS), default=("service",), help="Which assets.")
@click.option("--state", multiple=True, type=Listed(STATES), help="Only assets that are there, or gone.")
@click.option("--host", multiple=True, metavar="HOST", help="Only assets of this host, as scanned.")
@click.option("--port", multiple=True, metavar="PORT", help="Only assets at this port.")
@click.option("--protocol", multiple=True, metavar="NAME", help="Only services of this protocol.")
@click.option("--product", multiple=True, metavar="NAME", help="Only services of this product.")
@click.option("--scan", multiple=True, metavar="ID", help="Only assets that this scan saw.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@somewhere(workspace_option, data_dir)
@as_json
def list_(limit: int, place: Place, as_json: bool, **asked: Any) -> None:
    """A table, or a list of objects."""
    page = on_platform(place, lambda platform: platform.assets(_parameters(asked), limit=limit))
    if as_json:
        click.echo(_encoded(page.data))
        return
    _show(page.data)
    _more(page.has_more, limit)


@command.command("changes", help=CHANGES_HELP)
@click.option("--since", metavar="TIME", help="Only what was noticed after this time or day (UTC).")
@click.option("--change", multiple=True, type=Listed(CHANGES), help="What happened.")
@click.option("--kind", multiple=True, type=Listed(KINDS), help="Only of these assets.")
@click.option("--scan", multiple=True, metavar="ID", help="Only what this scan noticed.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@somewhere(workspace_option, data_dir)
@as_json
def changes(limit: int, place: Place, as_json: bool, **asked: Any) -> None:
    """A table, or a list of objects."""
    page = on_platform(place, lambda platform: platform.asset_changes(_parameters(asked), limit=limit))
    if as_json:
        click.echo(_encoded(page.data))
        return
    _show_changes(page.data)
    _more(page.has_more, limit)


@command.command("expiring", help=EXPIRING_HELP)
@click.option("--days", type=click.IntRange(0, 36_500), default=30, show_default=True, help="From now on.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@somewhere(workspace_option, data_dir)
@as_json
def expiring(days: int, limit: int, place: Place, as_json: bool) -> None:
    """A table by month, or a list of objects."""
    from cyberai.bootstrap.clock import SystemClock
    from cyberai.cli.asset_details import show_expiring

    now = datetime.fromtimestamp(SystemClock().now() / 1_000_000, UTC)
    before = (now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = on_platform(place, lambda platform: platform.expiring({"before": before}, limit=limit))
    if as_json:
        click.echo(_encoded(page.data))
        return
    show_expiring(page.data, now, days)
    _more(page.has_more, limit)


@command.command("show", help=SHOW_HELP)
@click.argument("id", metavar="ID")
@somewhere(workspace_option, data_dir)
@as_json
def show(id: str, place: Place, as_json: bool) -> None:
    """Lines of text, or an object."""
    from cyberai.cli.asset_details import around, show_asset

    asset, others = on_platform(place, lambda platform: around(platform, id))
    if as_json:
        click.echo(_encoded(asset))
        return
    show_asset(asset, others)


def _parameters(asked: dict[str, Any]) -> dict[str, str]:
    """The query parameters of the API, whose own reader judges them."""
    values = {}
    for flag, value in asked.items():
        if value:
            text = ",".join(value) if isinstance(value, tuple) else value
            if flag == "since" and len(text) == len("2030-01-31"):
                text += "T00:00:00Z"
            values["scan_id" if flag == "scan" else flag] = text
    return values


def _encoded(
    rows: "AssetResource | list[AssetResource] | list[AssetChangeResource] | list[ExpiringCertificate]",
) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def _more(has_more: bool, limit: int) -> None:
    if has_more:
        click.echo(
            f"There are more than {limit}; --limit shows up to 200, the filters of --help fewer", err=True
        )


def _show(assets: "list[AssetResource]") -> None:
    from cyberai.cli.asset_details import where_of
    from cyberai.cli.console import plain, stdout

    if not assets:
        stdout().print("No assets.")
        return
    table = _table("KIND", "STATE", "WHERE", "SINCE")
    table.add_column("WHAT", overflow="fold")
    for row in assets:
        where = plain(where_of(row), 200)
        table.add_row(row.kind, row.state, where, row.first_seen[:10], plain(_what(row), 200))
    stdout().print(table)


def _show_changes(found: "list[AssetChangeResource]") -> None:
    from cyberai.cli.console import plain, stdout

    if not found:
        stdout().print("No changes.")
        return
    table = _table("NOTICED", "CHANGE", "KIND")
    table.add_column("WHAT", overflow="fold")
    for row in found:
        words = [f"{item.field} {item.before or 'none'} -> {item.after or 'none'}" for item in row.fields]
        what = f"{row.asset}: {', '.join(words)}" if words else row.asset
        table.add_row(row.at[:16].replace("T", " "), row.change, row.kind, plain(what, 300))
    stdout().print(table)


def _table(*titles: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in titles:
        table.add_column(title, no_wrap=True)
    return table


def _what(row: "AssetResource") -> str:
    if row.certificate is not None:
        return f"{row.certificate.subject}, until {row.certificate.not_after[:10]}"
    if row.service is None:
        return ""
    name = row.service.protocol or "unknown"
    words = (f"{name} in TLS" if row.service.tls else name, row.service.product, row.service.version)
    text = " ".join(word for word in words if word)
    return f"{text}, TLS grade {row.tls_assessment.grade}" if row.tls_assessment is not None else text
