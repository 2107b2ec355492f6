"""A double-quoted PHP string by emulation: what `{${...}}` and `${...}` in it make PHP run.

As far as anyone needs it who finds a value pasted into such a string and evaluated: `print(...)` of texts and sums joined
by dots. What is printed comes before the page's own text, as with PHP. Nothing is ever handed to the interpreter.
"""

from cyberai.lab.backend.expression import Dialect, ExpressionError, evaluate, shown
from cyberai.lab.backend.templates import TemplateError

MAX_SOURCE = 5_000
_ARITHMETIC = Dialect("php", times="number", joins="")
_ERROR = "PHP Parse error: syntax error, unexpected token in eval()'d code on line 1 ({})"


def interpolated(source: str) -> str:
    """What evaluating the source within double quotes prints and gives; raises TemplateError in PHP's words."""
    if len(source) > MAX_SOURCE or '"' in source.replace('\\"', ""):
        raise TemplateError(_ERROR.format("the string ends early"))
    printed, text, at = "", "", 0
    while (found := source.find("${", at)) >= 0:
        braced = source[found - 1 : found] == "{" and found > at
        end = _end(source, found + 2)
        after = end + 1
        if braced:
            if source[after : after + 1] != "}":
                raise TemplateError(_ERROR.format("expected }"))
            after += 1
        printed += _run(source[found + 2 : end].strip())
        text += source[at : found - braced]
        at = after
    return printed + text + source[at:]


def _end(source: str, at: int) -> int:
    quoted = False
    for index in range(at, len(source)):
        quoted ^= source[index] == "'"
        if source[index] == "}" and not quoted:
            return index
    raise TemplateError(_ERROR.format("unclosed {"))


def _run(expression: str) -> str:
    """What the expression prints; a variable of its value's name is undefined, which is only worth a warning."""
    inside = expression.removeprefix("print(")
    prints = inside != expression and inside.endswith(")")
    value = "".join(map(_value, _operands(inside[:-1] if prints else expression)))
    return value if prints else ""


def _operands(expression: str) -> list[str]:
    """The operands between dots that stand outside of quotes and parentheses."""
    operands, quoted, depth = [""], False, 0
    for character in expression:
        quoted ^= character == "'"
        depth += 0 if quoted else (character == "(") - (character == ")")
        if character == "." and not quoted and not depth:
            operands.append("")
        else:
            operands[-1] += character
    return operands


def _value(operand: str) -> str:
    operand = operand.strip()
    if len(operand) >= 2 and operand[0] == operand[-1] == "'":
        return operand[1:-1]
    try:
        return shown(evaluate(operand, _ARITHMETIC))
    except ExpressionError as error:
        raise TemplateError(_ERROR.format(error)) from error
