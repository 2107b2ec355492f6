"""Feeds of known flaws that somebody downloaded, and products that a hostile service names: refused with words, or taken."""

import io
from contextlib import suppress

import msgspec

from cyberai.app.feed_files import FeedFile, Pieces, documents, kind_of
from cyberai.domain.feeds import FeedError
from cyberai.domain.known import nvd, osv
from cyberai.domain.known.cpe import CpeError, parse_cpe
from cyberai.domain.known.flaw import Flaw, Record
from cyberai.domain.known.match import Product, look, matches
from cyberai.domain.known.packaged import packaged, upstream

PIECE = 7


def fuzz_one(data: bytes) -> None:
    """As a file, as pieces of a document, as one record, and as what a service says."""
    _file(data)
    _read(
        lambda: [
            record for record, _ in nvd.records(data[at : at + PIECE] for at in range(0, len(data), PIECE))
        ]
    )
    _read(lambda: [osv.record(data)[0]])
    _said(data.decode("latin-1"))


def _file(data: bytes) -> None:
    file = FeedFile("nvdcve-2.0-2024.json", io.BytesIO(data))
    _read(lambda: [] if kind_of(file) is None else [record for record, _ in nvd.records(Pieces(file))])
    _read(lambda: [osv.record(text)[0] for text in documents(file)])


def _read(read: object) -> None:
    try:
        records: list[Record] = read()  # type: ignore[operator]
    except FeedError as error:
        records, words = [], str(error)
    else:
        words = ""
    assert words.isprintable()
    assert len(words) < 1_000
    for record in records:
        for name, flaw in record.products.items():
            assert " " not in name
            assert " " not in record.id
            kept = msgspec.json.encode(flaw)
            assert msgspec.json.decode(kept, type=Flaw) == flaw
            _match(name, flaw)


def _match(name: str, flaw: Flaw) -> None:
    for version in ("1.2.3", "9.2p1", "2"):
        product = Product(version=version, cpe="cpe:2.3:a:x:y:*:*:*:*:*:*:*:*", confidence=95)
        asked = look(product)
        assert asked is not None
        matches(product, asked, [(name, "CVE-2099-1000", flaw)], [(f"y@{name}", "A-1", flaw)])


def _said(text: str) -> None:
    version, _, banner = text.partition("\n")
    packaged(version[:200], banner[:500], "")
    assert version.startswith(upstream(version))
    with suppress(CpeError):
        name = parse_cpe(version)
        assert name.part in "aoh"
    asked = look(
        Product(version=version[:200], cpe="cpe:2.3:a:openbsd:openssh:*:*:*:*:*:*:*:*", said=banner[:500])
    )
    assert asked is None or asked.what.base
