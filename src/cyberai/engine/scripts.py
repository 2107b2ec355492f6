"""Addresses in JavaScript: texts that look like a path, with values in the place of what the code fills in."""

from collections.abc import Iterator

from cyberai.engine.javascript import Script, literals, placeholder

MAX_PATH = 300
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
_MAP = "sourceMappingURL="


def paths(source: str) -> Iterator[str]:
    """Path-like texts in order, at most MAX_PATHS different ones.

    What the code joins to a literal is its constant where that is known, else `1` or what a parameter of that
    name takes: `"/user/" + id`, `/find?q=${word}&date=`. So are `:name` and `{name}` in a path.
    """
    yield from script_paths(Script(source))


def script_paths(script: Script) -> Iterator[str]:
    """The same for a script that was read already."""
    seen: set[str] = set()
    for candidate in _candidates(script):
        if candidate not in seen and is_path(candidate):
            seen.add(candidate)
            yield candidate
            if len(seen) >= MAX_PATHS:
                return


def _candidates(script: Script) -> Iterator[str]:
    for expression in script.expressions:
        value = filled(expression.value)
        yield value
        if "<a " in value or "href=" in value or "src=" in value:
            yield from _written(value)
    _, found, rest = script.source.partition(_MAP)
    name = rest[:MAX_PATH].split(None, 1)[:1] if found else []
    if name and not name[0].startswith("data:"):
        yield name[0] if "/" in name[0] else f"./{name[0]}"


def _written(markup: str) -> Iterator[str]:
    """Addresses in HTML that a script writes."""
    for attribute in ("href=", "src=", "action="):
        for piece in markup.split(attribute, 20)[1:]:
            quote = piece[:1]
            end = piece.find(quote, 1) if quote in ("'", '"') else piece.find(">")
            yield piece[1 if quote in ("'", '"') else 0 : end if end >= 0 else len(piece)].partition(" ")[0]


def open_paths(handler: str) -> Iterator[str]:
    """Paths that a handler continues with a value of its element: `location = 'page?id=' + this.value`."""
    for expression in Script(handler).expressions:
        value = expression.value
        if expression.open:
            end = len(value) - len(placeholder(value[:-1])) if not value.endswith(("=", "/")) else len(value)
            value = value[:end]
        if value.endswith(("=", "/")) and is_path(value + "1"):
            yield value


def header_names(source: str) -> tuple[str, ...]:
    """Header fields that the script sets on its requests: `setRequestHeader("Name", ...)`, and literals that begin
    with `X-`, as in `headers: {"X-Name": value}`."""
    found = list(_quoted_after(source, "setRequestHeader("))
    found += [literal.text for literal in literals(source) if literal.text[:2] in ("X-", "x-")]
    names = dict.fromkeys(name for name in found if is_token(name) and name.lower() not in _PLAIN)
    return tuple(names)[:MAX_NAMES]


def cookie_names(source: str) -> tuple[str, ...]:
    """Cookies that the script sets: `document.cookie = "name=..."`."""
    names = (literal.partition("=")[0].strip() for literal in _quoted_after(source, "document.cookie"))
    return tuple(dict.fromkeys(name for name in names if is_token(name)))[:MAX_NAMES]


def _quoted_after(source: str, marker: str) -> Iterator[str]:
    """The string literal that follows each occurrence of the marker within a few characters."""
    for piece in source.split(marker, 50)[1:]:
        head = piece[: MAX_PATH + 10].lstrip(" =(+")
        quote = head[:1]
        if quote and quote in "\"'`" and quote in head[1:]:
            yield head[1 : head.index(quote, 1)]


def is_token(name: str) -> bool:
    """True for what may be the name of a header field or a cookie."""
    return 0 < len(name) <= 64 and name.isascii() and all(c.isalnum() or c in "-_." for c in name)


def filled(text: str) -> str:
    """`:name` and `{name}` in a path become `1`."""
    segments = text.split("/")
    if len(segments) > 1:
        segments = ["1" if s[:1] == ":" or (s[:1] == "{" and s[-1:] == "}") else s for s in segments]
    return "/".join(segments)


def is_path(text: str) -> bool:
    """True for what is most likely an address of the application."""
    if not 2 <= len(text) <= MAX_PATH or any(c in _NEVER for c in text) or "{" in text or "$" in text:
        return False
    if text.startswith(("http://", "https://")):
        return len(text) > 10
    if text.startswith(("/", "./", "../")):
        rest = text.lstrip("./")
        return bool(rest) and (rest[0].isalnum() or rest[0] == "_")
    path, query, _ = text.partition("?")
    if query and not path:
        return "=" in text and text[1].isalnum()
    return (path.lower().endswith(_DYNAMIC) and path[0].isalnum()) or (
        path.split("/")[0] in _API_WORDS and "/" in path
    )
