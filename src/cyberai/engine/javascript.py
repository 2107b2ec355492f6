"""JavaScript read for its texts: string literals, what they are joined to, and the names that stand for them.

Nothing is run and no tree is built. One pass jumps from quote to quote (and over comments and regular expressions),
a second joins `"/user/" + id + "/edit"` and fills `${...}`, with the constants met before. Every step moves forward.
"""

from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from cyberai.engine.field_words import TEXT, by_name

MAX_LITERAL = 2_000
MAX_LITERALS = 50_000
MAX_VALUE = 400
_MAX_ESCAPED = 40
"""Quotes behind a backslash in one literal."""

_GAP = 120
"""Characters of code between two literals of one expression."""

_QUOTES = "\"'`"
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+\n")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_STOPS = frozenset(",;{}=?:\"'`")
_KEYWORDS = frozenset(
    {"return", "case", "typeof", "in", "of", "else", "throw", "default", "import", "from", "yield"}
)
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")


class Literal(Struct, frozen=True):
    """A string literal: the positions of its quotes, and what stands between them as written."""

    start: int
    end: int
    text: str


class Expression(Struct, frozen=True):
    """Literals and names joined to one text. `start` is where its first operand begins; `open` says that its last
    operand is unknown, so that `value` ends where that would stand."""

    start: int
    end: int
    value: str
    open: bool = False


