"""Reads PDF reports with programs that know nothing of ours: pypdf and poppler."""

import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

ACTIVE = frozenset(
    {"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA"}
)
"""Names of PDF objects by which a file would do something by itself, or carry another file."""


def read(content: bytes) -> PdfReader:
    """The file, read strictly."""
    return PdfReader(BytesIO(content), strict=True)


def dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, those inside of others too."""
    for number in range(1, int(reader.trailer["/Size"])):
        found = reader.get_object(IndirectObject(number, 0, reader))
        yield from _inside(found)


def _inside(found: object) -> Iterator[DictionaryObject]:
    if isinstance(found, DictionaryObject):
        yield found
        for value in found.values():
            yield from _inside(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            yield from _inside(value)


def addresses(reader: PdfReader) -> list[str]:
    """Where the file's links lead outside."""
    return [str(found["/URI"]) for found in dictionaries(reader) if "/URI" in found]


def text_of(content: bytes, folder: Path) -> str:
    """All text in reading order, by poppler."""
    file = folder / "report.pdf"
    file.write_bytes(content)
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", "-raw", str(file), "-"], capture_output=True, timeout=120, check=True
    )
    return done.stdout.decode("utf-8")
