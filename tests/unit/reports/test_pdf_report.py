"""The PDF report is a valid, tagged, dead file: nothing of a target is ever more than text in it."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from msgspec import structs
from pypdf import PdfReader

from cyberai.domain.errors import Unavailable
from cyberai.domain.report import FORMATS_OF, Logo, ReportFormat, ReportModel, ReportType
from cyberai.domain.vulnerability import Location
from cyberai.reports.pdf import child
from cyberai.reports.pdf.document import document
from cyberai.reports.pdf.entries import MAX_DETAILED, MAX_LISTED
from cyberai.reports.pdf_report import render
from cyberai.reports.plain_text import one_line
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE
from unit.reports.logos import with_logo
from unit.reports.pdf_reader import ACTIVE, addresses, dictionaries, read, text_of

pytestmark = pytest.mark.slow  # a process for each file

KINDS = tuple(kind for kind, formats in FORMATS_OF.items() if ReportFormat.PDF in formats)


def model(count: int = 8, **changes: object) -> ReportModel:
    return sample.model(count, format=ReportFormat.PDF, rows=sample.coverage(failing=True), **changes)


@cache
def made(kind: ReportType = ReportType.TECHNICAL) -> bytes:
    return render(model(type=kind)).content


@cache
def hostile() -> bytes:
    """Every hostile string in every field, in one file: a process for each would take minutes."""
    models = [poisoned.model(text, type=ReportType.TECHNICAL) for text in HOSTILE]
    items = tuple(item for one in models for item in one.items)
    scans = tuple(scan for one in models for scan in one.scans[:1])
    rows = tuple(row for one in models for row in one.coverage)
    whole = structs.replace(models[0], items=items, scans=scans, coverage=rows)
    return render(whole).content


def xmp(reader: PdfReader) -> str:
    metadata = reader.root_object["/Metadata"].get_object()
    return metadata.get_data().decode("utf-8")  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_tagged_and_declares_the_standard_for_accessible_files(kind: ReportType) -> None:
    reader = read(made(kind))
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the file
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp(reader)
    assert reader.metadata is not None
    assert reader.metadata.title == "Security report for http://127.0.0.1:8088"


def test_its_date_is_that_of_the_report() -> None:
    reader = read(made())
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert int(reader.metadata.creation_date.timestamp()) == model().generated_at // 1_000_000


def test_it_is_byte_stable() -> None:
    assert render(model()).content == made()


def test_poppler_reads_every_word_that_matters(tmp_path: Path) -> None:
    shown = text_of(made(), tmp_path)
    for words in (
        "SQL injection",
        "What an attacker gains",
        "How to mend it",
        "Reproduce",
        "SQLSTATE[42000]",
    ):
        assert words in shown
    assert "Proven findings reach the threshold" in shown
    assert "What was not tested" in shown
    assert all(item.vulnerability.id in shown for item in model().items)


def test_an_executive_file_holds_no_raw_evidence(tmp_path: Path) -> None:
    shown = text_of(made(ReportType.EXECUTIVE), tmp_path)
    assert "curl" not in shown
    assert "The greatest risks" in shown
    assert len(read(made(ReportType.EXECUTIVE)).pages) < len(read(made()).pages)


def test_a_raw_file_holds_no_prose(tmp_path: Path) -> None:
    shown = text_of(made(ReportType.RAW), tmp_path)
    assert "How to mend it" not in shown
    assert "curl" in shown


def test_findings_can_be_reached_by_bookmarks() -> None:
    def titles(outline: list[object]) -> list[str]:
        return [t for item in outline for t in (titles(item) if isinstance(item, list) else [item.title])]  # type: ignore[attr-defined]

    assert any("SQL injection" in title for title in titles(read(made()).outline))


def test_nothing_hostile_acts_or_leads_anywhere() -> None:
    reader = read(hostile())
    for found in dictionaries(reader):
        assert not ACTIVE & found.keys()
        assert found.get("/S") not in ("/Launch", "/JavaScript", "/GoToR", "/SubmitForm", "/ImportData")
    for address in addresses(reader):
        assert address.startswith("https://")
        assert not any(c in address for c in " \"'<>\\`\n\t")


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    shown = "".join(text_of(hostile(), tmp_path).split())
    plain = [text for text in HOSTILE if text.isascii() and text.isprintable() and len(text) < 150]
    missing = [text for text in plain if "".join(one_line(poisoned.encodable(text)).split()) not in shown]
    assert len(plain) > 50
    assert missing == []


def test_markup_of_the_typesetter_is_text(tmp_path: Path) -> None:
    attack = '#panic("run") $x^2$ *bold* @ref <label> #import "@preview/x:1.0.0" `raw` = Heading'
    shown = text_of(render(poisoned.model(attack, type=ReportType.TECHNICAL)).content, tmp_path)
    assert "".join(attack.split()) in "".join(shown.split())


@pytest.mark.parametrize("kind", ["svg", "png", "jpeg"])
def test_a_logo_stands_on_the_cover(kind: str) -> None:
    content = render(with_logo(model(), kind)).content
    assert len(content) > len(made())
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp(read(content))


def test_a_picture_that_cannot_be_decoded_is_said() -> None:
    broken = Logo(media_type="image/png", format="png", content=b"\x89PNG\r\n\x1a\n")
    whole = model()
    with pytest.raises(Unavailable) as refusal:
        render(structs.replace(whole, report=whole.report.replace(logo=broken)))
    assert "image" in refusal.value.reason


def test_a_word_without_end_stays_on_the_page(tmp_path: Path) -> None:
    word = "".join(f"{number:03}x" for number in range(90))
    row = sample.vulnerability(0, location=Location(url=f"http://127.0.0.1/{word}", parameter=None))
    shown = "".join(text_of(render(model(items=(sample.item(row, ()),))).content, tmp_path).split())
    assert word in shown


def test_letters_that_no_font_has_are_spelled_out(tmp_path: Path) -> None:
    item = sample.item(sample.vulnerability(0, title="Egypt \U00013080 and \u1e9e"), ())
    content = render(model(items=(item,))).content
    shown = text_of(content, tmp_path)
    assert "<U+13080>" in shown
    assert "\u1e9e" in shown
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp(read(content))


def test_the_child_can_open_nothing_once_it_sets_the_text() -> None:
    program = """
