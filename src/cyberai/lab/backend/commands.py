"""The programs that the emulated shells know. Each is a pure function of its arguments, input and files."""

import base64
from collections.abc import Callable

import msgspec

from cyberai.lab.backend import arithmetic
from cyberai.lab.backend.arithmetic import is_number
from cyberai.lab.backend.filesystem import FileSystem

MAX_OUTPUT = 50_000
MAX_DELAY = 10.0


class Invocation(msgspec.Struct, frozen=True):
    """One call of a program."""

    name: str
    arguments: tuple[str, ...]
    stdin: str
    files: FileSystem
    directory: str


class Outcome(msgspec.Struct, frozen=True):
    """What a program did; `delay` is emulated seconds."""

    stdout: str = ""
    stderr: str = ""
    status: int = 0
    delay: float = 0.0


Program = Callable[[Invocation], Outcome]


def unescaped(text: str) -> str:
    """Backslash escapes of echo and printf; unknown ones stay."""
    output = ""
    at = 0
    while at < len(text):
        if text[at] != "\\" or at + 1 == len(text):
            output += text[at]
            at += 1
            continue
        character, at = _escape(text, at + 1)
        output += character
    return output


_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "\\": "\\",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
}


def _escape(text: str, at: int) -> tuple[str, int]:
    if text[at] in _ESCAPES:
        return _ESCAPES[text[at]], at + 1
    digits, base, start = "01234567", 8, at
    if text[at] == "x":
        digits, base, start = "0123456789abcdefABCDEF", 16, at + 1
    end = start
    while end < len(text) and end - start < (2 if base == 16 else 4) and text[end] in digits:
        end += 1
    if end == start:
        return "\\" + text[at], at + 1
    return chr(int(text[start:end], base) % 256), end


def _echo(call: Invocation) -> Outcome:
    words = list(call.arguments)
    newline = "\n"
    while words and words[0] in ("-n", "-e", "-ne", "-en"):
        newline = "" if "n" in words[0] else newline
        words.pop(0)
    return Outcome(unescaped(" ".join(words)) + newline)


def _printf(call: Invocation) -> Outcome:
    if not call.arguments:
        return Outcome(stderr="printf: usage: printf format [arguments]\n", status=2)
    pattern, values = unescaped(call.arguments[0]), list(call.arguments[1:])
    output, at = "", 0
    while at < len(pattern):
        pair = pattern[at : at + 2]
        if pair == "%%":
            output += "%"
        elif pair in ("%s", "%d", "%i", "%b", "%x", "%o", "%c"):
            output += _printed(pair[1], values.pop(0) if values else "")
        else:
            output += pattern[at]
            at -= 1
        at += 2
    return Outcome(output)


def _printed(kind: str, value: str) -> str:
    if kind in "dixo":
        try:
            number = arithmetic.evaluate(value, {})
        except arithmetic.ArithmeticSyntaxError:
            number = 0
        return format(number, kind.replace("i", "d"))
    return value[:1] if kind == "c" else value


def _expr(call: Invocation) -> Outcome:
    words = call.arguments
    if len(words) == 2 and words[0] == "length":
        return Outcome(f"{len(words[1])}\n")
    if len(words) == 4 and words[0] == "substr" and is_number(words[2]) and is_number(words[3]):
        start = max(int(words[2][:6]) - 1, 0)
        return Outcome(words[1][start : start + int(words[3][:6])] + "\n")
    if len(words) == 1:
        return Outcome(f"{words[0]}\n")
    try:
        if not words or any(word not in "+-*/%()<>=" and not is_number(word.lstrip("-")) for word in words):
            return Outcome(stderr="expr: non-integer argument\n", status=2)
        source = " ".join("==" if word == "=" else word for word in words)
        value = arithmetic.evaluate(source, {})
    except arithmetic.ArithmeticSyntaxError:
        return Outcome(stderr="expr: syntax error\n", status=2)
    return Outcome(f"{value}\n", status=int(value == 0))


def _cat(call: Invocation) -> Outcome:
    names = [argument for argument in call.arguments if not argument.startswith("-")]
    output, errors = ("" if names else call.stdin), ""
    for name in names:
        content = call.files.read(name, call.directory)
        if content is not None:
            output += content.decode("utf-8", "replace")
        elif call.files.is_directory(name, call.directory):
            errors += f"{call.name}: {name}: Is a directory\n"
        else:
            errors += f"{call.name}: {name}: No such file or directory\n"
    return Outcome(output, errors, int(bool(errors)))


