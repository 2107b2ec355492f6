"""What programs tell of themselves when they fail: stack traces and the debug pages of frameworks.

The formats are those of the languages' own printers (Python's traceback module, Throwable.printStackTrace, .NET's
Exception.ToString, V8's stack, PHP's error handler, Ruby's full_message, Go's panic) and of the pages that
frameworks show while their debug switch is on. One line is never enough where prose could hold it: two frames.
"""

from msgspec import Struct

from cyberai.checkkit.text import Match, Pattern, PatternSet, excerpt
from cyberai.domain.http import HttpResponse

_GAP = r"(?:\s|&nbsp;|<br ?/?>|</?(?:li|div|p|span|pre|code)[^>]*>|\\n|\\t|\\r)+"
_QUOTE = r"(?:\"|&quot;|&#34;|\\\")"
_JAVA = r"at [\w$.<>/]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d{1,6}|Native Method|Unknown Source)\)"
_NODE = r"at (?:[\w$.<>\[\] ]+ \()?(?:file://|node:|[A-Z]:\\|/)[^\s()<>]+:\d{1,6}:\d{1,6}\)?"
_DOTNET = r"at [\w.<>`+\[\],]+\([^):\n]*\)(?: in [A-Z]:\\[^\n:<]+:line \d{1,6})?"
_PHP_FILE = r"(?:\\?/|[A-Z]:\\)[^\n<]{1,400}?\(\d{1,6}\): |\[internal function\]: "
_PHP_THROWN = r"\n {1,4}thrown in (?:<b>)?(?:/|[A-Z]:\\)[^\n<]+(?:</b>)? on line (?:<b>)?\d{1,6}"

_TRACES: tuple[tuple[str, str], ...] = (
    (
        "Python",
        rf"Traceback \(most recent call last\):{_GAP}File {_QUOTE}[^\"&\n]+{_QUOTE}, line \d{{1,6}}",
    ),
    ("Java", rf"{_JAVA}{_GAP}{_JAVA}"),
    ("Node", rf"{_NODE}{_GAP}{_NODE}"),
    (".NET", rf"(?:Exception|Error)[^\n]*(?:\n[^\n]*){{0,3}}{_GAP}{_DOTNET}{_GAP}{_DOTNET}"),
    (
        "PHP",
        rf"Stack trace:(?:\s|<br ?/?>|\\n){{1,6}}#0 (?:(?:{_PHP_FILE})[^\n]{{1,400}}?(?:\s|<br ?/?>|\\n){{1,6}}"
        rf"#1 (?:{_PHP_FILE}|\{{main\}})|\{{main\}}{_PHP_THROWN})",
    ),
    (
        "PHP",
        r"<b>(?:Warning|Notice|Fatal error|Parse error|Deprecated|Catchable fatal error)</b>:[^\n]+"
        r" in <b>(?:/|[A-Z]:\\)[^<]+</b> on line <b>\d{1,6}</b>",
    ),
    ("Ruby", r"[\w/.\-]+\.rb:\d{1,6}:in [`'][^'\n]+'[\s\S]{1,200}?\.rb:\d{1,6}:in [`']"),
    ("Go", r"goroutine \d{1,9} \[running\]:\n[\w./()*\-]+\([^\n]*\)\n\t/"),
    ("Perl", r" at (?:/|[A-Z]:\\)[\w/.\\\-]+\.p[lm] line \d{1,6}\."),
)
_PAGES: tuple[tuple[str, str], ...] = (
    (
        "Django",
        r"You're seeing this error because you have <code>DEBUG = True</code>|seeing this error because you have DEBUG = True",
    ),
    (
        "Werkzeug",
        r"EVALEX(?:_TRUSTED)? ?= ?(?:true|false)[\s\S]{0,400}?(?:SECRET|CONSOLE_MODE|__debugger__)|\?__debugger__=yes&amp;cmd=resource",
    ),
    (
        "Laravel",
        r"window\.ignite\(|data-laravel-ignition|Illuminate\\[\w\\]+Exception[\s\S]*?/vendor/laravel/",
    ),
    ("Whoops", r"<title>Whoops! There was an error\.</title>|class=\"Whoops container\""),
    ("Symfony", r"<div class=\"exception-summary|sf-dump-|_profiler/open\?file="),
    ("Rails", r"<h1>Action ?Controller: Exception caught</h1>|id=\"route_table\"|Rails\.root: /"),
    (
        "ASP.NET",
        r"<b>Stack Trace:</b>|<title>Runtime Error</title>[\s\S]*?customErrors mode=|Microsoft\.AspNetCore\.Diagnostics\.DeveloperExceptionPage",
    ),
    ("Tomcat", r"<b>root cause</b>[\s\S]{0,200}?<pre>|<p><b>Root Cause</b></p><pre>"),
    (
        "Spring",
        r"Whitelabel Error Page[\s\S]{0,600}?(?:<div>|\n)\s*[\w.$]+Exception[^\n]*\n\s*at ",
    ),
    ("Express", r"<pre>[\w$]*Error: [^\n]*<br> ?(?:&nbsp;| )[ ]?(?:&nbsp;)? ?at "),
    ("Flask", r"<title>[^<]+ // Werkzeug Debugger</title>"),
)
_TRACE_SET = PatternSet([pattern for _, pattern in _TRACES])
_PAGE_SET = PatternSet([pattern for _, pattern in _PAGES])
_RAW_PHP = 5
_DOTNET_SOURCE = ".NET"
_JAVA_FRAME = Pattern(r"\((?:[\w$]+\.(?:java|kt|scala|groovy):\d{1,6}|Native Method|Unknown Source)\)")
_QUOTED = tuple(
    Pattern(rf"<{tag}[\s>][\s\S]*?</{tag}\s*>", ignore_case=True)
    for tag in ("pre", "code", "blockquote", "textarea", "article", "template")
)


