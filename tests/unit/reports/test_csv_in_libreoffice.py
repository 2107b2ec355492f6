"""The CSV report in LibreOffice: no hostile string becomes a formula, wherever the program splits the rows."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from msgspec import structs

from cyberai.domain.report import ReportFormat, ReportType
from cyberai.reports.csv_report import render
from unit.reports import poisoned
from unit.reports.hostile_strings import HOSTILE

OFFICE = shutil.which("soffice")
SECONDS = 400
"""It takes ten on a quiet machine."""
CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-cell"
FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
LONGEST = 30_000
"""Characters of a string: a cell of LibreOffice holds 32,767, and the long ones begin as the short ones do."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice Calc is not installed"),
]


def opened(files: list[Path], separators: str, folder: Path) -> dict[str, ET.Element]:
    """The sheets as LibreOffice reads them, by name: fields split at these characters (numbers, by /), quotes are no
    reason to take a cell for text, and formulas are evaluated."""
    options = f"CSV:{separators},34,76,1,,0,false,true,false,false,false,0,true"
    out = folder / separators.replace("/", "-")
    command = (
        str(OFFICE),
        "--headless",
        "--norestore",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
    )
    subprocess.run(
        [*command, f"--infilter={options}", "--convert-to", "fods", "--outdir", str(out), *map(str, files)],
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    return {file.stem: ET.fromstring((out / f"{file.stem}.fods").read_bytes()) for file in files}


def formulas(sheet: ET.Element) -> list[str]:
    return [cell.attrib[FORMULA] for cell in sheet.iter(CELL) if FORMULA in cell.attrib]


@pytest.mark.parametrize(
    ("separators", "expected"), [("44", ["of:=1+1"]), ("44/59/9/124", ["of:=1+1", "of:=1+2"])]
)
def test_nothing_hostile_is_a_formula(separators: str, expected: list[str], tmp_path: Path) -> None:
    texts = [text[:LONGEST] for text in HOSTILE]
    models = [poisoned.model(text, type=ReportType.TECHNICAL, format=ReportFormat.CSV) for text in texts]
    whole = structs.replace(models[0], items=tuple(item for one in models for item in one.items))
    report, control = tmp_path / "report.csv", tmp_path / "control.csv"
    report.write_bytes(render(whole).content)
    control.write_bytes(b'"id","=1+1"\r\nplain;=1+2\r\n')

    sheets = opened([report, control], separators, tmp_path)

    assert formulas(sheets["control"]) == expected, "the program takes such cells for formulas"
    assert formulas(sheets["report"]) == []
    assert sum(1 for _ in sheets["report"].iter(CELL)) > len(HOSTILE)
