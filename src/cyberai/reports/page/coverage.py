"""What was tested, what was not, and why: the ledger in words and figures."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from cyberai.domain.check import SkipReason
from cyberai.domain.report import CoverageRow
from cyberai.domain.verdict import coverage_percent
from cyberai.reports.plain_text import capped, one_line

MAX_HOSTS = 200
_MAX_NAME = 200

_LEAVING = frozenset(reason.value for reason in SkipReason if reason.leaves_coverage)
_WORDS = {
    "not_applicable": "does not apply there",
    "no_influence": "input without influence",
    "tested_elsewhere": "input tested with another request of the same program",
    "not_installed": "part not installed",
    "policy": "not allowed by the scan's mode or policy",
    "out_of_scope": "outside the scope",
    "budget": "request budget used up",
    "auth_lost": "login was lost",
    "target_health": "target became unhealthy",
    "blocked_by_waf": "refused by a firewall",
    "target_not_allowed": "address not allowed",
    "dns_failed": "name not found",
    "connection_refused": "connection refused",
    "unreachable": "unreachable",
    "connection_reset": "connection reset",
    "connect_timeout": "no connection in time",
    "timeout": "no answer in time",
    "tls_failed": "TLS handshake failed",
    "certificate_not_trusted": "certificate not trusted",
    "proxy_failed": "the proxy failed",
    "malformed_response": "malformed answer",
    "cancelled": "cancelled",
    "pages_alike": "all pages look like the missing page",
    "internal": "fault of the scanner",
}


class CoverageLine(Struct, frozen=True, kw_only=True):
    """One check (over all hosts) or one host (over all checks). Counts are pairs of asset and check."""

    name: str
    detail: str
    tested: int
    found: int
    missed: int
    left_out: int
    missed_reasons: tuple[str, ...]
    left_out_reasons: tuple[str, ...]


class CoverageView(Struct, frozen=True, kw_only=True):
    """The whole ledger. `percent` as in the verdict; `left_out` leaves the percentage."""

    percent: float
    tested: int
    missed: int
    left_out: int
    checks: tuple[CoverageLine, ...]
    hosts: tuple[CoverageLine, ...]
    hosts_not_shown: int
    total: CoverageLine


def coverage_view(rows: Sequence[CoverageRow], check_titles: Mapping[str, str]) -> CoverageView:
    """The ledger by check and, when there are several hosts, by host."""
    checks = [_line(id, check_titles.get(id, ""), group) for id, group in _grouped(rows, "check_id")]
    hosts = [_line(host, "", group) for host, group in _grouped(rows, "host")]
    several = hosts if len(hosts) > 1 else []
    total = _line("All", "", rows)
    return CoverageView(
        percent=coverage_percent(rows),
        tested=total.tested,
        missed=total.missed,
        left_out=total.left_out,
        checks=tuple(sorted(checks, key=lambda line: (-line.missed, line.name))),
        hosts=tuple(sorted(several, key=lambda line: (-line.missed, line.name))[:MAX_HOSTS]),
        hosts_not_shown=max(0, len(several) - MAX_HOSTS),
        total=total,
    )


def reason_words(reason: str) -> str:
    """A reason of the ledger in words."""
    return _WORDS.get(reason, reason.replace("_", " "))


def _grouped(rows: Iterable[CoverageRow], name: str) -> list[tuple[str, list[CoverageRow]]]:
    groups: dict[str, list[CoverageRow]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return list(groups.items())


def _line(name: str, detail: str, rows: Sequence[CoverageRow]) -> CoverageLine:
    missed: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for row in rows:
        for reason, count in row.errored.items():
            missed[reason] = missed.get(reason, 0) + count
        for reason, count in row.skipped.items():
            group = left_out if reason in _LEAVING else missed
            group[reason] = group.get(reason, 0) + count
    found = sum(row.found for row in rows)
    return CoverageLine(
        name=capped(one_line(name), _MAX_NAME),
        detail=capped(one_line(detail), _MAX_NAME),
        tested=found + sum(row.clean for row in rows),
        found=found,
        missed=sum(missed.values()),
        left_out=sum(left_out.values()),
        missed_reasons=_reasons(missed),
        left_out_reasons=_reasons(left_out),
    )


def _reasons(counts: dict[str, int]) -> tuple[str, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(f"{count:,} {one_line(reason_words(reason))}" for reason, count in ordered if count)
