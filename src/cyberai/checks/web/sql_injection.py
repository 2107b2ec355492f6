"""A value from the request becomes part of an SQL statement. Quotes or operators in it are read as SQL by the
database, so whoever sends the request decides what the statement does.

## Impact
The whole database can be read, and depending on the statement and the account's rights also changed or
deleted: other users' data, password hashes, log-ins without a password, sometimes commands on the host.

## Remediation
Send values to the database apart from the statement: prepared statements or the bound parameters of your
query builder, everywhere, also for values that come from your own pages. Names of columns and sort directions
cannot be bound: choose them from a fixed list. Give the application's database account only the rights it
needs, and do not show database errors to visitors.

## How it is proven
Either by error: a value that breaks every kind of SQL literal makes a database error appear, twice with fresh
values, while the same value with its quotes doubled (or, for a number, with arithmetic that changes nothing)
brings the page back without the error. Or by difference: at least ten pairs of conditions over fresh random
numbers, half of them with `BETWEEN`, in both orders; all that hold show one page, all that fail another, the
unaltered value agrees with its side, and the same text with a broken operator does not tell the two apart. Where a
statement shows no row (INSERT, UPDATE, a sort direction), the condition decides whether it fails.
Or by a row of ours (`UNION`): it shows the product of two random numbers, twice with fresh ones, and not when one letter
of `UNION` is changed or the row has one column too many. How many columns it takes is told by `ORDER BY`.
Or, where nothing is shown, by time: the database is asked to wait for random whole seconds in random order, and the
answers' times lie on that line, while the same text with the function's name broken is answered at once.
`OR`, `ORDER BY` and comments without a `UNION` before them are sent only where the statement can be trusted to read:
with GET, or in a log-in form.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    InsertionKind,
    InsertionPoint,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    check,
)
from cyberai.checkkit.differential import Difference, Differential, Sample
from cyberai.checkkit.errors import DatabaseError, new_database_errors
from cyberai.checkkit.sql import (
    AND_CONTEXTS,
    LOGIN_CONTEXTS,
    READING_CONTEXTS,
    SEARCH_CONTEXTS,
    SYNTAX,
    Break,
    hypotheses,
    syntax_break,
    without_blanks,
)
from cyberai.checkkit.sql_delays import delay_questions
from cyberai.checkkit.sql_union import Union, by_count, by_order
from cyberai.checkkit.text import Pattern
from cyberai.checkkit.timing import Delay, delayed

_FIELD = Pattern(r"""(?:^|&|[{,]\s*)"?([A-Za-z_][\w.\-\[\]]*)"?\s*[=:]""")


@check(
    id="web.sql-injection",
    title="SQL injection",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-89",),
    owasp=("A03:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=150,
    references=(
        "https://owasp.org/www-community/attacks/SQL_Injection",
        "https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html",
    ),
    tags=("injection", "sql", "database"),
)
async def sql_injection(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """Break and repair first; then, where the break changed anything, pairs of conditions; a row of ours; then time."""
    baseline = await probe.baseline(point)
    # Some frameworks ignore a cookie that holds a blank or a double quote: it takes a form of its own.
    bare = point.kind is InsertionKind.COOKIE
    attempt = syntax_break(point.value, "", probe.number(1000, 9999), bare=bare)
    broken = await probe.inject(point, attempt.value)
    errors = new_database_errors(broken.response.body, baseline.response.body)
    if errors:
        hit = await _by_error(point, probe, baseline, attempt)
        if hit is not None:
            yield hit
            return
    engine = Differential(lambda value: probe.inject(point, value), point.value, (SYNTAX,), allowance=76)
    # The second answer to the original value goes the payloads' way, so that both take the same path.
    engine.calibrate(baseline, await probe.inject(point, point.value))
    hit = None
    if engine.usable:
        hit = await _by_difference(point, probe, engine, broken, attempt)
        hit = hit or await _by_union(point, probe, engine, broken, attempt)
    hit = hit or await _by_time(point, probe, (baseline, broken))
    if hit is not None:
        yield hit


async def _by_error(point: InsertionPoint, probe: Probe, baseline: Exchange, attempt: Break) -> Hit | None:
    usual = baseline.response.body
    for index, repair in enumerate(attempt.repairs):
        mended = await probe.inject(point, repair.sound)
        if new_database_errors(mended.response.body, usual) or _refused(mended, baseline):
            continue
        bare = point.kind is InsertionKind.COOKIE
        again = syntax_break(point.value, probe.token(4), probe.number(1000, 9999), bare=bare).repairs[index]
        shown = await probe.inject(point, again.broken)
        errors = new_database_errors(shown.response.body, usual)
        if not errors:
            continue
        control = await probe.inject(point, again.sound)
        if not new_database_errors(control.response.body, usual) and not _refused(control, baseline):
            return _error_hit(point, shown, control, errors[0], repair.context)
    return None


def _refused(answer: Exchange, baseline: Exchange) -> bool:
    # An answer that comes from a filter and not from the application mends nothing.
    return (
        answer.response.status in (403, 406, 429, 503) and baseline.response.status != answer.response.status
    )


def _error_hit(
    point: InsertionPoint, shown: Exchange, control: Exchange, error: DatabaseError, context: str
) -> Hit:
    note = f"The {error.system} error appears when the {context} is broken and vanishes when it is repaired."
    return Hit(
        proof=Proof(Oracle.ERROR, repeats=2, control_silent=True),
        evidence=(HttpEvidence(shown, control, error.text, note),),
        url=shown.request.url,
        point=point,
        detail=f"{error.system}, {context}.",
    )


async def _by_difference(
    point: InsertionPoint, probe: Probe, engine: Differential, broken: Exchange, attempt: Break
) -> Hit | None:
    safe = point.request.method in ("GET", "HEAD")
    log_in = not safe and _is_log_in(point)
    contexts = AND_CONTEXTS + (READING_CONTEXTS if safe else LOGIN_CONTEXTS if log_in else ())
    if engine.inert(broken, attempt.value):
        # A search that finds nothing shows the same page for a statement that failed: only more rows than the
        # value has can tell.
        searches = safe and point.kind is InsertionKind.QUERY
        contexts = LOGIN_CONTEXTS if log_in else SEARCH_CONTEXTS if searches else ()
    if point.kind is InsertionKind.COOKIE:
        contexts = without_blanks(contexts)
    unknown = _unknown(engine, broken, attempt)
    for hypothesis in hypotheses(probe, point.value, contexts):
        difference = await engine.test(hypothesis, unknown)
        if difference is not None:
            return _difference_hit(point, difference)
    return None


def _unknown(engine: Differential, broken: Exchange, attempt: Break) -> Sample | None:
    return None if engine.spoiled(broken.response) else engine.sample(broken, attempt.value)


async def _by_union(
    point: InsertionPoint, probe: Probe, engine: Differential, broken: Exchange, attempt: Break
) -> Hit | None:
    async def send(value: str) -> Exchange:
        return await probe.inject(point, value)

    # A header is mostly stored, a cookie takes no blanks, and a redirect shows no row.
    usual = await probe.baseline(point)
    if point.kind in (InsertionKind.HEADER, InsertionKind.COOKIE) or 300 <= usual.response.status < 400:
        return None
    if point.request.method in ("GET", "HEAD") or _is_log_in(point):
        # Where the break shows nothing, neither does ORDER BY.
        if engine.inert(broken, attempt.value):
            return None
        union = await by_order(probe, send, engine, point.value, _unknown(engine, broken, attempt))
    else:
        union = await by_count(probe, send, engine)
    return _union_hit(point, union) if union is not None else None


def _union_hit(point: InsertionPoint, union: Union) -> Hit:
    columns = f"{union.columns} column{'s' if union.columns > 1 else ''}"
    note = (
        f"The database reckoned the product in a row of {columns} that was added by UNION; "
        "the control asks for another product in a row of one column more."
    )
    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=(HttpEvidence(union.shown, union.control, union.match, note),),
        url=union.shown.request.url,
        point=point,
        detail=f"{union.name}, a row of {columns} added by UNION.",
    )


async def _by_time(point: InsertionPoint, probe: Probe, answers: tuple[Exchange, ...]) -> Hit | None:
    usual = max(answer.response.elapsed for answer in answers)
    reading = point.request.method in ("GET", "HEAD")
    for question in delay_questions(point.value, reading=reading):
        delay = await delayed(probe, lambda value: probe.inject(point, value), question, usual)
        if delay is not None:
            return _delay_hit(point, delay)
    return None


def _delay_hit(point: InsertionPoint, delay: Delay) -> Hit:
    return Hit(
        proof=Proof(Oracle.TIMING, repeats=len(delay.samples), control_silent=True),
        evidence=(HttpEvidence(delay.late, delay.nonsense, "", delay.told("the database")),),
        url=delay.late.request.url,
        point=point,
        detail=f"{delay.name}, told by the time of the answers.",
    )


def _is_log_in(point: InsertionPoint) -> bool:
    # A form of one name and one password is a log-in: it selects. More, or a new password, may be an update.
    names = [match.groups[0].lower() for match in _FIELD.finditer(point.request.body)]
    secrets = [name for name in names if b"pass" in name or name in (b"pwd", b"pw")]
    whoever = any(part in name for name in names for part in (b"user", b"login", b"mail", b"name", b"uid"))
    return len(secrets) == 1 and whoever and len(names) <= 5 and not any(b"new" in name for name in names)


def _difference_hit(point: InsertionPoint, difference: Difference) -> Hit:
    holds = "holds" if difference.shown_holds else "fails"
    note = (
        f"In {difference.pairs} random pairs the page shows this text whenever the condition {holds} "
        "and never otherwise; the control has the opposite condition."
    )
    return Hit(
        proof=Proof(Oracle.DIFFERENTIAL, repeats=difference.pairs, control_silent=True),
        evidence=(HttpEvidence(difference.shown, difference.other, difference.match, note),),
        url=difference.shown.request.url,
        point=point,
        detail=f"{difference.name}, told apart by {difference.pairs} pairs of conditions.",
    )
