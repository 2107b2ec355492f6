"""OS command injection: the shop's tools paste a value into a command line of the emulated shell."""

from collections.abc import Callable
from functools import partial

import msgspec

from cyberai.lab.backend import windows_shell
from cyberai.lab.backend.commands import PROGRAMS, Invocation, Outcome, known_host
from cyberai.lab.http import LabResponse
from cyberai.lab.markup import text
from cyberai.lab.page import Page
from cyberai.lab.single_input import (
    Render,
    Visit,
    cookie,
    header,
    input_page,
    input_trap,
    json_field,
    name_beside,
    posted,
    query,
)

CHECK = "web.command-injection"
_command = partial(input_page, CHECK, section="Workshop tools")
_trap = partial(input_trap, section="Workshop tools")
_HOST = "127.0.0.1"


def _shown(outcome: Outcome, visit: Visit) -> LabResponse:
    return visit.page(f"<pre>{text(outcome.stdout + outcome.stderr)}</pre>", delay=outcome.delay)


def _status_only(outcome: Outcome, visit: Visit) -> LabResponse:
    word = "is done" if outcome.status == 0 else "did not work"
    return visit.page(f"<p>The job {word}.</p>", delay=outcome.delay)


def _nothing_shown(outcome: Outcome, visit: Visit) -> LabResponse:
    return visit.page("<p>The job is in the queue.</p>", delay=outcome.delay)


def _posix(
    before: str, after: str, show: Callable[[Outcome, Visit], LabResponse] = _shown, strip: str = ""
) -> Render:
    """A line `before + value + after` in the POSIX shell; `strip` characters are removed first."""

    def render(value: str, visit: Visit) -> LabResponse:
        kept = "".join(character for character in value if character not in strip)
        return show(visit.state.shell().run(before + kept + after), visit)

    return render


def _program(name: str, *arguments: str, show: Callable[[Outcome, Visit], LabResponse] = _shown) -> Render:
    """The repaired twin: the program is started with a list of arguments, without any shell."""

    def render(value: str, visit: Visit) -> LabResponse:
        if value.startswith("-"):
            return show(Outcome(stderr=f"{name}: '{value}' is no valid name\n", status=2), visit)
        call = Invocation(name, (*arguments, value), "", visit.state.files, "/srv/shop")
        return show(msgspec.structs.replace(PROGRAMS[name](call), delay=0.0), visit)

    return render


def _windows(value: str, visit: Visit) -> LabResponse:
    return _shown(windows_shell.run(f"ping -n 1 {value}", visit.state.windows_files), visit)


def _windows_quoted(value: str, visit: Visit) -> LabResponse:
    return _shown(windows_shell.run(f'echo "order {value} is packed"', visit.state.windows_files), visit)


def _read_by_a_strict_framework(render: Render) -> Render:
    """A framework that drops a cookie whose value has blanks or quotes that do not belong there."""

    def answer(value: str, visit: Visit) -> LabResponse | str:
        return render("till1" if set(value) & set(' "') else value, visit)

    return answer


def _no_blanks(value: str, visit: Visit) -> LabResponse | str:
    if set(value) & set(" \t\n"):
        return visit.page("<p>One word, please.</p>", status=400)
    return _posix("echo searching for ", "")(value, visit)


def _host_only(value: str, visit: Visit) -> LabResponse | str:
    """Trap: whatever is no host name is refused, and said back."""
    if not known_host(value):
        return visit.page(f"<p>{text(value)} is no host name.</p>", status=400)
    return _program("ping", "-c", "1")(value, visit)


def _label(value: str, visit: Visit) -> str:
    """Trap: shell signs are shown, never run."""
    return (
        f"<pre>printing label: {text(value)} | copies 1 | queue $(default)</pre>{text(visit.state.offer())}"
    )


def _sum(value: str, visit: Visit) -> LabResponse | str:
    """Trap: a till that multiplies two numbers, which is its honest purpose."""
    left, sign, right = value.partition("*")
    if not sign or not (left + right).isascii() or not left.isdigit() or not right.isdigit():
        return visit.page("<p>Type two numbers such as 3*38.</p>", status=400)
    return f"<p>Total: {int(left[:9]) * int(right[:9])}</p>"


