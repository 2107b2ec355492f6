"""Evidence for the page: messages cut to what a reader needs, the proof marked in them."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.reports.plain_text import capped, visible

MAX_LINES = 22
MAX_CHARACTERS = 3_000
MAX_HEADERS = 5
_FOLDED = ("Response", "Control response")
_MAX_LINE = 1_000
_MAX_MARKS = 20
_MIN_MARK = 1
_LINES_BEFORE = 4
_CHARACTERS_BEFORE = 240
"""So that the proof is in sight when the pane, which scrolls, is first seen."""
_MAX_FOLDED = 60
"""Characters of a response's header line that proves nothing."""


class Message(Struct, frozen=True, kw_only=True):
    """A request or response as the API shows it."""

    start_line: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    body_bytes: int = 0


class Exchange(Struct, frozen=True, kw_only=True):
    """A request and its response as the API shows them."""

    method: str
    url: str
    status: int
    elapsed_ms: int
    request: Message
    response: Message


class ApiEvidence(Struct, frozen=True, kw_only=True):
    """The API's evidence object: redacted and capped by whoever made the model."""

    kind: str = ""
    match: str = ""
    note: str = ""
    reproduce: str = ""
    exchange: Exchange | None = None
    control: Exchange | None = None
    host: str | None = None
    port: int | None = None
    sent: str | None = None
    received: str | None = None
    facts: dict[str, str] | None = None


class Segment(Struct, frozen=True):
    """A stretch of text; `marked` is what proves the finding."""

    text: str
    marked: bool = False


class Pane(Struct, frozen=True, kw_only=True):
    """One box of text with its caption; `note` says what was left out."""

    caption: str
    segments: tuple[Segment, ...]
    note: str = ""


class EvidenceView(Struct, frozen=True, kw_only=True):
    """One piece of evidence on the page."""

    note: str
    reproduce: str
    summary: str
    panes: tuple[Pane, ...]
    unseen: str
    """The matched text when no pane shows it."""
    facts: tuple[tuple[str, str], ...]


def evidence_views(resource: dict[str, object]) -> tuple[EvidenceView, ...]:
    """The evidence of an API vulnerability object; empty when it carries none."""
    found = msgspec.convert(resource.get("evidence") or (), tuple[ApiEvidence, ...])
    return tuple(_view(item) for item in found)


def has_control(resource: dict[str, object]) -> bool:
    """True when any piece of evidence carries a control request."""
    evidence: Any = resource.get("evidence") or ()
    return any(item.get("control") for item in evidence)


def _view(item: ApiEvidence) -> EvidenceView:
    panes = tuple(_panes(item))
    shown = any(segment.marked for pane in panes for segment in pane.segments)
    return EvidenceView(
        note=visible(capped(item.note, MAX_CHARACTERS)),
        reproduce=visible(item.reproduce),
        summary=_summary(item),
        panes=panes,
        unseen="" if shown else visible(capped(item.match, _MAX_LINE)),
        facts=tuple((visible(k), visible(capped(v, _MAX_LINE))) for k, v in (item.facts or {}).items()),
    )


def _summary(item: ApiEvidence) -> str:
    if item.exchange is not None:
        exchange = item.exchange
        url = visible(capped(exchange.url, 160))
        return f"{visible(exchange.method)} {url} \u2192 {exchange.status}, {exchange.elapsed_ms:,} ms"
    if item.host is not None:
        return f"{visible(item.host)}:{item.port}"
    return visible(item.kind)


def _panes(item: ApiEvidence) -> list[Pane]:
    panes = []
    if item.exchange is not None:
        panes.append(_pane("Request", item.exchange.request, ""))
        panes.append(_pane("Response", item.exchange.response, item.match))
    if item.control is not None:
        panes.append(_pane("Control request", item.control.request, ""))
        panes.append(_pane("Control response", item.control.response, ""))
    if item.sent:
        panes.append(_text_pane("Sent", item.sent, ""))
    if item.received:
        panes.append(_text_pane("Received", item.received, item.match))
    return panes


def _pane(caption: str, message: Message, match: str) -> Pane:
    lines = [message.start_line, *_header_lines(message.headers, match, fold=caption in _FOLDED)]
    head = "\n".join(capped(line, _MAX_LINE) for line in lines)
    body, note = _window(message.body, match)
    if not note and message.body_bytes > len(message.body.encode("utf-8", "replace")):
        note = f"The body has {message.body_bytes:,} bytes; this is a part of it."
    text = f"{head}\n\n{body}" if body else head
    return Pane(caption=caption, segments=_marked(text, match), note=note)


def _header_lines(headers: tuple[tuple[str, str], ...], match: str, *, fold: bool) -> list[str]:
    """All of them, or the first few and those that prove the finding: the proof must not scroll out of sight."""
    lines = [f"{name}: {value}" for name, value in headers]
    if not fold or len(lines) <= MAX_HEADERS:
        return lines
    kept = [
        line if match and match in line else capped(line, _MAX_FOLDED)
        for index, line in enumerate(lines)
        if index < MAX_HEADERS or (match and match in line)
    ]
    left = len(lines) - len(kept)
    return [*kept, f"\u2026 {left} more headers"] if left else kept


def _text_pane(caption: str, text: str, match: str) -> Pane:
    shown, note = _window(text, match)
    return Pane(caption=caption, segments=_marked(shown, match), note=note)


def _window(text: str, match: str) -> tuple[str, str]:
    """The lines around the first match, or the first lines; and a sentence on what was left out."""
    lines = text.split("\n")
    at = text.find(match) if match else -1
    line_of_match = text.count("\n", 0, at) if at > 0 else 0
    first = line_of_match - _LINES_BEFORE if line_of_match > _LINES_BEFORE else 0
    while first < line_of_match and sum(map(len, lines[first:line_of_match])) > _CHARACTERS_BEFORE:
        first += 1
    lines = lines[first : first + MAX_LINES]
    before = at - (text.rfind("\n", 0, at) + 1) if at > 0 else 0
    if before > _CHARACTERS_BEFORE:
        line = line_of_match - first
        lines[line] = "\u2026 " + lines[line][before - _CHARACTERS_BEFORE :]
    shown = "\n".join(lines)
    if len(shown) > MAX_CHARACTERS:
        inner = shown.find(match) if match else -1
        start = max(0, min(inner - MAX_CHARACTERS // 3, len(shown) - MAX_CHARACTERS)) if inner > 0 else 0
        shown = shown[start : start + MAX_CHARACTERS]
    left = len(text) - len(shown)
    note = f"Shown in part; {left:,} more characters are in the JSON report." if left > 0 else ""
    return ("\u2026\n" + shown if first else shown), note


def _marked(text: str, match: str) -> tuple[Segment, ...]:
    if len(match) < _MIN_MARK:
        return (Segment(visible(text)),)
    pieces = text.split(match, _MAX_MARKS)
    segments: list[Segment] = []
    for index, piece in enumerate(pieces):
        if index:
            segments.append(Segment(visible(match), marked=True))
        if piece:
            segments.append(Segment(visible(piece)))
    return tuple(segments)
