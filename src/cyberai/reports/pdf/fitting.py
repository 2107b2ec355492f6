"""The page's views fitted for paper: long lines wrapped, long words breakable, what has no end cut."""

import re

from msgspec import structs

from cyberai.reports.page.changes import DeltaView
from cyberai.reports.page.coverage import CoverageView
from cyberai.reports.page.exchange import EvidenceView, Pane
from cyberai.reports.page.findings import Reference
from cyberai.reports.page.prose import Block
from cyberai.reports.page.scans import ScanView, VerdictView
from cyberai.reports.page.summary import TopRisk
from cyberai.reports.page.tls import TlsView
from cyberai.reports.page.trend import TrendView
from cyberai.reports.pdf.wrapping import wrapped, wrapped_segments
from cyberai.reports.plain_text import capped

_LONGEST = 28
"""Characters of a word that fit into the narrowest column."""
_LONG_WORD = re.compile(rf"\S{{{_LONGEST}}}(?=\S)")
_BREAK = "\u200b"
"""The template makes a place to break of it; `visible` has spelled out those of the target."""
_PANE_COLUMNS = 106
_MAX_COMMAND = 2_000
_MAX_LINK = 2_000
"""Characters of an address; PDF readers take no endless ones."""


def breakable(text: str) -> str:
    """The text with a break allowed after every 28 characters of a word."""
    return _LONG_WORD.sub(r"\g<0>" + _BREAK, text) if len(text) > _LONGEST else text


def prose_fitted(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Prose, fitted."""
    return tuple(
        structs.replace(
            block,
            lines=tuple(
                tuple(structs.replace(span, text=breakable(span.text)) for span in line)
                for line in block.lines
            ),
        )
        for block in blocks
    )


def facts_fitted(facts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of name and value, fitted."""
    return tuple((breakable(name), breakable(text)) for name, text in facts)


def evidence_fitted(item: EvidenceView) -> EvidenceView:
    """One piece of evidence, fitted."""
    return structs.replace(
        item,
        note=breakable(item.note),
        summary=breakable(item.summary),
        unseen=breakable(item.unseen),
        reproduce=wrapped(capped(item.reproduce, _MAX_COMMAND), _PANE_COLUMNS),
        facts=facts_fitted(item.facts),
        panes=tuple(_pane(pane) for pane in item.panes),
    )


def _pane(pane: Pane) -> Pane:
    return structs.replace(pane, segments=wrapped_segments(pane.segments, _PANE_COLUMNS))


def reference_fitted(reference: Reference) -> Reference:
    """Further reading, fitted."""
    link = reference.link if len(reference.link) <= _MAX_LINK else ""
    return Reference(breakable(capped(reference.text, _MAX_LINK)), link)


def top_fitted(risk: TopRisk) -> TopRisk:
    """One of the greatest risks, fitted."""
    return structs.replace(
        risk, title=breakable(risk.title), where=breakable(risk.where), impact=prose_fitted(risk.impact)
    )


def trend_fitted(trend: TrendView) -> TrendView:
    """A target over time, fitted."""
    return structs.replace(trend, target=breakable(trend.target))


def delta_fitted(delta: DeltaView) -> DeltaView:
    """What has changed, fitted."""
    groups = tuple(
        structs.replace(
            group,
            entries=tuple(
                structs.replace(
                    entry,
                    title=breakable(entry.title),
                    where=breakable(entry.where),
                    detail=breakable(entry.detail),
                )
                for entry in group.entries
            ),
        )
        for group in delta.groups
    )
    return structs.replace(
        delta,
        against=breakable(delta.against),
        groups=groups,
        notes=tuple(breakable(note) for note in delta.notes),
    )


def verdict_fitted(verdict: VerdictView) -> VerdictView:
    """The verdict, fitted."""
    return structs.replace(verdict, reasons=tuple(breakable(reason) for reason in verdict.reasons))


def coverage_fitted(view: CoverageView) -> CoverageView:
    """The ledger, fitted."""
    return structs.replace(
        view,
        checks=tuple(structs.replace(line, name=breakable(line.name)) for line in view.checks),
        hosts=tuple(structs.replace(line, name=breakable(line.name)) for line in view.hosts),
    )


def tls_fitted(view: TlsView) -> TlsView:
    """The grades, fitted."""
    return structs.replace(
        view,
        lines=tuple(
            structs.replace(
                line,
                place=breakable(line.place),
                reasons=tuple(breakable(reason) for reason in line.reasons),
            )
            for line in view.lines
        ),
    )


def scan_fitted(scan: ScanView) -> ScanView:
    """One scan, fitted."""
    return structs.replace(
        scan,
        name=breakable(scan.name),
        targets=tuple(breakable(target) for target in scan.targets),
        facts=facts_fitted(scan.facts),
        changes=tuple(
            structs.replace(change, place=breakable(change.place), shown_at=breakable(change.shown_at))
            for change in scan.changes
        ),
    )