def _lines(call: Invocation) -> Outcome:
    """head and tail."""
    count, names = 10, []
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        if word == "-n" and words:
            word = "-" + words.pop(0)
        if word.startswith("-") and is_number(word.lstrip("-n")):
            count = int(word.lstrip("-n")[:6])
        elif not word.startswith("-"):
            names.append(word)
    read = _cat(msgspec.structs.replace(call, arguments=tuple(names)))
    lines = read.stdout.splitlines(keepends=True)
    chosen = lines[:count] if call.name == "head" else lines[max(len(lines) - count, 0) :]
    return Outcome("".join(chosen), read.stderr, read.status)


def _wc(call: Invocation) -> Outcome:
    read = _cat(call)
    text = read.stdout
    counts = {"-l": text.count("\n"), "-w": len(text.split()), "-c": len(text.encode())}
    chosen = [counts[flag] for flag in call.arguments if flag in counts] or list(counts.values())
    return Outcome(" ".join(map(str, chosen)) + "\n", read.stderr, read.status)


def _ls(call: Invocation) -> Outcome:
    names = [argument for argument in call.arguments if not argument.startswith("-")] or ["."]
    output, errors = "", ""
    for name in names:
        if call.files.read(name, call.directory) is not None:
            output += f"{name}\n"
        elif call.files.is_directory(name, call.directory):
            output += "".join(f"{child}\n" for child in call.files.children(name, call.directory))
        else:
            errors += f"ls: cannot access '{name}': No such file or directory\n"
    return Outcome(output, errors, 2 if errors else 0)


def _rev(call: Invocation) -> Outcome:
    read = _cat(call)
    return Outcome("".join(line[::-1] + "\n" for line in read.stdout.splitlines()), read.stderr, read.status)


def _base64(call: Invocation) -> Outcome:
    decode = any(flag in ("-d", "--decode") for flag in call.arguments)
    read = _cat(msgspec.structs.replace(call, arguments=tuple(a for a in call.arguments if a[:1] != "-")))
    if not decode:
        return Outcome(base64.b64encode(read.stdout.encode()).decode() + "\n", read.stderr, read.status)
    try:
        return Outcome(base64.b64decode(read.stdout.strip(), validate=True).decode("utf-8", "replace"))
    except ValueError:
        return Outcome(stderr="base64: invalid input\n", status=1)


def _bc(call: Invocation) -> Outcome:
    output = ""
    for line in call.stdin.splitlines()[:20]:
        try:
            output += f"{arithmetic.evaluate(line, {})}\n"
        except arithmetic.ArithmeticSyntaxError:
            return Outcome(output, "(standard_in) 1: syntax error\n")
    return Outcome(output)


