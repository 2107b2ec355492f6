"""An emulated Windows command interpreter: `&`, `&&`, `||`, `|`, double quotes, `^`, `%NAME%`."""

import msgspec

from cyberai.lab.backend import arithmetic
from cyberai.lab.backend.arithmetic import is_number
from cyberai.lab.backend.commands import (
    MAX_DELAY,
    MAX_OUTPUT,
    Invocation,
    Outcome,
    known_host,
)
from cyberai.lab.backend.filesystem import FileSystem

MAX_LINE = 4_000
MAX_COMMANDS = 50
MAX_NESTING = 4
_VARIABLES = {
    "OS": "Windows_NT",
    "COMPUTERNAME": "HARBOUR-WEB2",
    "USERNAME": "svc_shop",
    "SYSTEMROOT": "C:\\Windows",
    "WINDIR": "C:\\Windows",
    "COMSPEC": "C:\\Windows\\system32\\cmd.exe",
}


def run(line: str, files: FileSystem, depth: int = 0) -> Outcome:
    """Output, errors, status and emulated delay of `cmd.exe /c line`; never raises."""
    total = Outcome()
    steps = _steps(_with_variables(line.partition("\n")[0][:MAX_LINE]))
    stdin = ""
    for number, (operator, text) in enumerate(steps[:MAX_COMMANDS]):
        if (operator == "&&" and total.status) or (operator == "||" and not total.status):
            continue
        piped = number + 1 < len(steps) and steps[number + 1][0] == "|"
        step = _command(text, stdin if operator == "|" else "", files, depth)
        stdin = step.stdout
        total = Outcome(
            (total.stdout + ("" if piped else step.stdout))[:MAX_OUTPUT],
            (total.stderr + step.stderr)[:MAX_OUTPUT],
            step.status,
            min(total.delay + step.delay, MAX_DELAY),
        )
    return total


def _with_variables(line: str) -> str:
    output, rest = "", line
    while (start := rest.find("%")) >= 0 and (end := rest.find("%", start + 1)) >= 0:
        name = rest[start + 1 : end]
        value = _VARIABLES.get(name.upper())
        if value is None:
            output += rest[:end]
            rest = rest[end:]
        else:
            output += rest[:start] + value
            rest = rest[end + 1 :]
    return output + rest


def _steps(line: str) -> list[tuple[str, str]]:
    """Commands, each with the operator before it. Quotes stay, carets are resolved."""
    steps: list[tuple[str, str]] = []
    operator, text, quoted, at = "&", "", False, 0
    while at < len(line):
        character = line[at]
        if character == "^" and not quoted and at + 1 < len(line):
            text += line[at + 1]
            at += 2
            continue
        if character == '"':
            quoted = not quoted
        if character in "&|" and not quoted:
            steps.append((operator, text.strip()))
            operator = character * (2 if line[at + 1 : at + 2] == character else 1)
            at += len(operator)
            text = ""
            continue
        text += character
        at += 1
    steps.append((operator, text.strip()))
    return [step for step in steps if step[1]]


def _command(text: str, stdin: str, files: FileSystem, depth: int) -> Outcome:
    text, _, target = text.partition(">")
    name, _, rest = text.strip().lstrip("@(").partition(" ")
    folded = name.lower().removesuffix(".exe").removesuffix(")")
    if folded.startswith("echo") and folded[4:5] in (".", ":", ",", "("):
        rest, folded = name[5:] + (" " + rest if rest else ""), "echo"
    call = Invocation(folded, (rest,), stdin, files, "/inetpub/wwwroot")
    if folded == "cmd" and depth < MAX_NESTING:
        option, _, line = rest.strip().partition(" ")
        outcome = run(line.strip('"'), files, depth + 1) if option.lower() in ("/c", "/k") else Outcome()
    else:
        outcome = _program(call)
    return msgspec.structs.replace(outcome, stdout="") if target else outcome


def _program(call: Invocation) -> Outcome:
    rest = call.arguments[0].strip()
    fixed = {
        "ver": "\r\nMicrosoft Windows [Version 10.0.17763.5458]\r\n",
        "whoami": "harbour-web2\\svc_shop\r\n",
        "hostname": "HARBOUR-WEB2\r\n",
        "cd": "C:\\inetpub\\wwwroot\r\n",
        "dir": " Volume in drive C has no label.\r\n\r\n Directory of C:\\inetpub\\wwwroot\r\n\r\n"
        "02/11/2024  09:14 AM               214 web.config\r\n",
        "rem": "",
    }
    if call.name in fixed:
        return Outcome(fixed[call.name])
    if call.name == "echo":
        return Outcome(call.arguments[0].rstrip() + "\r\n" if rest else "ECHO is on.\r\n")
    if call.name == "set":
        return _set(rest)
    if call.name in ("type", "more"):
        content = call.files.read(rest.strip('"'), call.directory)
        if content is None:
            return Outcome(stderr="The system cannot find the file specified.\r\n", status=1)
        return Outcome(content.decode("utf-8", "replace"))
    if call.name in ("ping", "nslookup", "timeout"):
        return _timed(call.name, rest.replace('"', "").split())
    return Outcome(
        stderr=f"'{call.name[:200]}' is not recognized as an internal or external command,\r\n"
        "operable program or batch file.\r\n",
        status=1,
    )


def _set(rest: str) -> Outcome:
    if not rest.lower().startswith("/a"):
        return Outcome("".join(f"{name}={value}\r\n" for name, value in sorted(_VARIABLES.items())))
    source = rest[2:].strip().strip('"')
    name, assigned, expression = source.partition("=")
    try:
        # `set /a` shows the value without a line end, as the interpreter does on a command line.
        return Outcome(
            str(arithmetic.evaluate(expression if assigned and name.isidentifier() else source, {}))
        )
    except arithmetic.ArithmeticSyntaxError:
        return Outcome(stderr="Missing operator.\r\n", status=1)


def _timed(name: str, words: list[str]) -> Outcome:
    numbers = [int(word[:4]) for word in words if is_number(word)]
    if name == "timeout":
        return Outcome(delay=min(float(numbers[0]) if numbers else 0.0, MAX_DELAY))
    host = words[-1] if words else ""
    if not known_host(host):
        return Outcome(
            f"Ping request could not find host {host}. Please check the name and try again.\r\n", status=1
        )
    if name == "nslookup":
        return Outcome(
            f"Server:  UnKnown\r\nAddress:  127.0.0.53\r\n\r\nName:    {host}\r\nAddress:  192.0.2.17\r\n"
        )
    count = numbers[0] if "-n" in words and numbers else 1
    reply = f"Reply from {host}: bytes=32 time<1ms TTL=128\r\n"
    return Outcome(
        f"\r\nPinging {host} with 32 bytes of data:\r\n{reply * min(count, 4)}",
        delay=min(count - 1.0, MAX_DELAY),
    )