import socket, sys
from cyberai.reports.pdf import typesetting
def spy(template, text, fonts, timestamp):
    refused = []
    for attempt in (lambda: socket.socket(), lambda: open("/etc/hostname"), lambda: open("/tmp/x", "w")):
        try:
            attempt()
        except OSError as error:
            refused.append(error.errno)
    return repr(refused).encode()
typesetting.typeset = spy
sys.argv = ["x", "2000000000", "60", "0"]
typesetting.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], input=b'"text"', capture_output=True, timeout=60, check=True
    )
    assert done.stdout == b"[24, 24, 24]"


def test_too_little_memory_is_said_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MEMORY", 1_000_000)
    with pytest.raises(Unavailable) as refusal:
        render(model())
    assert "Choose fewer findings" in refusal.value.reason


def test_too_little_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "WALL_SECONDS", 0.05)
    with pytest.raises(Unavailable) as refusal:
        render(model())
    assert "longer than 0.05 seconds" in refusal.value.reason


def test_many_findings_are_listed_and_the_worst_shown_in_full() -> None:
    shown = document(model(2_000))
    assert len(shown.findings) == 2_000
    assert sum(entry.detailed for entry in shown.findings) == MAX_DETAILED
    assert shown.not_listed == f"The {MAX_DETAILED} worst findings follow in full."


def test_what_is_not_listed_is_said() -> None:
    shown = document(model(MAX_LISTED + 7, type=ReportType.EXECUTIVE))
    assert len(shown.findings) == MAX_LISTED
    assert "7 more findings are in the JSON and CSV reports only." in shown.not_listed
    assert sum(count for _, count in shown.counts) == MAX_LISTED + 7
