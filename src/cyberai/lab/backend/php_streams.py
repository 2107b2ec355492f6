"""Emulated stream wrappers of PHP: `php://filter/read=NAME|NAME/resource=PATH` over an emulated file system."""

from base64 import b64decode, b64encode
from codecs import encode
from collections.abc import Callable

from cyberai.lab.backend.filesystem import FileSystem

_SCHEME = "php://filter/"
_RESOURCE = "resource="


def _rot13(content: bytes) -> bytes:
    return encode(content.decode("latin-1"), "rot13").encode("latin-1")


def _decoded(content: bytes) -> bytes:
    try:
        return b64decode(content)
    except ValueError:
        return b""


_FILTERS: dict[str, Callable[[bytes], bytes]] = {
    "convert.base64-encode": b64encode,
    "convert.base64-decode": _decoded,
    "string.rot13": _rot13,
    "string.toupper": bytes.upper,
    "string.tolower": bytes.lower,
}


def open_stream(files: FileSystem, name: str, directory: str) -> bytes | None:
    """What `include` of this name reads: a file below `directory`, or one through filters; None where there is none.
    An unknown filter is passed over, as PHP does with a warning."""
    if not name.lower().startswith(_SCHEME):
        return files.read(name, directory)
    filters, found, resource = name[len(_SCHEME) :].partition(_RESOURCE)
    content = files.read(resource, directory) if found else None
    if content is None:
        return None
    for chain in filters.strip("/").split("/"):
        for step in chain.removeprefix("read=").split("|"):
            content = _FILTERS.get(step, bytes)(content)
    return content
