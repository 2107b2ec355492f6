"""A file of fingerprints that somebody downloaded: refused with words, or every pattern runs or is named."""

from cyberai.app.recog_archive import is_recog, read_documents
from cyberai.checkkit.fingerprints import values_of
from cyberai.checkkit.ruby_patterns import NotTranslatable, compiled
from cyberai.domain.feeds import FeedError
from cyberai.domain.recog import MAX_TEXT, RecogError, read_recog

_BEFORE = b"<fingerprints matches='a.b'><fingerprint pattern='"
_AFTER = b"'><param pos='1' name='c' value='{d}'/></fingerprint></fingerprints>"


def fuzz_one(data: bytes) -> None:
    """The bytes as a file, as a document, and as a pattern in one."""
    if is_recog(data):
        _read(data)
    for document in (data, _BEFORE + data + _AFTER):
        try:
            read = read_recog(document, "a.xml")
        except RecogError as error:
            _judge(error)
            continue
        for fingerprint in read.fingerprints:
            assert len(fingerprint.pattern) <= MAX_TEXT
            _run(fingerprint.pattern)
            said = values_of(fingerprint, data[:200]) or {}
            assert all(value.isprintable() or not value.isascii() for value in said.values())


def _read(data: bytes) -> None:
    try:
        read_documents(data)
    except FeedError as error:
        _judge(error)


def _run(pattern: str) -> None:
    for flags in ("", "is"):
        try:
            compiled(pattern, flags).search(b"SSH-2.0-x")
        except NotTranslatable as error:
            _judge(error)


def _judge(error: ValueError) -> None:
    assert 0 < len(str(error)) < 500