class Trace(Struct, frozen=True):
    """A failure told to the visitor: whose (`Python`, `Django`), whether it is the page of a debug switch, and the
    words that say so."""

    source: str
    debug_page: bool
    text: str


def traces(response: HttpResponse) -> tuple[Trace, ...]:
    """The traces and debug pages in an answer, one per source.

    An answer that is no error may tell about traces, as manuals do: there, what stands in quoting elements does not
    count, while PHP's own bold message, which quotations escape, always does.
    """
    body = response.body[:1_000_000]
    found: dict[str, Trace] = {}
    for index, match in _PAGE_SET.matches(body) if response.status >= 400 else ():
        found.setdefault(_PAGES[index][0], Trace(_PAGES[index][0], True, _words(match)))
    unquoted = body if response.status >= 400 else _unquoted(body)
    for index, match in _TRACE_SET.matches(body):
        shown = match if index == _RAW_PHP or response.status >= 400 else _again(index, unquoted)
        if shown is not None and not _of_java(index, shown):
            found.setdefault(_TRACES[index][0], Trace(_TRACES[index][0], False, _words(shown)))
    return tuple(found.values())


def _of_java(index: int, match: Match) -> bool:
    """True for frames of Java that read like those of .NET: places without a file, and lambdas."""
    return _TRACES[index][0] == _DOTNET_SOURCE and _JAVA_FRAME.search(match.text) is not None


def _again(index: int, body: bytes) -> Match | None:
    return next((match for at, match in _TRACE_SET.matches(body) if at == index), None)


def _unquoted(body: bytes) -> bytes:
    for pattern in _QUOTED:
        parts: list[bytes] = []
        last = 0
        for match in pattern.finditer(body):
            parts.append(body[last : match.start])
            last = match.end
        body = b"".join((*parts, body[last:]))
    return body


def _words(match: Match) -> str:
    return excerpt(match.text, 300).strip()