class Script:
    """A script's expressions in order and its constants."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.expressions: list[Expression] = []
        self.by_start: dict[int, Expression] = {}
        self._constants: dict[str, tuple[list[int], list[str]]] = {}
        pending: list[Literal] = []
        for literal in literals(source):
            if pending and _operand(source, pending[-1].end, literal.start) is None:
                self._close(pending)
                pending = []
            pending.append(literal)
        if pending:
            self._close(pending)

    def constant(self, name: str, position: int) -> str | None:
        """What the name was last set to before the position; None for an unknown one."""
        known = self._constants.get(name.rpartition(".")[2])
        if known is None:
            return None
        return known[1][max(bisect_right(known[0], position) - 1, 0)]

    def named(self, *words: str) -> Iterator[str]:
        """The values of the constants whose name holds one of the words."""
        for name, (_, values) in self._constants.items():
            if any(word in name.lower() for word in words):
                yield from dict.fromkeys(values)

    def _close(self, parts: list[Literal]) -> None:
        source = self.source
        start, value = self._leading(parts[0].start)
        for index, literal in enumerate(parts):
            if index:
                name = _operand(source, parts[index - 1].end, literal.start) or ""
                value += self._known(name, value, literal.start) if name else ""
            value += self._filled(literal)
        end = parts[-1].end
        trailing = _following(source, end)
        open_end = False
        if trailing is not None:
            known = self._known(trailing, value, end)
            open_end = known == placeholder(value)
            value += known
        expression = Expression(start, end, value[:MAX_VALUE], open_end)
        self.expressions.append(expression)
        self.by_start[start] = expression
        self._remember(start, expression.value)

    def _leading(self, start: int) -> tuple[int, str]:
        """Where the expression begins, and the value of the name it begins with."""
        back = self.source[max(start - 80, 0) : start].rstrip()
        if not back.endswith("+") or back.endswith("++"):
            return start, ""
        head = back[:-1].rstrip()
        name = _last_name(head)
        if not name:
            return start, ""
        value = self.constant(name, start) or ""
        return max(start - 80, 0) + len(head) - len(name), value if _begins_address(value) else ""

    def _filled(self, literal: Literal) -> str:
        text = literal.text.replace("\\/", "/").replace("\\u002F", "/").replace("\\u002f", "/")
        if self.source[literal.start] != "`":
            return text
        value, position = "", 0
        while (start := text.find("${", position)) >= 0:
            end = text.find("}", start)
            if end < 0:
                break
            value += text[position:start]
            value += self._known(text[start + 2 : end].strip(), value, literal.start)
            position = end + 1
        return value + text[position:]

    def _known(self, name: str, before: str, position: int) -> str:
        """The constant of that name where it fits behind `before`, else a value that fits there."""
        value = self.constant(name, position) if name and set(name) <= _WORD | {"."} else None
        if value is not None and _begins_address(value) == (not before):
            return value
        return placeholder(before)

    def _remember(self, start: int, value: str) -> None:
        back = self.source[max(start - 80, 0) : start].rstrip()
        if back[-1:] not in ("=", ":") or not value or len(value) > 200 or " " in value:
            return
        name = _last_name(back[:-1].rstrip())
        if name:
            positions, values = self._constants.setdefault(name.rpartition(".")[2], ([], []))
            positions.append(start)
            values.append(value)


def placeholder(before: str) -> str:
    """What stands in for an unknown value behind this text: what a parameter of that name takes, a number in a
    path, nothing elsewhere. Never the text that marks what this scan has created."""
    if before.endswith("="):
        name = before[:-1].replace("?", "&").rpartition("&")[2]
        value = by_name(name) or "1"
        return "1" if TEXT in value else value
    return "1" if before.endswith("/") and before.strip("/") else ""


def literals(source: str) -> Iterator[Literal]:
    """String literals in order; comments and regular expressions are passed over."""
    end = len(source)
    following = {mark: _next(source, mark, 0) for mark in (*_QUOTES, "/")}
    position = 0
    for _ in range(MAX_LITERALS * 2):
        for mark, at in following.items():
            if at < position:
                following[mark] = _next(source, mark, position)
        mark = min(following, key=following.__getitem__)
        start = following[mark]
        if start >= end:
            return
        if mark == "/":
            position = _after_slash(source, start)
            continue
        stop = -1 if mark == "'" and _is_apostrophe(source, start) else _closing(source, mark, start)
        if stop < 0:
            position = start + 1
            continue
        if stop - start <= MAX_LITERAL:
            yield Literal(start, stop, source[start + 1 : stop])
        position = stop + 1


def _next(source: str, mark: str, position: int) -> int:
    at = source.find(mark, position)
    return at if at >= 0 else len(source)


def _is_apostrophe(source: str, start: int) -> bool:
    """True for the one of `don't`: no text begins right behind a name, only behind a keyword."""
    if start == 0 or source[start - 1] not in _WORD:
        return False
    return _last_name(source[max(start - 10, 0) : start]) not in _KEYWORDS


def _closing(source: str, quote: str, start: int) -> int:
    """The closing quote, or a negative number for an apostrophe that opens nothing."""
    limit = start + 1 + MAX_LITERAL
    stop = source.find(quote, start + 1, limit)
    for _ in range(_MAX_ESCAPED):
        if stop < 0 or not _escaped(source, stop):
            break
        stop = source.find(quote, stop + 1, limit)
    else:
        return -1
    if stop < 0:
        return -1
    return -1 if quote != "`" and source.find("\n", start, stop) >= 0 else stop


def _escaped(source: str, position: int) -> bool:
    slashes = 0
    while slashes < 8 and source[position - 1 - slashes] == "\\":
        slashes += 1
    return slashes % 2 == 1


def _after_slash(source: str, start: int) -> int:
    """Where to go on after a slash in code: behind a comment or a regular expression, else behind the slash."""
    kind = source[start + 1 : start + 2]
    if kind == "/":
        return _next(source, "\n", start)
    if kind == "*":
        return _next(source, "*/", start + 2) + 2
    before = source[max(start - 10, 0) : start].rstrip(" \t")
    if before and before[-1] not in _BEFORE_REGEX and not before.endswith("return"):
        return start + 1
    at = start
    for _ in range(4):
        at = source.find("/", at + 1, start + 300)
        if at < 0 or source.find("\n", start, at) >= 0:
            break
        in_class = source.rfind("[", start, at) > source.rfind("]", start, at)
        if not in_class and not _escaped(source, at):
            return at + 1
    return start + 1


def _operand(source: str, end: int, start: int) -> str | None:
    """The code between two literals that are joined by `+`: a name or a call, empty where nothing stands between.
    None when they are not joined."""
    if start - end - 1 > _GAP:
        return None
    gap = source[end + 1 : start].strip()
    if gap[:1] != "+" or gap[-1:] != "+":
        return None
    middle = gap[1:-1].strip(" \n+") if len(gap) > 1 else ""
    depth = 0
    for char in middle:
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth -= 1
        elif char in _STOPS and not (depth and char == ","):
            return None
        if depth < 0:
            return None
    return middle or "" if depth == 0 else None


def _following(source: str, end: int) -> str | None:
    """The operand that a `+` behind the last literal joins; None when there is none."""
    ahead = source[end + 1 : end + 60].lstrip()
    if ahead[:1] != "+" or ahead[1:2] in ("+", "="):
        return None
    rest = ahead[1:].lstrip()
    length = next((i for i, c in enumerate(rest) if c not in _WORD and c != "."), len(rest))
    return rest[:length] if rest[length : length + 1] != "(" else f"{rest[:length]}()"


def _last_name(text: str) -> str:
    """The identifier, dots included, that the text ends with."""
    start = len(text)
    while start > 0 and (text[start - 1] in _WORD or text[start - 1] == "."):
        start -= 1
    return text[start:].strip(".")


def _begins_address(value: str) -> bool:
    return value.startswith(("/", "http://", "https://", "./", "../"))