PAGES: tuple[Page, ...] = (
    _command("/tools/ping", "Is the till online?", query("host", _HOST), demo=True,
             vulnerable=_posix("ping -c 1 ", ""), fixed=_program("ping", "-c", "1"),
             variant="unquoted, output shown", summary="The host is pasted into a command line."),
    _command("/tools/lookup", "Look up a name", posted("domain", "www.harbour-supply.example"),
             vulnerable=_posix('nslookup "', '"'), fixed=_program("nslookup"),
             variant="double-quoted, POST, output shown",
             summary="The name is pasted between double quotes of a command line."),
    _command("/tools/label", "Preview a label", query("label", "rope 12 mm"),
             vulnerable=_posix("printf '%s\\n' 'Label: ", "'"), fixed=_program("echo", "Label:"),
             variant="single-quoted, output shown",
             summary="The label is pasted between single quotes of a command line."),
    _command("/tools/check", "Check a line", query("line", _HOST),
             vulnerable=_posix("ping -c 1 ", " > /dev/null 2>&1", _status_only),
             fixed=_program("ping", "-c", "1", show=_status_only),
             variant="unquoted, only success or failure shown",
             summary="The host is pasted into a command line whose output is thrown away."),
    _command("/tools/trace", "Ask the warehouse", query("server", _HOST),
             vulnerable=_windows, fixed=_program("ping", "-n", "1"),
             variant="Windows, unquoted, output shown",
             summary="The server is pasted into a command line of the Windows shell."),
    _command("/tools/order", "Is my order packed?", query("order", "2020-007"),
             vulnerable=_windows_quoted, fixed=_program("echo", "order packed:"),
             variant="Windows, double-quoted, output shown",
             summary="The number is pasted between double quotes of a Windows command line."),
    _command("/tools/reach", "Reach a branch", query("branch", _HOST),
             vulnerable=_posix("ping -c 1 ", "", strip=";&|"), fixed=_program("ping", "-c", "1"),
             variant="unquoted, some separators removed",
             summary="Semicolon, ampersand and pipe are removed; line ends and substitution are not."),
    _command("/tools/thumbnail", "Thumbnail size", query("width", "120"),
             vulnerable=_posix("echo resizing photo.png to ", "px wide"), fixed=_program("echo", "resizing photo.png to"),
             variant="unquoted, in the middle of a line",
             summary="The width is pasted into the middle of a command line."),
    _command("/api/print", "Print a slip", json_field("printer", "till1"),
             vulnerable=_posix("echo printing to ", " ok"), fixed=_program("echo", "printing to"),
             variant="unquoted, JSON body", summary="A JSON field is pasted into a command line."),
    _command("/tools/queue", "Print queue", cookie("queue", "till1"),
             vulnerable=_posix("echo queue ", " is empty"), fixed=_program("echo", "queue"),
             variant="unquoted, cookie", summary="A cookie is pasted into a command line."),
    _command("/tools/backup", "Back up a till", query("till", "till1"),
             vulnerable=_posix("echo saving '", "' > /dev/null", _nothing_shown),
             fixed=_program("echo", "saving", show=_nothing_shown),
             variant="single-quoted, nothing shown",
             summary="The till's name is pasted between single quotes; the page never changes."),
    _command("/api/archive", "Archive a day", json_field("day", "2020-02-03"),
             vulnerable=_posix("echo archive ", "", _nothing_shown, strip=";"),
             fixed=_program("echo", "archive", show=_nothing_shown),
             variant="unquoted, JSON body, nothing shown, semicolon removed",
             summary="A JSON field is pasted into a command line; the answer never changes."),
    _command("/tools/drawer", "Open a drawer", cookie("drawer", "till1"),
             vulnerable=_read_by_a_strict_framework(_posix("echo opening ", "", _nothing_shown)),
             fixed=_program("echo", "opening", show=_nothing_shown),
             variant="unquoted, cookie without blanks or double quotes, nothing shown",
             summary="A cookie that may hold neither blanks nor double quotes is pasted into a command line."),
    _command("/tools/visit", "Count a visit", header("Referer"),
             vulnerable=_posix("echo '", "' > /dev/null", _nothing_shown),
             fixed=_program("echo", show=_nothing_shown),
             variant="single-quoted, header, nothing shown",
             summary="A header is pasted between single quotes of a command line; the page never changes."),
    _command("/tools/find", "Find a tool", query("tool", "chisel"),
             vulnerable=_no_blanks, fixed=_program("echo", "searching for"),
             variant="unquoted, blanks refused", summary="Blanks are refused, and what the shell makes into one is not."),
    _command("/tools/mark", "Mark a till", name_beside("mark", "till1"),
             vulnerable=_posix("echo ", " > /dev/null", _nothing_shown),
             fixed=_program("echo", show=_nothing_shown),
             variant="unquoted, parameter name, nothing shown",
             summary="The name of the parameter that has a certain value is pasted into a command line."),
    _trap("/tools/host", "Host name", query("name", _HOST), _host_only),
    _trap("/tools/print-label", "Print a label", query("words", "rope 12 mm"), _label),
    _trap("/tools/total", "Till", query("sum", "3*38"), _sum),
)  # fmt: skip
