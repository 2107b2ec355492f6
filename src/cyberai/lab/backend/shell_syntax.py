"""The grammar of a POSIX shell command line: quoting, expansions, lists, pipelines, redirections.

Written from the POSIX shell command language (IEEE 1003.1, XCU chapter 2), as far as one line can use it;
compound commands other than groups and subshells are refused.
"""

from __future__ import annotations

from typing import Literal

import msgspec

MAX_SCRIPT = 4_000
MAX_NESTING = 8
_BLANK = " \t"
_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_NAME = _NAME_START | frozenset("0123456789")
_SPECIAL = frozenset("@*#?-$!0123456789")


class ShellSyntaxError(Exception):
    """The command line is not valid; nothing of it runs."""


class Part(msgspec.Struct, frozen=True):
    """A piece of a word. `text` is literal text, a variable's name, a script, or an arithmetic expression."""

    kind: Literal["literal", "variable", "command", "arithmetic"]
    text: str
    quoted: bool
    default: str = ""


Word = tuple[Part, ...]


class Redirection(msgspec.Struct, frozen=True):
    """`descriptor` 0-2; `operator` <, >, >>, >& or <&."""

    descriptor: int
    operator: str
    target: Word


class Command(msgspec.Struct, frozen=True):
    """A simple command (words) or a group (body)."""

    words: tuple[Word, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    body: Script | None = None


class Pipeline(msgspec.Struct, frozen=True):
    commands: tuple[Command, ...]
    negated: bool = False


class Script(msgspec.Struct, frozen=True):
    """Pipelines, each with the operator that stands before it (`;` for the first)."""

    steps: tuple[tuple[str, Pipeline], ...]


class Parser:
    """Recursive descent over characters, as the shell itself reads."""

    def __init__(self, source: str, depth: int = 0) -> None:
        if len(source) > MAX_SCRIPT or depth > MAX_NESTING:
            raise ShellSyntaxError("command line too long or nested too deeply")
        self._source = source
        self._at = 0
        self._depth = depth

    def parse(self) -> Script:
        script = self._script("")
        if self._at < len(self._source):
            raise ShellSyntaxError(f'"{self._peek()}" unexpected')
        return script

    def _peek(self, ahead: int = 0) -> str:
        return self._source[self._at + ahead : self._at + ahead + 1]

    def _skip_blanks(self) -> None:
        while self._peek() and self._peek() in _BLANK:
            self._at += 1
        if self._peek() == "\\" and self._peek(1) == "\n":
            self._at += 2
            self._skip_blanks()
        if self._peek() == "#":
            while self._peek() not in ("", "\n"):
                self._at += 1

    def _script(self, closing: str) -> Script:
        steps: list[tuple[str, Pipeline]] = []
        operator = ";"
        while True:
            self._skip_separators()
            if self._peek() in ("", ")") or (closing and self._peek() == closing):
                break
            steps.append((operator, self._pipeline()))
            self._skip_blanks()
            operator = self._operator()
            if not operator:
                break
        if operator in ("&&", "||") and steps:
            raise ShellSyntaxError("end of file unexpected")
        return Script(tuple(steps))

    def _skip_separators(self) -> None:
        self._skip_blanks()
        while self._peek() == "\n":
            self._at += 1
            self._skip_blanks()

    def _operator(self) -> str:
        for operator in ("&&", "||", ";;", ";", "&", "\n"):
            if self._source.startswith(operator, self._at):
                if operator == ";;":
                    raise ShellSyntaxError('";;" unexpected')
                self._at += len(operator)
                return ";" if operator in ("\n", "&") else operator
        return ""

    def _pipeline(self) -> Pipeline:
        negated = False
        if self._peek() == "!" and self._peek(1) in (" ", "\t"):
            self._at += 1
            negated = True
            self._skip_blanks()
        commands = [self._command()]
        self._skip_blanks()
        while self._peek() == "|" and self._peek(1) != "|":
            self._at += 1
            self._skip_separators()
            commands.append(self._command())
            self._skip_blanks()
        return Pipeline(tuple(commands), negated)

    def _command(self) -> Command:
        if self._peek() == "(" or (self._peek() == "{" and self._peek(1) in (" ", "\n")):
            return self._group()
        words: list[Word] = []
        redirections: list[Redirection] = []
        while True:
            self._skip_blanks()
            redirection = self._redirection()
            if redirection is not None:
                redirections.append(redirection)
            elif self._peek() and self._peek() not in ";&|()\n<>":
                words.append(self.word())
            else:
                break
        if not words and not redirections:
            found = self._peek() or "end of file"
            raise ShellSyntaxError("newline unexpected" if found == "\n" else f'"{found}" unexpected')
        if self._peek() == "(":
            raise ShellSyntaxError('"(" unexpected')
        return Command(tuple(words), tuple(redirections))

    def _group(self) -> Command:
        closing = ")" if self._peek() == "(" else "}"
        self._at += 1
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise ShellSyntaxError("nested too deeply")
        body = self._script(closing)
        if self._peek() != closing:
            raise ShellSyntaxError(f'end of file unexpected (expecting "{closing}")')
        self._at += 1
        self._depth -= 1
        redirections: list[Redirection] = []
        self._skip_blanks()
        while (redirection := self._redirection()) is not None:
            redirections.append(redirection)
            self._skip_blanks()
        return Command((), tuple(redirections), body)

    def _redirection(self) -> Redirection | None:
        digits = (
            1 if self._peek() and self._peek() in "012" and self._peek(1) and self._peek(1) in "<>" else 0
        )
        rest = self._source[self._at + digits :]
        operator = next((o for o in (">>", ">&", "<&", ">|", ">", "<") if rest.startswith(o)), "")
        if not operator:
            return None
        descriptor = int(self._peek()) if digits else int(operator[0] == ">")
        self._at += digits + len(operator)
        self._skip_blanks()
        if not self._peek() or self._peek() in ";&|()\n<>":
            raise ShellSyntaxError("newline unexpected")
        return Redirection(descriptor, operator.replace("|", ""), self.word())

    def word(self) -> Word:
        """One word with its quoting resolved into parts."""
        parts: list[Part] = []
        while self._peek() and self._peek() not in " \t\n;&|()<>":
            character = self._peek()
            if character == "'":
                parts.append(self._single_quoted())
            elif character == '"':
                self._at += 1
                parts += self._double_quoted()
            elif character == "\\":
                if self._peek(1) != "\n":
                    parts.append(Part("literal", self._peek(1), True))
                self._at += 2
            elif character in "$`":
                parts.append(self._expansion(quoted=False))
            else:
                self._at += 1
                parts.append(Part("literal", character, False))
        return tuple(parts)

    def _single_quoted(self) -> Part:
        end = self._source.find("'", self._at + 1)
        if end < 0:
            raise ShellSyntaxError("Unterminated quoted string")
        text = self._source[self._at + 1 : end]
        self._at = end + 1
        return Part("literal", text, True)

    def _double_quoted(self) -> list[Part]:
        parts: list[Part] = [Part("literal", "", True)]
        while self._peek() != '"':
            character = self._peek()
            if not character:
                raise ShellSyntaxError("Unterminated quoted string")
            if character == "\\" and self._peek(1) and self._peek(1) in '$`"\\\n':
                parts.append(Part("literal", self._peek(1).strip("\n"), True))
                self._at += 2
            elif character in "$`":
                parts.append(self._expansion(quoted=True))
            else:
                self._at += 1
                parts.append(Part("literal", character, True))
        self._at += 1
        return parts

    def _expansion(self, quoted: bool) -> Part:
        if self._peek() == "`":
            return self._backquoted(quoted)
        if self._source.startswith("$((", self._at):
            return self._arithmetic(quoted)
        if self._peek(1) == "(":
            return self._substitution(quoted)
        return self._variable(quoted)

    def _arithmetic(self, quoted: bool) -> Part:
        start, depth = self._at + 3, 0
        for at in range(start, len(self._source)):
            character = self._source[at]
            if character == ")" and not depth:
                if self._source[at + 1 : at + 2] != ")":
                    break
                self._at = at + 2
                return Part("arithmetic", self._source[start:at], quoted)
            depth += (character == "(") - (character == ")")
        raise ShellSyntaxError("missing '))'")

    def _backquoted(self, quoted: bool) -> Part:
        text = ""
        self._at += 1
        while self._peek() != "`":
            if not self._peek():
                raise ShellSyntaxError("EOF in backquote substitution")
            if self._peek() == "\\" and self._peek(1) in ("`", "\\", "$"):
                self._at += 1
            text += self._peek()
            self._at += 1
        self._at += 1
        Parser(text, self._depth + 1).parse()
        return Part("command", text, quoted)

    def _substitution(self, quoted: bool) -> Part:
        inner = Parser(self._source[self._at + 2 :], self._depth + 1)
        inner._script(")")
        if inner._peek() != ")":
            raise ShellSyntaxError('end of file unexpected (expecting ")")')
        start = self._at + 2
        self._at = start + inner._at + 1
        return Part("command", self._source[start : start + inner._at], quoted)

    def _variable(self, quoted: bool) -> Part:
        self._at += 1
        if self._peek() == "{":
            end = self._source.find("}", self._at)
            if end < 0:
                raise ShellSyntaxError("Missing '}'")
            name, _, default = self._source[self._at + 1 : end].partition(":-")
            self._at = end + 1
            if not name or not (set(name) <= _NAME or name in _SPECIAL):
                raise ShellSyntaxError("Bad substitution")
            return Part("variable", name, quoted, default)
        if self._peek() in _SPECIAL:
            self._at += 1
            return Part("variable", self._source[self._at - 1], quoted)
        start = self._at
        while self._peek() in _NAME:
            self._at += 1
        name = self._source[start : self._at]
        return Part("variable", name, quoted) if name else Part("literal", "$", quoted)
