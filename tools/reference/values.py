"""Error codes and event types: closed lists of the domain."""

from __future__ import annotations

from cyberai.domain.errors import STATUS, ErrorCode
from cyberai.domain.event import EventType
from tools.reference.page import Page, code, member_texts, table


def errors() -> Page:
    page = Page(
        "errors",
        "Error codes",
        "Every error is a JSON object `error` with `code`, `message`, `details` and `request_id`. `details` always "
        "has `field` (what it is about, or null) and `reason` (what to do). The list is closed: no other code occurs.",
    )
    texts = member_texts(ErrorCode)
    page.body.append(
        table(("Code", "Status"), ((f"[`{item}`](#{item})", STATUS[item]) for item in ErrorCode))
    )
    for item in ErrorCode:
        page.body.append(f"## {item}\n\nStatus {STATUS[item]}. {page.explain(item, texts[item])}")
    return page


def events() -> Page:
    page = Page(
        "events",
        "Event types",
        "Every event is a JSON object with `id`, `type`, `timestamp`, `seq` and `data`. `seq` has no holes within a "
        "workspace. `data` is the whole scan for `scan.*`, the whole vulnerability (without its evidence) for "
        "`vulnerability.*`, and the report for `report.*`.",
    )
    texts = member_texts(EventType)
    rows = ((code(item), page.explain(item, texts[item])) for item in EventType)
    page.body.append(table(("Type", "When"), rows))
    return page
