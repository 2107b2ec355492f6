"""A small scanner for JavaScript: which parts of a script are code, and is the whole still well formed?

It knows what matters for an injected value: string, template and regular-expression literals, both kinds of
comment, and the bracket structure (ECMAScript 2024, chapter 12, lexical grammar). It does not parse; a script
whose literals all end and whose brackets match is taken as one that runs.
"""

from msgspec import Struct

_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())
_LINE_ENDS = "\n\r\u2028\u2029"
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+-*%<>~^\n")
_KEYWORDS_BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "do", "else", "throw"}
)
_MAX_SCRIPT = 400_000


class Literal(Struct, frozen=True):
    """A string literal of a script: its raw text without quotes, and the code right before it."""

    text: str
    before: str


class Script(Struct, frozen=True):
    """What the scan found. `code` is the source with the content of literals and comments blanked out by
    spaces (offsets stay); `closed` says that every literal, comment and bracket ends."""

    code: str
    closed: bool
    literals: tuple[Literal, ...]


def scan(source: str) -> Script:
    """Scan a script (the first 400,000 characters)."""
    return _Scanner(source[:_MAX_SCRIPT]).run()


def calls(source: str, name: str) -> bool:
    """True when the script calls the function `name` in code (also as a template tag), and is well formed."""
    if name not in source:
        return False
    script = scan(source)
    return script.closed and (name + "(" in script.code or name + "`" in script.code)


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.code = list(source)
        self.stack: list[str] = []
        self.broken = False
        self.literals: list[Literal] = []
        self.last = ""
        self.word = ""

    def run(self) -> Script:
        while self.at < len(self.source) and not self.broken:
            self._step()
        return Script("".join(self.code), not self.broken and not self.stack, tuple(self.literals))

    def _step(self) -> None:
        char = self.source[self.at]
        pair = self.source[self.at : self.at + 2]
        if pair == "//" or self._html_comment():
            self._skip_line()
        elif pair == "/*":
            self._skip_to("*/")
        elif char in "'\"":
            self._string(char)
        elif char == "`":
            self.at += 1
            self._template()
        elif char == "/" and self._regex_may_start():
            self._regex()
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        if char in _OPEN:
            self.stack.append(_OPEN[char])
        elif char in _CLOSE:
            self._close(char)
        if char.isalnum() or char in "_$":
            self.word = self.word + char if self.at and self.source[self.at - 1] == self.last else char
            self.last = char
        elif not char.isspace():
            self.word = ""
            self.last = char
        self.at += 1

    def _close(self, char: str) -> None:
        if self.stack and self.stack[-1] == char:
            self.stack.pop()
            return
        if char == "}" and self.stack and self.stack[-1] == "`":
            self.stack.pop()
            self.at += 1
            self._template()
            # _plain steps over one character; the template has already been read to its end.
            self.at -= 1
            return
        self.broken = True

    def _html_comment(self) -> bool:
        return self.source.startswith("<!--", self.at)

    def _skip_line(self) -> None:
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in _LINE_ENDS:
            self.at += 1
        self._blank(start, self.at)

    def _skip_to(self, end: str) -> None:
        found = self.source.find(end, self.at + 2)
        if found < 0:
            self.broken = True
            return
        self._blank(self.at, found + len(end))
        self.at = found + len(end)

    def _string(self, quote: str) -> None:
        start = self.at + 1
        at = start
        while at < len(self.source) and self.source[at] != quote:
            if self.source[at] in "\n\r":
                self.broken = True
                return
            at += 2 if self.source[at] == "\\" else 1
        if at >= len(self.source):
            self.broken = True
            return
        self._literal(start, at)

    def _literal(self, start: int, end: int) -> None:
        before = "".join(self.code[max(0, start - 61) : start - 1])
        self.literals.append(Literal(self.source[start:end], before))
        self._blank(start, end)
        self.at = end + 1
        self.last, self.word = '"', ""

    def _template(self) -> None:
        start = at = self.at
        while at < len(self.source):
            if self.source[at] == "\\":
                at += 2
            elif self.source[at] == "`":
                self._literal(start, at)
                return
            elif self.source.startswith("${", at):
                self._blank(start, at)
                self.stack.append("`")
                self.at = at + 2
                self.last, self.word = "(", ""
                return
            else:
                at += 1
        self.broken = True

    def _regex_may_start(self) -> bool:
        return not self.last or self.last in _BEFORE_REGEX or self.word in _KEYWORDS_BEFORE_REGEX

    def _regex(self) -> None:
        at, in_class = self.at + 1, False
        while at < len(self.source) and (in_class or self.source[at] != "/"):
            char = self.source[at]
            if char in _LINE_ENDS:
                self.broken = True
                return
            in_class = (in_class or char == "[") and char != "]"
            at += 2 if char == "\\" else 1
        if at >= len(self.source):
            self.broken = True
            return
        self._blank(self.at, at)
        self.at = at + 1
        self.last, self.word = '"', ""

    def _blank(self, start: int, end: int) -> None:
        self.code[start:end] = [c if c in _LINE_ENDS else " " for c in self.source[start:end]]
