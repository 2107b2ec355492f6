"""The grades of TLS ports in words."""

from msgspec import Struct

from cyberai.domain.report import ReportModel
from cyberai.reports.plain_text import capped, one_line

MAX_PORTS = 100
_MAX_REASON = 300


class TlsLine(Struct, frozen=True, kw_only=True):
    """One port."""

    place: str
    grade: str
    versions: str
    reasons: tuple[str, ...]


class TlsView(Struct, frozen=True, kw_only=True):
    """All ports, the worst first, and how many more there are."""

    lines: tuple[TlsLine, ...]
    not_shown: int


def tls_view(model: ReportModel) -> TlsView:
    """The ports of the report's scans."""
    lines = tuple(
        TlsLine(
            place=capped(one_line(f"[{port.host}]" if ":" in port.host else port.host), 200)
            + f":{port.port}",
            grade=port.letter.value,
            versions=", ".join(port.versions),
            reasons=tuple(capped(one_line(reason), _MAX_REASON) for reason in port.reasons),
        )
        for port in model.tls[:MAX_PORTS]
    )
    return TlsView(lines=lines, not_shown=len(model.tls) - len(lines))
