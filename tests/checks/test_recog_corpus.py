"""The importer against every example that recog carries, where its published files are at hand."""

import base64
import time
from pathlib import Path

import pytest

from cyberai.app.recog_archive import read_documents
from cyberai.checkkit.fingerprints import ImportedFingerprints, values_of
from cyberai.domain.recog import Example

NAMED = frozenset(
    {
        "dns.versionbind#00005",
        "html_title#00271",
        "http_header.server#00048",
        "sip_header.server#00010",
        "sip_header.server#00011",
        "sip_header.server#00012",
        "smtp.banner#00041",
        "smtp.banner#00086",
        "snmp.sys_description#00039",
        "snmp.sys_description#00496",
    }
)
"""Where we differ, of the published files of 29 June 2026: blanks around a value are cut off, a group without text is no
value, and one pattern wants a dot to be a character of two bytes."""


def corpus() -> Path | None:
    """The archive in a folder `shared/corpus` beside the repository or above it."""
    above = (folder / "shared/corpus/recog.tar.xz" for folder in Path(__file__).resolve().parents)
    return next((file for file in above if file.is_file()), None)


def read_as_it_is(example: Example) -> bytes:
    return base64.b64decode(example.text) if example.encoding == "base64" else example.text.encode()


def test_at_least_99_percent_of_the_examples_agree() -> None:
    archive = corpus()
    if archive is None:
        pytest.skip("the published files of recog are not at hand")
    files, _ = read_documents(archive.read_bytes())
    rows = [
        (fingerprint, example)
        for file in files
        for fingerprint, examples in zip(file.fingerprints, file.examples, strict=True)
        for example in examples
    ]
    assert (sum(len(file.fingerprints) for file in files), len(rows)) == (4_657, 7_525)
    differing = [
        fingerprint.key
        for fingerprint, example in rows
        if not example.expected.items() <= (values_of(fingerprint, read_as_it_is(example)) or {}).items()
    ]
    assert set(differing) <= NAMED
    assert len(differing) <= len(rows) // 100
    # Most of a scan's banners are known to none of the fingerprints: that has to cost next to nothing.
    lookup = ImportedFingerprints(fingerprint for file in files for fingerprint in file.fingerprints)
    lookup.read("http_header.server", b"nothing/1")
    before = time.process_time()
    for _ in range(20):
        lookup.read("http_header.server", b"nothing/1")
    assert time.process_time() - before < 2.0
