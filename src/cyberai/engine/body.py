"""What a request carries as named values: query, form, multipart and JSON bodies read and written."""

import hashlib
from typing import Any
from urllib.parse import quote, unquote_plus

import msgspec
from msgspec import Struct

from cyberai.domain.http import HttpRequest

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"

MAX_PAIRS = 100
"""Parameters read of one query or body; a request with more is no form."""

Pairs = tuple[tuple[str, str], ...]


def media_type(request: HttpRequest) -> str:
    """The body's media type in lower case without parameters; empty when there is none."""
    return (request.header("content-type") or "").split(";", 1)[0].strip().lower()


def decode_pairs(raw: str) -> Pairs:
    """Name and value of each `&`-separated pair, decoded as forms are."""
    pieces = raw.split("&")[:MAX_PAIRS] if raw else []
    return tuple(_decoded(piece) for piece in pieces if piece)


def _decoded(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return unquote_plus(name), unquote_plus(value)


def escape(text: str, safe: str = "") -> str:
    """Percent-encode everything that is not unreserved (RFC 3986), UTF-8 first."""
    return quote(text, safe=safe, errors="surrogatepass")


def encode_pairs(pairs: Pairs) -> str:
    """The pairs as a form writes them, a space as `%20` (right in queries and forms alike)."""
    return "&".join(f"{escape(name)}={escape(value)}" for name, value in pairs)


def replace_pair(raw: str, name: str, value: str) -> str:
    """`raw` with the first pair of that name carrying `value`; every other byte stays as written."""
    pieces = raw.split("&")
    for index, piece in enumerate(pieces):
        written = piece.partition("=")[0]
        if piece and unquote_plus(written) == name:
            pieces[index] = f"{written}={escape(value)}"
            return "&".join(pieces)
    return raw


def rename_pair(raw: str, name: str, other: str) -> str:
    """`raw` with the first pair of that name under another one; its value stays as written."""
    pieces = raw.split("&")
    for index, piece in enumerate(pieces):
        written, equals, value = piece.partition("=")
        if piece and unquote_plus(written) == name:
            pieces[index] = f"{escape(other)}{equals}{value}"
            return "&".join(pieces)
    return raw


def query_pairs(request: HttpRequest) -> Pairs:
    """The parameters of the query."""
    return decode_pairs(request.url.query)


def form_pairs(request: HttpRequest) -> Pairs:
    """The fields of an urlencoded body; empty for any other."""
    if media_type(request) != FORM:
        return ()
    return decode_pairs(request.body.decode("latin-1"))


class Part(Struct, frozen=True):
    """One part of a multipart body: its header block and content as bytes, its field and file name."""

    head: bytes
    content: bytes
    name: str
    filename: str | None = None


def boundary_of(request: HttpRequest) -> bytes:
    """The multipart boundary, empty when there is none."""
    field = request.header("content-type") or ""
    _, found, rest = field.partition("boundary=")
    return rest.split(";", 1)[0].strip().strip('"').encode("latin-1", "replace") if found else b""


def multipart_parts(request: HttpRequest) -> tuple[Part, ...]:
    """The parts of a multipart body; empty for any other."""
    boundary = boundary_of(request) if media_type(request) == MULTIPART else b""
    if not boundary:
        return ()
    parts = []
    for piece in (b"\r\n" + request.body).split(b"\r\n--" + boundary)[1 : MAX_PAIRS + 1]:
        head, found, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not found or piece.startswith(b"--"):
            continue
        name, filename = _disposition(head.decode("utf-8", "replace"))
        parts.append(Part(head, content, name, filename))
    return tuple(parts)


def _disposition(head: str) -> tuple[str, str | None]:
    line = next((x for x in head.split("\r\n") if x.lower().startswith("content-disposition")), "")
    return _quoted(line, "; name=") or "", _quoted(line, "filename=")


def _quoted(line: str, marker: str) -> str | None:
    _, found, rest = line.partition(marker)
    if not found:
        return None
    return rest[1:].split('"', 1)[0] if rest.startswith('"') else rest.split(";", 1)[0]


def encode_multipart(parts: tuple[Part, ...]) -> tuple[str, bytes]:
    """Content-Type and body; the boundary depends on the content only and never occurs in it."""
    joined = b"".join(part.head + part.content for part in parts)
    boundary = b"----cyberai" + hashlib.sha256(joined).hexdigest()[:24].encode()
    while boundary in joined:
        boundary += b"x"
    blocks = [b"--" + boundary + b"\r\n" + p.head + b"\r\n\r\n" + p.content + b"\r\n" for p in parts]
    return f"{MULTIPART}; boundary={boundary.decode()}", b"".join(blocks) + b"--" + boundary + b"--\r\n"


def field_part(
    name: str, value: str | bytes, filename: str | None = None, media_type: str = "text/plain"
) -> Part:
    """A part as a browser writes it; `media_type` is that of a file."""
    head = f'Content-Disposition: form-data; name="{name.replace(chr(34), "%22")}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: {media_type}'
    content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return Part(head.encode(), content, name, filename)


def json_value(request: HttpRequest) -> Any:
    """The decoded JSON body, or None when the body is no JSON."""
    kind = media_type(request)
    if not (kind == JSON or kind.endswith("+json")) or not request.body:
        return None
    return json_text(request.body)


def json_text(text: bytes | str) -> Any:
    """The value of a JSON text, or None when it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def named_values(request: HttpRequest) -> Pairs:
    """Everything the request carries under a name, body and query together: for shapes and for policies."""
    multipart = tuple((p.name, p.content.decode("utf-8", "replace")) for p in multipart_parts(request))
    return (*query_pairs(request), *form_pairs(request), *multipart, *json_leaves(json_value(request)))


def json_leaves(value: Any) -> Pairs:
    """Path and text of every scalar in a JSON value, in document order, at most MAX_PAIRS."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[str, Any]] = [("", value)]
    while stack and len(found) < MAX_PAIRS:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack += [(_member(path, key), child) for key, child in reversed(item.items())]
        elif isinstance(item, list):
            stack += [(f"{path}[{index}]", child) for index, child in reversed(list(enumerate(item)))]
        elif path and item is not None:
            found.append((path, scalar_text(item)))
    return tuple(found)


def _member(path: str, key: str) -> str:
    if key and all(c.isalnum() or c in "_-$" for c in key):
        return f"{path}.{key}" if path else key
    return f"{path}[{msgspec.json.encode(key).decode()}]"


def scalar_text(item: Any) -> str:
    """A JSON scalar as the text a person would type."""
    return item if isinstance(item, str) else msgspec.json.encode(item).decode()


def replace_leaf(value: Any, path: str, text: str, at: str = "") -> Any:
    """A copy of the JSON value whose leaf at `path` is `text`, as a number or boolean where the leaf was one
    and the text is one too."""
    if isinstance(value, dict):
        return {key: replace_leaf(child, path, text, _member(at, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [replace_leaf(child, path, text, f"{at}[{index}]") for index, child in enumerate(value)]
    return _typed(value, text) if at == path else value


def _typed(original: Any, text: str) -> Any:
    if isinstance(original, str):
        return text
    try:
        typed = msgspec.json.decode(text.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text
    same = isinstance(typed, bool) == isinstance(original, bool) and isinstance(typed, int | float)
    # 1.0 for an integer or 01 would not come back as written: such a text stays text.
    return typed if same and scalar_text(typed) == text else text
