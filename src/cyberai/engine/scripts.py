"""Addresses in JavaScript: texts that look like a path, with values in the place of what the code fills in."""

from collections.abc import Iterable, Iterator

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
_QUOTES = "\"'`"

Named = tuple[tuple[str, str], ...]
"""Names with their values."""


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


def header_fields(source: str) -> Named:
    """Header fields that the script sets on its requests: `setRequestHeader("Name", ...)`, and literals that begin
    with `X-`, as in `headers: {"X-Name": value}`. The value is empty where it is no literal."""
    found = [(name, _literal(rest, ",")) for name, rest in _quoted_after(source, "setRequestHeader(")]
    found += [
        (literal.text, _literal(source[literal.end + 1 : literal.end + MAX_PATH], ":,"))
        for literal in literals(source)
        if literal.text[:2] in ("X-", "x-")
    ]
    return _named((name, value) for name, value in found if name.lower() not in _PLAIN)


def cookie_values(source: str) -> Named:
    """Cookies that the script sets: `document.cookie = "name=value; path=/"`, `"name=" + escape("value")`. The value
    is empty where it is no literal."""
    found = []
    for text, rest in _quoted_after(source, "document.cookie"):
        name, equals, value = text.partition("=")
        if equals:
            found.append((name.strip(), value.partition(";")[0].strip() or _literal(rest, "+")))
    return _named(found)


def _named(found: Iterable[tuple[str, str]]) -> Named:
    """Each name once, with the first value that is known."""
    values: dict[str, str] = {}
    for name, value in found:
        if is_token(name) and (name in values or len(values) < MAX_NAMES):
            plain = value if len(value) <= MAX_PATH and value.isascii() and value.isprintable() else ""
            values[name] = values.get(name) or plain
    return tuple(values.items())


def _quoted_after(source: str, marker: str) -> Iterator[tuple[str, str]]:
    """The string literal that follows each occurrence of the marker within a few characters, and the code behind."""
    for piece in source.split(marker, 50)[1:]:
        head = piece[: 2 * MAX_PATH].lstrip(" =(+")
        quote = head[:1]
        if quote and quote in _QUOTES and quote in head[1:]:
            end = head.index(quote, 1)
            yield head[1:end], head[end + 1 :]


def _literal(code: str, joints: str) -> str:
    """The literal that follows one of the joints, a call such as `encodeURIComponent(` around it left out."""
    code = code.lstrip()
    if not code or code[0] not in joints:
        return ""
    code = code[1:].lstrip()
    called, bracket, argument = code.partition("(")
    if bracket and called.replace(".", "a").isalnum():
        code = argument.lstrip()
    quote = code[:1]
    return code[1 : code.index(quote, 1)] if quote and quote in _QUOTES and quote in code[1:] else ""


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