def _seq(call: Invocation) -> Outcome:
    numbers = [int(word[:6]) for word in call.arguments if is_number(word)]
    if not numbers or len(numbers) > 2:
        return Outcome(stderr="seq: missing operand\n", status=1)
    first, last = (1, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    return Outcome("".join(f"{number}\n" for number in range(first, min(last, first + 1_000) + 1)))


def _sleep(call: Invocation) -> Outcome:
    total = 0.0
    for word in call.arguments:
        unit = {"s": 1, "m": 60, "h": 3600}.get(word[-1:], 0)
        digits = word[:-1] if unit else word
        if not is_number(digits.replace(".", "", 1)):
            return Outcome(stderr=f"sleep: invalid time interval '{word}'\n", status=1)
        total += float(digits[:12]) * (unit or 1)
    return Outcome(delay=min(total, MAX_DELAY))


def known_host(name: str) -> bool:
    """Whether the emulated resolver knows the name: the shop's own hosts and addresses."""
    labels = name.rstrip(".").split(".")
    address = len(labels) == 4 and all(
        is_number(label) and len(label) < 4 and int(label) < 256 for label in labels
    )
    return (
        address
        or name.lower() in ("localhost", "harbour-shop")
        or name.lower().endswith("harbour-supply.example")
    )


def _ping(call: Invocation) -> Outcome:
    words, count, hosts = list(call.arguments), 1, []
    while words:
        word = words.pop(0)
        if word in ("-c", "-n", "-w", "-W", "-i", "-t"):
            value = words.pop(0) if words else ""
            count = int(value[:3]) if word in ("-c", "-n", "-w") and is_number(value) else count
        elif not word.startswith("-"):
            hosts.append(word)
    if not hosts:
        return Outcome(stderr="ping: usage error: Destination address required\n", status=2)
    host = hosts[-1]
    if not known_host(host):
        return Outcome(stderr=f"ping: {host}: Name or service not known\n", status=2)
    reply = f"64 bytes from {host}: icmp_seq=1 ttl=64 time=0.041 ms\n"
    tail = (
        f"\n--- {host} ping statistics ---\n{count} packets transmitted, {count} received, 0% packet loss\n"
    )
    return Outcome(
        f"PING {host} 56(84) bytes of data.\n{reply}{tail}", delay=min(max(count - 1, 0), MAX_DELAY)
    )


def _nslookup(call: Invocation) -> Outcome:
    names = [argument for argument in call.arguments if not argument.startswith("-")]
    head = "Server:\t\t127.0.0.53\nAddress:\t127.0.0.53#53\n\n"
    if not names:
        return Outcome(stderr="nslookup: no name given\n", status=1)
    if known_host(names[0]):
        return Outcome(f"{head}Name:\t{names[0]}\nAddress: 192.0.2.17\n")
    return Outcome(f"{head}** server can't find {names[0]}: NXDOMAIN\n", status=1)


def _network(call: Invocation) -> Outcome:
    """curl, wget and their kin: there is no network."""
    target = call.arguments[-1] if call.arguments else ""
    return Outcome(stderr=f"{call.name}: (6) Could not resolve host: {target}\n", status=6)


def _refused(call: Invocation) -> Outcome:
    return Outcome(stderr=f"{call.name}: Read-only file system\n", status=1)


def _fixed(text: str) -> Program:
    return lambda _call: Outcome(text)


def _uname(call: Invocation) -> Outcome:
    if "-a" in call.arguments:
        return Outcome(
            "Linux harbour-shop 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 x86_64 GNU/Linux\n"
        )
    return Outcome("6.1.0-18-amd64\n" if "-r" in call.arguments else "Linux\n")


def _test(call: Invocation) -> Outcome:
    words = [word for word in call.arguments if word != "]"]
    compare: dict[str, Callable[[int, int], bool]] = {
        "-eq": lambda a, b: a == b,
        "-ne": lambda a, b: a != b,
        "-gt": lambda a, b: a > b,
        "-lt": lambda a, b: a < b,
    }
    if len(words) == 3 and words[1] in ("=", "!="):
        return Outcome(status=int((words[0] == words[2]) is (words[1] == "!=")))
    if len(words) == 3 and words[1] in compare and is_number(words[0]) and is_number(words[2]):
        return Outcome(status=int(not compare[words[1]](int(words[0][:18]), int(words[2][:18]))))
    if len(words) == 2 and words[0] in ("-e", "-f", "-r"):
        return Outcome(status=int(call.files.read(words[1], call.directory) is None))
    return Outcome(status=int(not any(words)))


PROGRAMS: dict[str, Program] = {
    "echo": _echo,
    "printf": _printf,
    "expr": _expr,
    "cat": _cat,
    "head": _lines,
    "tail": _lines,
    "wc": _wc,
    "ls": _ls,
    "rev": _rev,
    "base64": _base64,
    "bc": _bc,
    "seq": _seq,
    "sleep": _sleep,
    "ping": _ping,
    "nslookup": _nslookup,
    "host": _nslookup,
    "uname": _uname,
    "test": _test,
    "[": _test,
    "id": _fixed("uid=33(www-data) gid=33(www-data) groups=33(www-data)\n"),
    "whoami": _fixed("www-data\n"),
    "hostname": _fixed("harbour-shop\n"),
    "env": _fixed("PATH=/usr/local/bin:/usr/bin:/bin\nHOME=/var/www\nLANG=C.UTF-8\n"),
    "printenv": _fixed("PATH=/usr/local/bin:/usr/bin:/bin\nHOME=/var/www\nLANG=C.UTF-8\n"),
    "true": _fixed(""),
    ":": _fixed(""),
    "false": lambda _call: Outcome(status=1),
    **dict.fromkeys(("curl", "wget", "nc", "telnet"), _network),
    **dict.fromkeys(("rm", "touch", "mkdir", "mv", "cp", "chmod", "tee"), _refused),
}
