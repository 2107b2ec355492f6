"""Addresses in JavaScript and JSON: string literals that look like a path, found by scanning forward once."""

from collections.abc import Iterator

MAX_LITERAL = 300
MAX_LITERALS = 50_000
MAX_PATHS = 300
MAX_NAMES = 5
_DYNAMIC = (
    ".php",
    ".jsp",
    ".asp",
    ".aspx",
    ".do",
    ".action",
    ".cgi",
    ".pl",
    ".html",
    ".htm",
    ".json",
    ".xml",
)
_API_WORDS = frozenset({"api", "rest", "graphql", "ajax", "rpc", "services", "v1", "v2", "v3"})
_PLAIN = frozenset(
    {"content-type", "accept", "authorization", "x-requested-with", "cookie", "content-length"}
)
_NEVER = frozenset(" \t\r\n<>^|\"'`;,()*[]\\")


def paths(source: str) -> Iterator[str]:
    """Path-like string literals in order, at most MAX_PATHS different ones.

    A literal that the code continues (`"/user/" + id`) gets `1` in the place of what follows, as does `${...}`.
    """
    seen: set[str] = set()
    for literal, continued in _with_parameters(source):
        candidate = _filled(literal) + ("1" if continued and literal[-1:] in ("/", "=") else "")
        if candidate not in seen and is_path(candidate):
            seen.add(candidate)
            yield candidate
            if len(seen) >= MAX_PATHS:
                return


def _with_parameters(source: str) -> Iterator[tuple[str, bool]]:
    """The literals, further parameters joined to what they continue: `"/find?q=" + q + "&page=" + n`."""
    pending = ("", False)
    for literal, continued in literals(source):
        open_value = pending[1] and pending[0][-1:] == "=" and "?" in pending[0]
        if open_value and literal.strip()[:1] == "+" and literal.strip()[-1:] == "+":
            continue  # the code between two quoted pieces
        if open_value and literal[:1] == "&" and len(pending[0]) < MAX_LITERAL:
            pending = (f"{pending[0]}1{literal}", continued)
            continue
        if pending[0]:
            yield pending
        pending = (literal, continued)
    if pending[0]:
        yield pending


def header_names(source: str) -> tuple[str, ...]:
    """Header fields that the script sets on its requests: `setRequestHeader("Name", ...)`, and literals that begin
    with `X-`, as in `headers: {"X-Name": value}`."""
    found = list(_quoted_after(source, "setRequestHeader("))
    found += [literal for literal, _ in literals(source) if literal[:2] in ("X-", "x-")]
    names = dict.fromkeys(name for name in found if _is_token(name) and name.lower() not in _PLAIN)
    return tuple(names)[:MAX_NAMES]


def cookie_names(source: str) -> tuple[str, ...]:
    """Cookies that the script sets: `document.cookie = "name=..."`."""
    names = (literal.partition("=")[0].strip() for literal in _quoted_after(source, "document.cookie"))
    return tuple(dict.fromkeys(name for name in names if _is_token(name)))[:MAX_NAMES]


def _quoted_after(source: str, marker: str) -> Iterator[str]:
    """The string literal that follows each occurrence of the marker within a few characters."""
    for piece in source.split(marker, 50)[1:]:
        head = piece[: MAX_LITERAL + 10].lstrip(" =(+")
        quote = head[:1]
        if quote and quote in "\"'`" and quote in head[1:]:
            yield head[1 : head.index(quote, 1)]


def _is_token(name: str) -> bool:
    return 0 < len(name) <= 64 and name.isascii() and all(c.isalnum() or c in "-_." for c in name)


def literals(source: str) -> Iterator[tuple[str, bool]]:
    """Text between any quote and its next equal one on the same line, and whether a `+` follows."""
    end = len(source)
    following = {quote: _next(source, quote, 0) for quote in "\"'`"}
    for _ in range(MAX_LITERALS):
        quote = min(following, key=following.__getitem__)
        start = following[quote]
        if start == end:
            return
        following[quote] = stop = _next(source, quote, start + 1)
        if stop - start <= MAX_LITERAL and stop < end:
            literal = source[start + 1 : stop]
            if "\n" not in literal:
                yield literal, source[stop + 1 : stop + 4].lstrip().startswith("+")


def _next(source: str, quote: str, position: int) -> int:
    at = source.find(quote, position)
    return at if at >= 0 else len(source)


def _filled(literal: str) -> str:
    """`${...}` and `:name`, `{name}` path parameters become `1`; an escaped slash becomes a slash."""
    text = literal.replace("\\/", "/")
    while True:
        start = text.find("${")
        end = text.find("}", start)
        if start < 0 or end < 0:
            break
        text = f"{text[:start]}1{text[end + 1 :]}"
    segments = text.split("/")
    if len(segments) > 1:
        segments = ["1" if s[:1] == ":" or (s[:1] == "{" and s[-1:] == "}") else s for s in segments]
    return "/".join(segments)


def is_path(text: str) -> bool:
    """True for what is most likely an address of the application."""
    if not 2 <= len(text) <= MAX_LITERAL or any(c in _NEVER for c in text) or "{" in text or "$" in text:
        return False
    if text.startswith(("http://", "https://")):
        return len(text) > 10
    if text.startswith(("/", "./", "../")):
        rest = text.lstrip("./")
        return bool(rest) and (rest[0].isalnum() or rest[0] == "_")
    path = text.partition("?")[0]
    return (path.lower().endswith(_DYNAMIC) and path[0].isalnum()) or (
        path.split("/")[0] in _API_WORDS and "/" in path
    )
