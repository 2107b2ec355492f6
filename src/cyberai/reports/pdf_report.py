"""The PDF report: tagged, PDF/UA-1 where the letters allow, byte-stable, set in a child process that opens nothing."""

import msgspec

from cyberai.domain.report import RenderedReport, ReportModel
from cyberai.reports.pdf.child import set_in_child
from cyberai.reports.pdf.document import document


def render(model: ReportModel) -> RenderedReport:
    """Cover, summary, findings, appendix. Raise Unavailable when setting it takes too much memory or time."""
    content = set_in_child(msgspec.json.encode(document(model)), model.generated_at // 1_000_000)
    return RenderedReport(content=content, media_type="application/pdf", filename=f"{model.report.id}.pdf")
