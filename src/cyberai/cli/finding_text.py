"""One finding in full, for a terminal."""

from msgspec import UNSET
from rich.console import Console
from rich.text import Text

from cyberai.app.resources import VulnerabilityResource
from cyberai.cli.console import plain, severity, tier
from cyberai.cli.results import indented, place
from cyberai.domain.risk_words import epss_in_words, kev_in_words, risk_in_words

_MARGIN = 12


def show_finding(console: Console, row: VulnerabilityResource) -> None:
    """Title, facts, proof, description, remediation."""
    console.print(Text.assemble(severity(row.severity), "  ", (plain(row.title, 200), "bold")))
    facts = (
        ("Where", place(row)),
        ("Proof", tier(row.tier, row.confidence)),
        ("Status", _status(row)),
        (
            "Seen",
            f"{row.first_seen} to {row.last_seen}, {row.occurrences} {'place' if row.occurrences == 1 else 'places'}",
        ),
        ("Weakness", ", ".join((*row.cwe, *row.cve, *row.owasp))),
        ("CVSS", f"{row.cvss_score} {row.cvss_vector}"),
        ("Risk", risk_in_words(row.risk_score, row.risk_terms, with_cve=bool(row.cve))),
        ("EPSS", epss_in_words(row.epss) if row.epss else ""),
        ("KEV", _kev(row)),
        ("Check", row.check_id),
        ("Scan", row.scan_id),
        ("Fingerprint", row.fingerprint),
        ("Assignee", row.assignee or ""),
        ("Due", row.due_at or ""),
        ("Tags", ", ".join(row.tags)),
        ("Note", row.notes or ""),
    )
    for name, text in facts:
        if text:
            indented(console, Text(plain(text, 2_000)), Text(f"{name:<{_MARGIN}}", "dim"))
    _show_evidence(console, row)
    for title, text in (("What it is", row.description), ("How to mend it", row.remediation)):
        console.print(Text(f"\n{title}", "bold"))
        for paragraph in text.split("\n\n"):
            indented(console, Text(plain(" ".join(paragraph.split()), 4_000)), Text("  "))


def _kev(row: VulnerabilityResource) -> str:
    kev = row.kev
    return kev_in_words(kev.cve, kev.added, kev.due, ransomware=kev.ransomware) if kev else ""


def _status(row: VulnerabilityResource) -> str:
    until = f" until {row.accept_until}" if row.accept_until else ""
    why = f": {row.status_reason}" if row.status_reason else ""
    return f"{row.status}{until}{why}"


def _show_evidence(console: Console, row: VulnerabilityResource) -> None:
    pieces = () if row.evidence is UNSET else row.evidence
    if not pieces:
        console.print(Text("\nIts evidence is no longer kept.", "dim"))
        return
    console.print(Text("\nShown again by", "bold"))
    for words in dict.fromkeys(piece.reproduce for piece in pieces):
        if words:
            # Never folded: it is there to be copied.
            console.print(Text("  " + plain(words, 4_000), "cyan"), soft_wrap=True)
    for piece in pieces:
        if piece.note:
            indented(console, Text(plain(piece.note, 500), "dim"), Text("  "))
    console.print(Text("  --json shows every request and answer that was kept", "dim"))
