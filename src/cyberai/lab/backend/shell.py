"""An emulated POSIX shell: it tokenises, expands and runs a command line over an emulated file system.

Nothing is started. Time is emulated too: `sleep` only adds to the outcome's delay.
"""

import msgspec

from cyberai.lab.backend import arithmetic
from cyberai.lab.backend.arithmetic import is_number
from cyberai.lab.backend.commands import (
    MAX_DELAY,
    MAX_OUTPUT,
    PROGRAMS,
    Invocation,
    Outcome,
)
from cyberai.lab.backend.filesystem import FileSystem
from cyberai.lab.backend.shell_syntax import (
    MAX_NESTING,
    Command,
    Parser,
    Part,
    Pipeline,
    Redirection,
    Script,
    ShellSyntaxError,
    Word,
)

MAX_COMMANDS = 100
MAX_WORDS = 200
_VARIABLES = {
    "IFS": " \t\n",
    "HOME": "/var/www",
    "USER": "www-data",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PWD": "/srv/shop",
    "LANG": "C.UTF-8",
    "0": "sh",
    "#": "0",
    "?": "0",
    "$": "4711",
}


class Shell:
    """One run of `sh -c`; make a new one per request."""

    def __init__(self, files: FileSystem, directory: str = "/srv/shop") -> None:
        self._files = files
        self._directory = directory
        self._variables = dict(_VARIABLES)
        self._commands = 0
        self._depth = 0
        self._errors = ""
        self._waited = 0.0
        """Seconds that substitutions took: a command starts when its words are known."""

    def run(self, line: str) -> Outcome:
        """Output, errors, status and emulated delay of a command line; never raises."""
        try:
            outcome = self._script(Parser(line.replace("\0", "")).parse(), "")
        except ShellSyntaxError as error:
            return Outcome(stderr=f"sh: 1: Syntax error: {error}\n", status=2)
        stderr = (outcome.stderr + self._errors)[:MAX_OUTPUT]
        delay = min(outcome.delay + self._waited, MAX_DELAY)
        return Outcome(outcome.stdout[:MAX_OUTPUT], stderr, outcome.status, delay)

    def _script(self, script: Script, stdin: str) -> Outcome:
        total = Outcome()
        for operator, pipeline in script.steps:
            if (operator == "&&" and total.status) or (operator == "||" and not total.status):
                continue
            step = self._pipeline(pipeline, stdin)
            total = _added(total, step)
            self._variables["?"] = str(step.status)
        return total

    def _pipeline(self, pipeline: Pipeline, stdin: str) -> Outcome:
        errors, delay = "", 0.0
        outcome = Outcome(stdout=stdin)
        for command in pipeline.commands:
            outcome = self._command(command, outcome.stdout)
            errors += outcome.stderr
            delay = max(delay, outcome.delay)
        status = int(not outcome.status) if pipeline.negated else outcome.status
        return Outcome(outcome.stdout[:MAX_OUTPUT], errors[:MAX_OUTPUT], status, min(delay, MAX_DELAY))

    def _command(self, command: Command, stdin: str) -> Outcome:
        self._commands += 1
        if self._commands > MAX_COMMANDS:
            raise ShellSyntaxError("too many commands")
        for redirection in command.redirections:
            if redirection.operator == "<":
                name = " ".join(self._expanded(redirection.target))
                content = self._files.read(name, self._directory)
                if content is None:
                    return Outcome(stderr=f"sh: 1: cannot open {name}: No such file\n", status=2)
                stdin = content.decode("utf-8", "replace")
        if command.body is not None:
            outcome = self._script(command.body, stdin)
        else:
            outcome = self._simple(self._fields(command.words), stdin)
        return self._redirected(outcome, command.redirections)

    def _redirected(self, outcome: Outcome, redirections: tuple[Redirection, ...]) -> Outcome:
        streams = {1: outcome.stdout, 2: outcome.stderr}
        for redirection in redirections:
            if redirection.operator == "<":
                continue
            name = " ".join(self._expanded(redirection.target))
            source = redirection.descriptor
            if redirection.operator.endswith("&"):
                if is_number(name) and int(name[:1]) in streams and int(name[:1]) != source:
                    streams[int(name[:1])] += streams[source]
                    streams[source] = ""
            elif name != "/dev/null":
                return Outcome(stderr=f"sh: 1: cannot create {name}: Read-only file system\n", status=2)
            else:
                streams[source] = ""
        return msgspec.structs.replace(outcome, stdout=streams[1], stderr=streams[2])

    def _simple(self, words: list[str], stdin: str) -> Outcome:
        while words and "=" in words[0][1:] and words[0].partition("=")[0].isidentifier():
            name, _, value = words.pop(0).partition("=")
            self._variables[name] = value
        if not words:
            return Outcome()
        name = words[0].rpartition("/")[2] if words[0].startswith(("/bin/", "/usr/bin/")) else words[0]
        if name in ("sh", "bash", "dash") and words[1:2] == ["-c"]:
            return self._nested(" ".join(words[2:3]), stdin)
        if name in ("sh", "bash", "dash") and len(words) == 1:
            return self._nested(stdin, "")
        if name == "pwd":
            return Outcome(f"{self._directory}\n")
        if name == "cd":
            return self._change_directory(words)
        program = PROGRAMS.get(name)
        if program is None:
            return Outcome(stderr=f"sh: 1: {words[0]}: not found\n", status=127)
        return program(Invocation(name, tuple(words[1:]), stdin, self._files, self._directory))

    def _change_directory(self, words: list[str]) -> Outcome:
        target = words[1] if len(words) > 1 else self._variables["HOME"]
        if not self._files.is_directory(target, self._directory):
            return Outcome(stderr=f"sh: 1: cd: can't cd to {target}\n", status=2)
        self._directory = self._files.resolve(target, self._directory) or "/"
        return Outcome()

    def _nested(self, line: str, stdin: str) -> Outcome:
        self._depth += 1
        try:
            if self._depth > MAX_NESTING:
                raise ShellSyntaxError("nested too deeply")
            return self._script(Parser(line, self._depth).parse(), stdin)
        except ShellSyntaxError as error:
            return Outcome(stderr=f"sh: 1: Syntax error: {error}\n", status=2)
        finally:
            self._depth -= 1

    def _fields(self, words: tuple[Word, ...]) -> list[str]:
        fields = [field for word in words for field in self._expanded(word)]
        return fields[:MAX_WORDS]

    def _expanded(self, word: Word) -> list[str]:
        """The fields of a word: expansions, splitting of unquoted results, then file name patterns."""
        fields: list[str] = []
        current, exists, pattern = "", False, False
        for part in word:
            value = part.text if part.kind == "literal" else self._value(part)
            if part.kind == "literal" or part.quoted:
                current += value
                exists = exists or part.quoted or bool(value)
                pattern = pattern or (not part.quoted and value in ("*", "?"))
                continue
            pieces = value.split()
            if not pieces or value[:1].isspace():
                fields, current, exists = _closed(fields, current, exists and bool(value))
            for piece in pieces[:-1]:
                fields.append(current + piece)
                current = ""
            if pieces:
                current, exists = current + pieces[-1], True
                if value[-1:].isspace():
                    fields, current, exists = _closed(fields, current, True)
        if exists:
            fields += (self._matching(current) if pattern else []) or [current]
        return fields

    def _value(self, part: Part) -> str:
        if part.kind == "variable":
            return self._variables.get(part.text, "") or part.default
        if part.kind == "command":
            outcome = self._nested(part.text, "")
            self._errors += outcome.stderr[:MAX_OUTPUT]
            self._waited += outcome.delay
            return outcome.stdout.rstrip("\n")[:MAX_OUTPUT]
        try:
            text = " ".join(self._expanded(Parser(f'"{part.text}"').word()))
            return str(arithmetic.evaluate(text, self._variables))
        except arithmetic.ArithmeticSyntaxError as error:
            raise ShellSyntaxError(f"arithmetic expression: {error}") from error

    def _matching(self, pattern: str) -> list[str]:
        """Paths that match an unquoted pattern, by component; empty where none does."""
        absolute = pattern.startswith("/")
        found = ["/" if absolute else ""]
        for component in pattern.strip("/").split("/")[:20]:
            found = [
                base + ("" if base.endswith("/") or not base else "/") + name
                for base in found
                for name in self._files.children(base or ".", self._directory)
                if matches(component, name) and (name[:1] != "." or component[:1] == ".")
            ]
        return found[:MAX_WORDS]


def _closed(fields: list[str], current: str, exists: bool) -> tuple[list[str], str, bool]:
    return ([*fields, current], "", False) if exists else (fields, current, bool(current))


def _added(total: Outcome, step: Outcome) -> Outcome:
    return Outcome(
        (total.stdout + step.stdout)[:MAX_OUTPUT],
        (total.stderr + step.stderr)[:MAX_OUTPUT],
        step.status,
        min(total.delay + step.delay, MAX_DELAY),
    )


def matches(pattern: str, name: str) -> bool:
    """Whether a name matches a pattern of `*` and `?`; linear in pattern times name."""
    reachable = {0}
    for character in pattern:
        if character == "*":
            reachable = set(range(min(reachable), len(name) + 1)) if reachable else set()
        else:
            reachable = {at + 1 for at in reachable if at < len(name) and character in ("?", name[at])}
    return len(name) in reachable
