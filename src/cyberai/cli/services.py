"""What speaks on the ports of a scan, for people."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cyberai.cli.console import plain
from cyberai.domain.scan import ScanType

if TYPE_CHECKING:
    from cyberai.app.results import ScanResult
    from cyberai.domain.service import ServiceFact

SHOWN = 40
UNSURE = 80
"""Below this confidence the product has a question mark."""


def show_services(console: Console, result: "ScanResult") -> None:
    """A line per service, of scans that look at ports: a single website says nothing new by this."""
    facts = result.services
    if not facts or (result.scan.scan_type != ScanType.NETWORK.value and len(facts) < 2):
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("PORT", no_wrap=True)
    table.add_column("SERVICE", no_wrap=True)
    table.add_column("PRODUCT", overflow="fold")
    for fact in facts[:SHOWN]:
        table.add_row(Text(_port(fact), "cyan"), Text(_protocol(fact)), Text(_product(fact)))
    console.print(table)
    if len(facts) > SHOWN:
        console.print(Text(f"and {len(facts) - SHOWN:,} more services", "dim"))
    console.print()


def _port(fact: "ServiceFact") -> str:
    host = f"[{fact.host}]" if ":" in fact.host else fact.host
    return plain(f"{host}:{fact.port}/{fact.transport.value}", 300)


def _protocol(fact: "ServiceFact") -> str:
    name = plain(fact.protocol, 40) or "unknown"
    return f"{name} in TLS" if fact.tls else name


def _product(fact: "ServiceFact") -> str:
    """Product, version and system; what an unknown service said, in quotation marks."""
    if not fact.protocol and fact.banner:
        return f'"{plain(fact.banner, 60)}"'
    words = " ".join(part for part in (plain(fact.product, 80), plain(fact.version, 40)) if part)
    if words and fact.confidence < UNSURE:
        words += "?"
    return f"{words} ({plain(fact.os, 60)})" if fact.os else words
