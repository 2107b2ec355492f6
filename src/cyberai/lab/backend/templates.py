"""Template engines by emulation: delimiters, dialect of expressions, output format and error wording.

What is emulated is the part that every engine of the family shares: text with delimited expressions that are
computed when the page is made. The expressions themselves are `backend.expression`.
"""

from collections.abc import Callable

import msgspec

from cyberai.lab.backend.expression import (
    Dialect,
    ExpressionError,
    Value,
    evaluate,
    shown,
)

MAX_TEMPLATE = 20_000
MAX_EXPRESSIONS = 100


class TemplateError(Exception):
    """The template failed; the text is worded as the engine words it."""


class Delimiter(msgspec.Struct, frozen=True):
    """One pair; `prints` tells expressions from comments and silent code."""

    opening: str
    closing: str
    prints: bool = True
    comment: bool = False


class Engine(msgspec.Struct, frozen=True):
    """One family of template engines."""

    dialect: Dialect
    delimiters: tuple[Delimiter, ...]
    wording: str
    form: Callable[[Value], str] = shown

    def render(self, source: str) -> str:
        """The text of the page; raises TemplateError in the engine's own words."""
        if len(source) > MAX_TEMPLATE:
            raise TemplateError(self.wording.format("template too long"))
        output: list[str] = []
        at = 0
        for _ in range(MAX_EXPRESSIONS):
            delimiter, start = self._next(source, at)
            if delimiter is None:
                return "".join(output) + source[at:]
            output.append(source[at:start])
            piece, at = self._piece(source, start, delimiter)
            output.append(piece)
        raise TemplateError(self.wording.format("too many expressions"))

    def _next(self, source: str, at: int) -> tuple[Delimiter | None, int]:
        best: tuple[Delimiter | None, int] = (None, len(source))
        for delimiter in self.delimiters:
            found = source.find(delimiter.opening, at)
            if 0 <= found < best[1]:
                best = (delimiter, found)
        return best

    def _piece(self, source: str, start: int, delimiter: Delimiter) -> tuple[str, int]:
        inside = start + len(delimiter.opening)
        # Smarty and its kin read a brace before a blank as text, so that CSS and scripts survive.
        if delimiter.opening == "{" and source[inside : inside + 1].isspace():
            return "{", inside
        seek = _comment_end if delimiter.comment else _closing
        end = seek(source, inside, delimiter.closing)
        if end < 0:
            raise TemplateError(self.wording.format(f"unclosed '{delimiter.opening}'"))
        after = end + len(delimiter.closing)
        if delimiter.comment:
            return "", after
        try:
            value = evaluate(_trimmed(source[inside:end], delimiter), self.dialect)
        except ExpressionError as error:
            raise TemplateError(self.wording.format(error)) from error
        return (self.form(value) if delimiter.prints else ""), after


def _trimmed(expression: str, delimiter: Delimiter) -> str:
    """Without the dashes by which Twig and ERB control white space."""
    return (
        expression.removeprefix("-").removesuffix("-") if delimiter.opening in ("{{", "<%=") else expression
    )


def _comment_end(source: str, at: int, closing: str) -> int:
    return source.find(closing, at)


def _closing(source: str, at: int, closing: str) -> int:
    """Where the expression ends: the closing mark outside quotes; -1 where there is none."""
    quote = ""
    while at < len(source):
        character = source[at]
        if quote:
            at += 2 if character == "\\" else 1
            quote = "" if character == quote else quote
            continue
        if source.startswith(closing, at):
            return at
        if character in "'\"":
            quote = character
        at += 1
    return -1


def _grouped(value: Value) -> str:
    """FreeMarker prints numbers for people, in the server's locale: 1234567 becomes 1,234,567."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return shown(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")


_SHOP: dict[str, Value] = {"shop": "Harbour Supply", "year": 1968, "customer": "Robin"}

FREEMARKER = Engine(
    Dialect("freemarker", variables=_SHOP),
    (Delimiter("<#--", "-->", comment=True), Delimiter("${", "}")),
    "FreeMarker template error (ParseException): {}",
    _grouped,
)
ERB = Engine(
    Dialect("erb", times="repeat", divide="floor", variables=_SHOP),
    (Delimiter("<%#", "%>", comment=True), Delimiter("<%=", "%>"), Delimiter("<%", "%>", prints=False)),
    "(erb):1:in `<main>': {}",
)
RUBY = Engine(
    Dialect("ruby", times="repeat", divide="floor", variables=_SHOP),
    (Delimiter("#{", "}"),),
    "NameError: {} for main:Object",
)
TWIG = Engine(
    Dialect("twig", times="number", joins="~", variables=_SHOP, undefined_is_error=False),
    (Delimiter("{#", "#}", comment=True), Delimiter("{{", "}}")),
    'Twig\\Error\\SyntaxError: {} in "card" at line 1.',
)
SMARTY = Engine(
    Dialect("smarty", times="number", joins="", variables=_SHOP),
    (Delimiter("{*", "*}", comment=True), Delimiter("{", "}")),
    "Smarty Compiler: Syntax error in template: {}",
)
EXPRESSION_LANGUAGE = Engine(
    Dialect("el", variables=_SHOP, undefined_is_error=False),
    (Delimiter("${", "}"), Delimiter("#{", "}")),
    "javax.el.ELException: {}",
)
