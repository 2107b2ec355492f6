"""What stands in a file of known flaws: its kind by its first bytes, and its bytes in pieces, never all at once."""

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from cyberai.domain.feeds import FeedError
from cyberai.domain.known.osv import MAX_DOCUMENT
from cyberai.ports.feeds import FeedName

MAX_FILE = 1 << 30
"""Bytes of the file."""
MAX_EXPANDED = 4 << 30
"""Bytes that it expands to."""
MAX_DOCUMENTS = 1_000_000
MAX_DIRECTORY = 256 << 20
"""Bytes of a zip's list of its files, which is read at once."""
PIECE = 1 << 20
_GZIP, _ZIP, _HEAD = b"\x1f\x8b", b"PK\x03\x04", 4_096
_END, _END64, _LOCATOR64, _TAIL = b"PK\x05\x06", 56, 20, 66_000


class FeedFile(Struct, frozen=True):
    """An opened file, which can be sought in, and its name without folders."""

    name: str
    opened: BinaryIO


def kind_of(file: FeedFile) -> FeedName | None:
    """NVD or OSV by what it begins with; None for all else, which other readers judge."""
    head = _start(file.opened)
    if head.startswith(_ZIP):
        return _kind_of_zip(file)
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return None
    if b'"NVD_CVE"' in head or b'"resultsPerPage"' in head:
        return FeedName.NVD
    if b'"catalogVersion"' in head or b'"dateReleased"' in head or b'"vulnerabilities"' in head:
        return None
    return FeedName.OSV if any(word in head for word in _OSV) else None


_OSV = (b'"schema_version"', b'"affected"', b'"modified"', b'"aliases"')


def _start(opened: BinaryIO) -> bytes:
    """The first bytes, expanded where the file is compressed by gzip."""
    opened.seek(0)
    head = opened.read(64 * 1024)
    opened.seek(0)
    if not head.startswith(_GZIP):
        return head[:_HEAD]
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _kind_of_zip(file: FeedFile) -> FeedName | None:
    try:
        with _archive(file.opened) as archive:
            names = [info for info in archive.infolist() if info.filename.endswith(".json")]
            if not names:
                return None
            with archive.open(names[0]) as first:
                head = first.read(_HEAD)
    except _FAULTS as error:
        raise _unreadable(error) from error
    return FeedName.NVD if b'"NVD_CVE"' in head or b'"resultsPerPage"' in head else FeedName.OSV


_FAULTS = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, struct.error,
)  # fmt: skip


def _unreadable(error: Exception) -> FeedError:
    return error if isinstance(error, FeedError) else FeedError("The archive cannot be read")


def _archive(opened: BinaryIO) -> zipfile.ZipFile:
    """The zip, unless its list of files is too large to be read at once."""
    size = opened.seek(0, 2)
    opened.seek(max(0, size - _TAIL))
    tail = opened.read(_TAIL)
    at = tail.rfind(_END)
    if at >= 0 and len(tail) - at >= 22:
        (directory,) = struct.unpack_from("<I", tail, at + 12)
        far = at - _LOCATOR64 - _END64
        if far >= 0 and tail[far : far + 4] == b"PK\x06\x06":
            (directory,) = struct.unpack_from("<Q", tail, far + 40)
        if directory > MAX_DIRECTORY:
            raise FeedError("The archive has too many files")
    return zipfile.ZipFile(opened)


def raw_digest(file: FeedFile) -> str:
    """SHA-256 of the file as it is, in hex; raise FeedError where it is too large."""
    digest, size = hashlib.sha256(), 0
    file.opened.seek(0)
    while piece := file.opened.read(PIECE):
        size += len(piece)
        if size > MAX_FILE:
            raise FeedError(f"The file is larger than {MAX_FILE >> 20:,} MiB")
        digest.update(piece)
    file.opened.seek(0)
    return digest.hexdigest()


class Pieces:
    """The document of a file, expanded, piece by piece; `sha256` is its digest once all of it was read."""

    def __init__(self, file: FeedFile) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """In hex."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._expanded():
            size += len(piece)
            if size > MAX_EXPANDED:
                raise FeedError(f"The file expands to more than {MAX_EXPANDED >> 20:,} MiB")
            self._digest.update(piece)
            yield piece

    def _expanded(self) -> Iterator[bytes]:
        opened = self._file.opened
        opened.seek(0)
        head = opened.read(4)
        opened.seek(0)
        if head.startswith(_ZIP):
            yield from _only_document(opened)
        elif head.startswith(_GZIP):
            yield from _gunzipped(opened)
        else:
            while piece := opened.read(PIECE):
                yield piece


def _gunzipped(opened: BinaryIO) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=31)
    waiting = b""
    while not stream.eof:
        waiting = waiting or opened.read(PIECE // 4)
        if not waiting:
            raise FeedError("The compressed file is cut off")
        try:
            piece = stream.decompress(waiting, PIECE)
        except zlib.error as error:
            raise FeedError("The compressed file is damaged") from error
        waiting = stream.unconsumed_tail
        if piece:
            yield piece
    if stream.unused_data or opened.read(1):
        raise FeedError("Something follows the compressed file")


def _only_document(opened: BinaryIO) -> Iterator[bytes]:
    try:
        with _archive(opened) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            if len(names) != 1:
                raise FeedError("There is more than one file in the archive")
            with archive.open(names[0]) as document:
                while piece := document.read(PIECE):
                    yield piece
    except _FAULTS as error:
        raise _unreadable(error) from error


def documents(file: FeedFile) -> Iterator[bytes]:
    """The records of OSV: each JSON document of a zip, or the one that the file is."""
    opened = file.opened
    opened.seek(0)
    if opened.read(4) != _ZIP:
        pieces, size = [], 0
        for piece in Pieces(file):
            size += len(piece)
            if size > MAX_DOCUMENT:
                raise FeedError(f"The entry is larger than {MAX_DOCUMENT >> 20} MiB")
            pieces.append(piece)
        yield b"".join(pieces)
        return
    try:
        yield from _of_zip(opened)
    except _FAULTS as error:
        raise _unreadable(error) from error


def _of_zip(opened: BinaryIO) -> Iterator[bytes]:
    left = MAX_EXPANDED
    with _archive(opened) as archive:
        for number, info in enumerate(archive.infolist()):
            if number >= MAX_DOCUMENTS:
                raise FeedError(f"There are more than {MAX_DOCUMENTS:,} files in the archive")
            if info.is_dir() or not info.filename.endswith(".json"):
                continue
            with archive.open(info) as document:
                read = document.read(MAX_DOCUMENT + 1)
            left -= len(read)
            if left < 0:
                raise FeedError(f"The file expands to more than {MAX_EXPANDED >> 20:,} MiB")
            yield read
