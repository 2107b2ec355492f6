"""Renderers by format, loaded late."""

import subprocess
import sys

import pytest

from cyberai.domain.errors import InvalidRequest
from cyberai.domain.report import ReportFormat
from cyberai.reports.catalogue import FORMATS, renderer
from unit.reports import sample


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_has_its_renderer(format: ReportFormat) -> None:
    model = sample.model(2, format=format)
    rendered = renderer(format)(model)
    ending = {"markdown": "md", "junit": "junit.xml"}.get(format.value, format.value)
    assert rendered.filename == f"{model.report.id}.{ending}"
    assert format.value in rendered.media_type or format is ReportFormat.JUNIT
    assert rendered == renderer(format)(model)
    assert rendered.content


@pytest.mark.parametrize("format", sorted(set(ReportFormat) - set(FORMATS)))
def test_a_format_of_a_later_version_is_refused(format: ReportFormat) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        renderer(format)
    assert refusal.value.reason == "Not available in this version"
    assert refusal.value.field == "format"


def test_asking_for_json_loads_no_template_engine() -> None:
    program = (
        "import sys; from cyberai.reports.catalogue import renderer; "
        "from cyberai.domain.report import ReportFormat; renderer(ReportFormat.JSON); print('jinja2' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
