"""A small expression language: the arithmetic, strings and methods that template engines share.

Source text is tokenised and parsed into closures; nothing is ever handed to the interpreter. Where engines
differ (what `"7" * 7` gives, how integers divide, which operator joins strings) a Dialect says so.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

Value = int | float | str | bool | None
Node = Callable[[], Value]

MAX_SOURCE = 2_000
MAX_DEPTH = 40
MAX_NUMBER = 10**60
MAX_TEXT = 20_000


class ExpressionError(Exception):
    """The expression has no value; the text says why, as an engine would."""


class Dialect(msgspec.Struct, frozen=True):
    """How one engine computes. `times`: what a string times a number gives; `divide`: integer division."""

    name: str
    times: Literal["repeat", "number", "error"] = "error"
    divide: Literal["floor", "true"] = "true"
    joins: str = "+"
    variables: Mapping[str, Value] = msgspec.field(default_factory=dict)
    undefined_is_error: bool = True


_DIGITS = frozenset("0123456789")
_OPERATORS = ("**", "//", "==", "!=", "<=", ">=", "&&", "||", *"+-*/%~<>!?:()[].,|")
_PRECEDENCE = {
    "or": 1,
    "||": 1,
    "and": 2,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "~": 5,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "//": 6,
    "%": 6,
    "**": 8,
}
_TEXT_METHODS: dict[str, Callable[[str], Value]] = {
    **dict.fromkeys(("upper", "toUpperCase", "upcase", "upper_case", "ToUpper"), str.upper),
    **dict.fromkeys(("lower", "toLowerCase", "downcase", "lower_case", "ToLower"), str.lower),
    **dict.fromkeys(("length", "size", "Length"), len),
    **dict.fromkeys(("trim", "strip", "Trim"), str.strip),
    **dict.fromkeys(("reverse",), lambda text: text[::-1]),
    **dict.fromkeys(("capitalize", "cap_first"), str.capitalize),
    **dict.fromkeys(("toString", "to_s", "string", "ToString", "html"), str),
}
_WORDS: dict[str, Value] = {
    "true": True,
    "false": False,
    "null": None,
    "nil": None,
    "none": None,
    "True": True,
    "False": False,
    "None": None,
}


class Token(msgspec.Struct, frozen=True):
    kind: Literal["number", "text", "name", "operator", "end"]
    value: str


def tokenize(source: str) -> list[Token]:
    """The tokens of an expression, ended by an `end` token; raises ExpressionError."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError("expression too long")
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        character = source[at]
        if character.isspace():
            at += 1
            continue
        token, at = _next_token(source, at)
        tokens.append(token)
    return [*tokens, Token("end", "end of expression")]


def _next_token(source: str, at: int) -> tuple[Token, int]:
    character = source[at]
    if character in "'\"":
        return _text_token(source, at)
    if character in _DIGITS:
        end = at
        while source[end : end + 1] in _DIGITS or _is_point(source, end):
            end += 1
        return Token("number", source[at:end]), end
    if character.isalpha() or character in "_$@":
        end = at + 1
        while end < len(source) and (source[end].isalnum() or source[end] == "_"):
            end += 1
        return Token("name", source[at:end]), end
    for operator in _OPERATORS:
        if source.startswith(operator, at):
            return Token("operator", operator), at + len(operator)
    raise ExpressionError(f"unexpected character '{character}'")


def _is_point(source: str, at: int) -> bool:
    return source[at : at + 1] == "." and source[at + 1 : at + 2] in _DIGITS and source[at - 1] in _DIGITS


def _text_token(source: str, at: int) -> tuple[Token, int]:
    quote, text = source[at], ""
    at += 1
    while at < len(source) and source[at] != quote:
        if source[at] == "\\" and at + 1 < len(source):
            at += 1
        text += source[at]
        at += 1
    if at >= len(source):
        raise ExpressionError(f"unterminated string after {quote}{text}")
    return Token("text", text), at + 1


