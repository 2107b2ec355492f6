"""The documents of recog's fingerprints in a file: one XML document, a tar (also compressed by xz or gzip) or a zip."""

import io
import lzma
import tarfile
import zipfile
import zlib
from datetime import UTC, datetime

from msgspec import Struct

from cyberai.domain.feeds import MAX_BYTES, FeedError
from cyberai.domain.recog import Fingerprint, RecogError, RecogFile, read_recog

MAX_DOCUMENTS = 1_000
_XZ, _ZIP, _GZIP, _TAR_AT, _TAR = b"\xfd7zXZ\x00", b"PK\x03\x04", b"\x1f\x8b", 257, b"ustar"


class RecogFeed(Struct, frozen=True, kw_only=True):
    """All fingerprints of a file, and the day of its newest document (`YYYY-MM-DD`, empty where it does not say)."""

    date: str
    entries: tuple[Fingerprint, ...]
    version: str = ""


Documents = dict[str, bytes]


def is_recog(data: bytes) -> bool:
    """True when the bytes begin as such a file may and no other feed does."""
    if data.startswith((_XZ, _ZIP)) or data.lstrip()[:1] == b"<" or _is_tar(data):
        return True
    return data.startswith(_GZIP) and _is_tar(_start_of_gzip(data))


def read_recog_feed(data: bytes) -> RecogFeed:
    """Every fingerprint in the file; raise FeedError."""
    files, day = read_documents(data)
    entries = tuple(fingerprint for file in files for fingerprint in file.fingerprints)
    keys = {entry.key for entry in entries}
    if len(keys) != len(entries):
        raise FeedError("Two documents are about the same thing: their fingerprints have the same names")
    return RecogFeed(date=day, entries=entries)


def read_documents(data: bytes) -> tuple[tuple[RecogFile, ...], str]:
    """The documents of the file in the order of their names, and the day of the newest; raise FeedError."""
    if len(data) > MAX_BYTES:
        raise FeedError(f"The file is larger than {MAX_BYTES >> 20} MiB")
    documents, newest = _documents(data)
    if not documents:
        raise FeedError("There is no XML document in the file")
    files = []
    for name, document in sorted(documents.items()):
        try:
            files.append(read_recog(document, name))
        except RecogError as error:
            raise FeedError(f"{ascii(name[-60:])[1:-1]}: {error}") from error
    return tuple(files), datetime.fromtimestamp(newest, UTC).date().isoformat() if newest else ""


def _documents(data: bytes) -> tuple[Documents, float]:
    if data.startswith(_ZIP):
        return _zipped(data), 0.0
    if data.lstrip()[:1] == b"<":
        return {"document.xml": data}, 0.0
    return _tarred(_expanded(data))


def _expanded(data: bytes) -> bytes:
    """The tar inside; raise FeedError."""
    try:
        if data.startswith(_XZ):
            unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=256 << 20)
            data, whole = unpacker.decompress(data, MAX_BYTES), unpacker.eof
        elif data.startswith(_GZIP):
            stream = zlib.decompressobj(wbits=31)
            data, whole = stream.decompress(data, MAX_BYTES), stream.eof
        else:
            whole = True
    except (lzma.LZMAError, zlib.error) as error:
        raise FeedError("The file begins like a compressed one and is none") from error
    if not whole:
        raise FeedError(f"The file is cut off, or expands to more than {MAX_BYTES >> 20} MiB")
    return data


def _tarred(data: bytes) -> tuple[Documents, float]:
    found: Documents = {}
    newest = 0.0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.isfile() and _wanted(member.name) else None
                if opened is not None:
                    _add(found, member.name, opened.read(MAX_BYTES))
                    newest = max(newest, float(member.mtime))
    except (tarfile.TarError, EOFError, OverflowError) as error:
        raise FeedError("The archive cannot be read") from error
    return found, newest if 0 < newest < 32_503_680_000 else 0.0


def _zipped(data: bytes) -> Documents:
    found: Documents = {}
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if _wanted(name):
                    with archive.open(name) as opened:
                        document = opened.read(left + 1)
                    left -= len(document)
                    if left < 0:
                        raise FeedError(f"The file expands to more than {MAX_BYTES >> 20} MiB")
                    _add(found, name, document)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, FeedError):
            raise
        raise FeedError("The archive cannot be read") from error
    return found


def _wanted(name: str) -> bool:
    """Documents only; the directory of recog's own tests is not among them."""
    return name.endswith(".xml") and not name.rpartition("/")[2].startswith(".")


def _add(found: Documents, name: str, document: bytes) -> None:
    if len(found) >= MAX_DOCUMENTS:
        raise FeedError(f"There are more than {MAX_DOCUMENTS:,} documents")
    found[name] = document


def _is_tar(data: bytes) -> bool:
    return data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR


def _start_of_gzip(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data[:65_536], 1_024)
    except zlib.error:
        return b""
