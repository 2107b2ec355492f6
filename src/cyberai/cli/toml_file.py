"""Reading a TOML file that people write: every complaint names the file, the line and the key."""

import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure

MAX_BYTES = 1 << 20


class TomlFile(Struct, frozen=True):
    """A file as read. `name` is how people know it."""

    name: str
    text: str
    values: dict[str, Any]

    def complaint(self, key: str, what: str, next_step: str, *, table: int = -1) -> Failure:
        """What is wrong with a key; `table` is the number of the `[[...]]` it stands in."""
        return Failure(
            f"{self.name}, line {self.line_of(key, table)}: {key}: {what}",
            next_step=next_step,
            code=ExitCode.USAGE,
        )

    def line_of(self, key: str, table: int = -1) -> int:
        """The line of a key, or of the header of its table when the key is not there."""
        seen, header = -1, 1
        for number, line in enumerate(self.text.splitlines(), start=1):
            words = line.strip()
            if words.startswith("[["):
                seen += 1
                header = number if seen == table else header
            elif seen == table and words.partition("=")[0].strip().strip("\"'") == key:
                return number
        return header


def read_toml(path: Path) -> TomlFile:
    """The file; raise Failure when it cannot be read or is no TOML."""
    name = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Failure(
            f"{name} cannot be read",
            why=error.strerror or str(error),
            next_step="Name a file that exists and that you may read",
            code=ExitCode.USAGE,
        ) from error
    if len(content) > MAX_BYTES:
        raise Failure(f"{name} is larger than 1 MiB", next_step="Name another file", code=ExitCode.USAGE)
    try:
        text = content.decode("utf-8")
        return TomlFile(name, text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        why = f"line {line} is not UTF-8"
    except tomllib.TOMLDecodeError as error:
        lines = max(1, len(text.splitlines()))
        why = str(error).replace("at end of document", f"at line {lines}, the end of the file")
    except RecursionError:
        why = "its values are nested too deeply"
    raise Failure(
        f"{name} is no TOML",
        why=why,
        next_step='Write key = "value", one per line; https://toml.io shows the format',
        code=ExitCode.USAGE,
    )