class _Parser:
    """Precedence climbing over tokens; each method returns a closure."""

    def __init__(self, source: str, dialect: Dialect) -> None:
        self._tokens = tokenize(source)
        self._dialect = dialect
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._conditional()
        if self._token.kind != "end":
            raise ExpressionError(f"unexpected '{self._token.value}'")
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _take(self, value: str) -> bool:
        if self._token.kind in ("operator", "name") and self._token.value == value:
            self._at += 1
            return True
        return False

    def _expect(self, value: str) -> None:
        if not self._take(value):
            raise ExpressionError(f"expected '{value}' but found '{self._token.value}'")

    def _conditional(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("expression nested too deeply")
        condition = self._binary(1)
        if self._take("?"):
            chosen = self._conditional()
            self._expect(":")
            other = self._conditional()
            self._depth -= 1
            return lambda: chosen() if condition() else other()
        self._depth -= 1
        return condition

    def _binary(self, minimum: int) -> Node:
        left = self._unary()
        while True:
            operator = self._token.value if self._token.kind in ("operator", "name") else ""
            precedence = _PRECEDENCE.get(operator, 0)
            if precedence < minimum:
                return left
            self._at += 1
            left = self._apply(operator, left, self._binary(precedence + (operator != "**")))

    def _apply(self, operator: str, left: Node, right: Node) -> Node:
        if operator in ("or", "||"):
            return lambda: left() or right()
        if operator in ("and", "&&"):
            return lambda: left() and right()
        return lambda: compute(operator, left(), right(), self._dialect)

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("expression nested too deeply")
        node = self._signed()
        self._depth -= 1
        return node

    def _signed(self) -> Node:
        if self._take("-"):
            operand = self._unary()
            return lambda: compute("-", 0, operand(), self._dialect)
        if self._take("!") or self._take("not"):
            operand = self._unary()
            return lambda: not operand()
        return self._postfix(self._primary())

    def _primary(self) -> Node:
        token = self._token
        self._at += 1
        if token.kind == "number" and token.value.count(".") > 1:
            raise ExpressionError(f"malformed number {token.value}")
        if token.kind == "number":
            number = float(token.value) if "." in token.value else int(token.value[:60])
            return lambda: number
        if token.kind == "text":
            return lambda: token.value
        if token.kind == "name":
            return self._name(token.value)
        if token.value == "(":
            node = self._conditional()
            self._expect(")")
            return node
        raise ExpressionError(f"unexpected '{token.value}'")

    def _name(self, name: str) -> Node:
        if name in _WORDS:
            return lambda: _WORDS[name]
        if name in self._dialect.variables:
            return lambda: self._dialect.variables[name]
        if self._dialect.undefined_is_error:

            def missing() -> Value:
                raise ExpressionError(f"undefined variable or method '{name}'")

            return missing
        return lambda: None

    def _postfix(self, node: Node) -> Node:
        while self._follows_method():
            self._at += 1
            node = self._method(node, self._token.value)
        return node

    def _follows_method(self) -> bool:
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return (
            self._token.value in (".", "|", "?")
            and self._token.kind == "operator"
            and (after.kind == "name" and (after.value in _TEXT_METHODS or self._token.value != "?"))
        )

    def _method(self, node: Node, name: str) -> Node:
        self._at += 1
        if self._take("("):
            self._expect(")")
        method = _TEXT_METHODS.get(name)
        if method is None:
            raise ExpressionError(f"undefined variable or method '{name}'")
        return lambda: method(shown(node()))


def compute(operator: str, left: Value, right: Value, dialect: Dialect) -> Value:
    """One binary operation; raises ExpressionError where the engine would."""
    if operator in ("==", "!="):
        return (left == right) is (operator == "==")
    if operator == "~" or (operator == dialect.joins and (isinstance(left, str) or isinstance(right, str))):
        return _bounded(shown(left) + shown(right))
    if operator == "*" and isinstance(left, str) and dialect.times == "repeat":
        return _bounded(left * _count(right))
    return _arithmetic(operator, _number(left, dialect), _number(right, dialect), dialect)


def _count(value: Value) -> int:
    if not isinstance(value, int) or not 0 <= value <= MAX_TEXT:
        raise ExpressionError("argument too big or no integer")
    return value


def _number(value: Value, dialect: Dialect) -> int | float:
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str) and dialect.times == "number":
        digits = value.strip()
        if digits.isascii() and digits.isdigit():
            return int(digits[:60])
    kind = "nil" if value is None else "string"
    raise ExpressionError(f"{kind} can't be coerced into a number")


_ARITHMETIC: dict[str, Callable[[float, float], Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _arithmetic(operator: str, left: float, right: float, dialect: Dialect) -> Value:
    if operator in ("/", "//", "%") and not right:
        raise ExpressionError("divided by 0")
    if operator == "%":
        return left % right
    if operator in ("/", "//"):
        integers = isinstance(left, int) and isinstance(right, int)
        whole = operator == "//" or (dialect.divide == "floor" and integers)
        return _sized(left // right if whole else _shortened(left / right))
    if operator == "**":
        if abs(right) > 100 or abs(left) > 10**6:
            raise ExpressionError("number too big")
        return _sized(left**right)
    if operator not in _ARITHMETIC:
        raise ExpressionError(f"unknown operator '{operator}'")
    return _sized(_ARITHMETIC[operator](left, right))


def _shortened(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _sized(value: Value) -> Value:
    if isinstance(value, complex) or (isinstance(value, (int, float)) and abs(value) > MAX_NUMBER):
        raise ExpressionError("number too big")
    return value


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ExpressionError("string too long")
    return text


def shown(value: Value) -> str:
    """How a value appears in a page."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def evaluate(source: str, dialect: Dialect) -> Value:
    """The value of an expression; raises ExpressionError."""
    try:
        return _Parser(source, dialect).parse()()
    except (ArithmeticError, RecursionError) as error:
        raise ExpressionError("number too big") from error
