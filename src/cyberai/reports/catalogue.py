"""Which renderer makes which format; each is imported when it is first asked for."""

from importlib import import_module
from typing import cast

from cyberai.domain.errors import InvalidRequest
from cyberai.domain.report import ReportFormat
from cyberai.ports.reporting import Renderer

_MODULES = {
    ReportFormat.JSON: "cyberai.reports.json_report",
    ReportFormat.CSV: "cyberai.reports.csv_report",
    ReportFormat.HTML: "cyberai.reports.html_report",
    ReportFormat.PDF: "cyberai.reports.pdf_report",
    ReportFormat.SARIF: "cyberai.reports.sarif_report",
    ReportFormat.JUNIT: "cyberai.reports.junit_report",
    ReportFormat.MARKDOWN: "cyberai.reports.markdown_report",
}

FORMATS = tuple(_MODULES)
"""The formats this version carries."""


def renderer(format: ReportFormat) -> Renderer:
    """The renderer of a format; raise InvalidRequest when this version does not carry it."""
    name = _MODULES.get(format)
    if name is None:
        raise InvalidRequest(
            "Invalid report configuration", field="format", reason="Not available in this version"
        )
    return cast(Renderer, import_module(name).render)
