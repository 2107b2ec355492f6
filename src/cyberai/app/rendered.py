"""A report made at once and handed over, without being kept."""

import asyncio

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.report_model import build_model
from cyberai.app.report_request import report_of
from cyberai.app.requests import ReportRequest
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.report import RenderedReport, ReportModel

IGNORED = "ignored"
"""The tag of findings that the operator lets pass."""


async def rendered_report(
    app: App, workspace: WorkspaceId, request: ReportRequest, *, ignored: frozenset[str] = frozenset()
) -> RenderedReport:
    """The file; findings in `ignored` (ids) carry the tag `ignored`. Raise InvalidRequest or NotFound."""
    report = report_of(app, workspace, request)
    model = await app.store.read(workspace, lambda tx: build_model(app, tx, report))
    return await asyncio.to_thread(app.renderers(report.format), _tagged(model, ignored))


def _tagged(model: ReportModel, ignored: frozenset[str]) -> ReportModel:
    items = tuple(
        structs.replace(
            item, vulnerability=item.vulnerability.replace(tags=(*item.vulnerability.tags, IGNORED))
        )
        if item.vulnerability.id in ignored
        else item
        for item in model.items
    )
    return structs.replace(model, items=items)
