"""Integer arithmetic as shells compute it: C precedence, 64 bits, names are variables or 0."""

from collections.abc import Callable, Mapping

MAX_SOURCE = 500
MAX_DEPTH = 30


class ArithmeticSyntaxError(Exception):
    """The text is no arithmetic expression, or divides by zero."""


_LEVELS: tuple[dict[str, Callable[[int, int], int]], ...] = (
    {"||": lambda a, b: int(bool(a or b))},
    {"&&": lambda a, b: int(bool(a and b))},
    {"|": lambda a, b: a | b},
    {"^": lambda a, b: a ^ b},
    {"&": lambda a, b: a & b},
    {"==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b)},
    {
        "<=": lambda a, b: int(a <= b),
        ">=": lambda a, b: int(a >= b),
        "<": lambda a, b: int(a < b),
        ">": lambda a, b: int(a > b),
    },
    {"<<": lambda a, b: a << (b & 63), ">>": lambda a, b: a >> (b & 63)},
    {"+": lambda a, b: a + b, "-": lambda a, b: a - b},
    {"*": lambda a, b: a * b, "/": lambda a, b: truncated_quotient(a, b), "%": lambda a, b: remainder(a, b)},
)
_SYMBOLS = ("||", "&&", "==", "!=", "<=", ">=", "<<", ">>", *"|^&<>+-*/%()!~")


def is_number(text: str) -> bool:
    """Whether the text is a row of ASCII digits; the interpreter's own idea of a digit is wider."""
    return text.isascii() and text.isdigit()


def truncated_quotient(left: int, right: int) -> int:
    if not right:
        raise ArithmeticSyntaxError("division by 0")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def remainder(left: int, right: int) -> int:
    return left - right * truncated_quotient(left, right)


def wrapped(number: int) -> int:
    """The number in 64 bits, two's complement."""
    return (number + 2**63) % 2**64 - 2**63


def _tokens(source: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(source):
        if source[at].isspace():
            at += 1
        elif source[at].isalnum() or source[at] == "_":
            end = at
            while end < len(source) and (source[end].isalnum() or source[end] == "_"):
                end += 1
            tokens.append(source[at:end])
            at = end
        else:
            symbol = next((symbol for symbol in _SYMBOLS if source.startswith(symbol, at)), "")
            if not symbol:
                raise ArithmeticSyntaxError(f"unexpected '{source[at]}'")
            tokens.append(symbol)
            at += len(symbol)
    return tokens


class _Evaluator:
    def __init__(self, source: str, variables: Mapping[str, str]) -> None:
        self._tokens = [*_tokens(source), ""]
        self._variables = variables
        self._at = 0
        self._depth = 0

    def value(self) -> int:
        result = self._level(0)
        if self._tokens[self._at]:
            raise ArithmeticSyntaxError(f"unexpected '{self._tokens[self._at]}'")
        return result

    def _level(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._operand()
        result = self._level(level + 1)
        while (operation := _LEVELS[level].get(self._tokens[self._at])) is not None:
            self._at += 1
            result = wrapped(operation(result, self._level(level + 1)))
        return result

    def _operand(self) -> int:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ArithmeticSyntaxError("nested too deeply")
        token = self._tokens[self._at]
        self._at += 1
        result = self._unary(token) if token in ("-", "+", "!", "~") else self._primary(token)
        self._depth -= 1
        return result

    def _unary(self, operator: str) -> int:
        value = self._operand()
        return {"-": -value, "+": value, "!": int(not value), "~": ~value}[operator]

    def _primary(self, token: str) -> int:
        if token.startswith("("):
            result = self._level(0)
            if self._tokens[self._at] != ")":
                raise ArithmeticSyntaxError("expected ')'")
            self._at += 1
            return result
        if token.isascii() and token[:1].isdigit():
            return _literal(token)
        if token[:1].isalpha() or token[:1] == "_":
            stored = self._variables.get(token, "0")
            return wrapped(int(stored[:20])) if is_number(stored) else 0
        raise ArithmeticSyntaxError(f"unexpected '{token or 'end of expression'}'")


def _literal(token: str) -> int:
    base = 16 if token.lower().startswith("0x") else 8 if token.startswith("0") and len(token) > 1 else 10
    try:
        return wrapped(int(token[:40], base))
    except ValueError as error:
        raise ArithmeticSyntaxError(f"value too great for base: '{token}'") from error


def evaluate(source: str, variables: Mapping[str, str]) -> int:
    """The value of a shell arithmetic expression; an empty one is 0. Raises ArithmeticSyntaxError."""
    if len(source) > MAX_SOURCE:
        raise ArithmeticSyntaxError("expression too long")
    return _Evaluator(source, variables).value() if source.strip() else 0
