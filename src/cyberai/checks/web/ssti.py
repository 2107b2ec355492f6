"""A value from the request is compiled as part of a server-side template, so that expressions in it are
evaluated by the template engine.

## Impact
Expressions reach the engine's objects, and through them in most engines the server's files, its configuration
with its secrets, and the running of commands.

## Remediation
Never build a template from values: give them to a fixed template as variables. Where users must write
templates, use an engine without logic, or one in a sandbox on a host of its own.

## How it is proven
The product of two random numbers, written in the engine's own delimiters between random words, must appear
computed, twice with fresh numbers. The same product with the delimiters broken must not, so a page that
computes arithmetic wherever it sees some is no hit. Which engine it is follows from a string that engines
multiply differently. Where the result is not shown, at least ten pairs of a division that works and one by
zero, in these delimiters, must be told apart by the page, and must not be with the delimiters broken.
"""

from collections.abc import AsyncIterator, Callable

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
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
from cyberai.checkkit.differential import Difference, Differential, Hypothesis
from cyberai.checkkit.payloads import Product
from cyberai.checkkit.text import Pattern


class _Syntax(Struct, frozen=True):
    """A way to write an expression. `@l` and `@r` stand for two factors, `@b` and `@a` for the words before and after
    the result (around the pattern unless they are named), `@w` for a word. `broken` has the same look, but no engine
    evaluates it; `repeat` asks for a word three times, `division` divides by the difference of the factors."""

    name: str
    pattern: str
    broken: str
    engines: str
    repeat: str = ""
    division: str = ""


_CURLY = _Syntax(
    "{{ }}", "{{@l*@r}}", "{ {@l*@r} }", "Jinja2, Twig, Nunjucks or alike", "{{'@w'*3}}", "{{1/(@l-@r)}}"
)
_DOLLAR = _Syntax(
    "${ }", "${@l*@r}", "$ {@l*@r}", "FreeMarker, Mako, Thymeleaf or alike", "${'@w'*3}", "${1/(@l-@r)}"
)
_HASH = _Syntax(
    "#{ }", "#{@l*@r}", "# {@l*@r}", "Ruby, Pug or an expression language", "#{'@w'*3}", "#{1/(@l-@r)}"
)
_ERB = _Syntax(
    "<%= %>", "<%= @l*@r %>", "< %= @l*@r % >", "ERB, EJS or alike", "<%= '@w'*3 %>", "<%= 1/(@l-@r) %>"
)

# Syntaxes in one group do not disturb each other's engines, so one request asks for all of them.
_GROUPS: tuple[tuple[_Syntax, ...], ...] = (
    (_CURLY, _DOLLAR, _HASH, _Syntax("%{ }", "%{@l*@r}", "% {@l*@r}", "OGNL")),
    (
        _ERB,
        _Syntax("{ }", "{@l*@r}", "{ @l*@r ", "Smarty or Latte"),
        _Syntax("@( )", "@(@l*@r)", "@ (@l*@r )", "Razor"),
    ),
    (
        _Syntax("#set", "#set($q=@l*@r)${q}", "# set($q=@l*@r)", "Velocity"),
        _Syntax("*{ }", "*{@l*@r}", "* {@l*@r}", "Thymeleaf"),
        _Syntax("[[${ }]]", "[[${@l*@r}]]", "[ [$ {@l*@r}] ]", "Thymeleaf"),
    ),
    (
        _Syntax("{{ | times }}", "{{@l|times:@r}}", "{ {@l|times:@r} }", "Liquid"),
        _Syntax("{{= }}", "{{=@l*@r}}", "{ {=@l*@r} }", "doT or alike"),
    ),
    (
        _Syntax(
            "{${ }}",
            "{${print('@b'.(@l*@r).'@a')}}",
            "{ $ {print('@b'.(@l*@r).'@a')} }",
            "PHP, in a double-quoted string that is evaluated",
        ),
    ),
)
_DIVIDING = (_CURLY, _DOLLAR, _HASH)
_WORDS = "1 l r - *"
# A value that stands inside an expression: it completes that one and opens another.
_INSIDE = (
    _Syntax("inside {{ }}", "}}@b{{@l*@r}}", "} }@b{ {@l*@r} }", "Jinja2, Twig, Tornado or alike"),
    _Syntax("inside ${ }", "}@b${@l*@r}", "} @b$ {@l*@r}", "FreeMarker, Mako or alike"),
)

_ENGINES = {
    "{{ }}": ("Jinja2 or Tornado (Python)", "Twig (PHP) or Nunjucks (JavaScript)"),
    "${ }": ("Mako (Python)", "FreeMarker or a Java expression language"),
    "#{ }": ("Ruby (Slim, Haml or ERB)", "Pug (JavaScript) or a Java expression language"),
    "<%= %>": ("ERB (Ruby)", "EJS (JavaScript)"),
}
"""By syntax: the engine that repeats a word multiplied by three, and the one that makes a number of it."""

_COMPLAINT = Pattern(
    r"(template|parse|parser|syntax|render(ing)?|expression) ?(error|exception)", ignore_case=True
)


@check(
    id="web.ssti",
    title="Server-side template injection",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1336",),
    owasp=("A03:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=80,
    references=(
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/18-Testing_for_Server-side_Template_Injection",
    ),
    tags=("injection", "template", "rce"),
)
async def ssti(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """A group of syntaxes at a time; one by one where a group made the page fail."""
    baseline = await probe.baseline(point)
    answers: list[Exchange] = []
    for syntax in await _computed(point, probe, baseline, answers):
        ask, control = _ask(point.value, syntax.pattern), _ask(point.value, syntax.broken)
        proof = await confirm(lambda value: probe.inject(point, value), probe, ask, control)
        if proof is not None:
            engine = await _engine(point, probe, syntax)
            yield _hit(point, syntax, engine, proof)
            return
    if answers:
        hit = await _by_division(point, probe, baseline, answers[0])
        if hit is not None:
            yield hit


async def _by_division(
    point: InsertionPoint, probe: Probe, baseline: Exchange, computed: Exchange
) -> Hit | None:
    """Does the page show whether an expression failed? `computed` answered expressions that all work."""
    engine = Differential(lambda value: probe.inject(point, value), point.value, (_WORDS,), allowance=48)
    value = point.value + "".join(_division(probe, "", syntax.division)(False, 0) for syntax in _DIVIDING)
    failed = await probe.inject(point, value)
    engine.calibrate(baseline, await probe.inject(point, point.value))
    unknown = engine.sample(failed, value)
    if (
        not engine.usable
        or engine.inert(failed, value)
        or engine.alike(engine.sample(computed, value), unknown)
    ):
        return None
    for syntax in _DIVIDING:
        asked = _division(probe, point.value, syntax.division)
        opening, apart = syntax.pattern[:2], " ".join(syntax.pattern[:2])
        broken = _division(probe, point.value, syntax.division.replace(opening, apart))
        difference = await engine.test(Hypothesis(syntax.name, asked, broken), unknown)
        if difference is not None:
            return _division_hit(point, syntax, difference)
    return None


def _division(probe: Probe, value: str, pattern: str) -> Callable[[bool, int], str]:
    def build(holds: bool, _round: int) -> str:
        number = probe.number(10_000, 99_998)
        return value + pattern.replace("@l", str(number + holds)).replace("@r", str(number))

    return build


async def _computed(
    point: InsertionPoint, probe: Probe, baseline: Exchange, hidden: list[Exchange]
) -> list[_Syntax]:
    """The syntaxes whose products were shown. When the values themselves are not, the answer goes to `hidden`."""
    for index, group in enumerate(_GROUPS):
        questions = [question(probe, _ask("", syntax.pattern)) for syntax in group]
        answer = await probe.inject(point, point.value + " ".join(q.payload for q in questions))
        found = [s for s, q in zip(group, questions, strict=True) if q.answered(answer.response.body)]
        if found:
            return found
        if _failed(answer, baseline):
            # One syntax may have broken the template for the others.
            hidden.append(answer)
            for syntax in group:
                if await _asked(point, probe, syntax):
                    return [syntax]
        elif index == 0 and not any(q.before.encode() in answer.response.body for q in questions):
            # What is not shown cannot show a result: the other groups would be in vain.
            hidden.append(answer)
            break
    for syntax in _INSIDE if _names_something(point.value) else ():
        if await _asked(point, probe, syntax):
            return [syntax]
    return []


async def _asked(point: InsertionPoint, probe: Probe, syntax: _Syntax) -> bool:
    asked = question(probe, _ask(point.value, syntax.pattern))
    answer = await probe.inject(point, asked.payload)
    return asked.answered(answer.response.body) is not None


def _failed(answer: Exchange, baseline: Exchange) -> bool:
    if answer.response.status >= 500:
        return answer.response.status != baseline.response.status
    return _COMPLAINT.search(answer.response.body) is not None and not _COMPLAINT.search(
        baseline.response.body
    )


def _names_something(value: str) -> bool:
    return bool(value) and value[0].isalpha() and value.replace(".", "").replace("_", "").isalnum()


def _ask(value: str, pattern: str) -> Ask:
    def payload(factors: Product, before: str, after: str) -> str:
        text = pattern if "@b" in pattern else "@b" + pattern
        text = text.replace("@l", str(factors.left)).replace("@r", str(factors.right)).replace("@b", before)
        return value + (text.replace("@a", after) if "@a" in text else text + after)

    return payload


async def _engine(point: InsertionPoint, probe: Probe, syntax: _Syntax) -> str:
    if syntax.name not in _ENGINES:
        return syntax.engines
    word = probe.token(6)
    answer = await probe.inject(point, point.value + syntax.repeat.replace("@w", word))
    multiplies, converts = _ENGINES[syntax.name]
    return multiplies if (word * 3).encode() in answer.response.body else converts


def _division_hit(point: InsertionPoint, syntax: _Syntax, difference: Difference) -> Hit:
    works = "works" if difference.shown_holds else "is one by zero"
    note = f"In {difference.pairs} random pairs the page shows this text whenever the division {works}, never otherwise."
    return Hit(
        proof=Proof(Oracle.DIFFERENTIAL, repeats=difference.pairs, control_silent=True),
        evidence=(HttpEvidence(difference.shown, difference.other, difference.match, note),),
        url=difference.shown.request.url,
        point=point,
        detail=f"Delimiters {syntax.name}; engine: {syntax.engines}; the result itself is not shown.",
    )


def _hit(point: InsertionPoint, syntax: _Syntax, engine: str, proof: Computation) -> Hit:
    note = "The template engine computed the product of two random numbers; with broken delimiters it is not computed."
    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=(HttpEvidence(proof.shown, proof.control, proof.match, note),),
        url=proof.shown.request.url,
        point=point,
        detail=f"Delimiters {syntax.name}; engine: {engine}.",
    )
