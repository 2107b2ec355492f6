"""Where a scan's result goes: any number of files and stdout, each in its format."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure

if TYPE_CHECKING:
    from cyberai.app.results import ScanResult

FORMATS = ("table", "json", "jsonl", "html", "pdf", "csv", "sarif", "junit", "markdown")
RENDERED = ("html", "pdf", "csv", "sarif", "junit", "markdown")
"""Made by the report renderers."""

STDOUT = "-"
_BY_ENDING = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".csv": "csv",
    ".sarif": "sarif",
    ".xml": "junit",
    ".md": "markdown",
    ".txt": "table",
}


_FORMATS_ARE = f"the formats are {', '.join(FORMATS)}"


class Output(Struct, frozen=True):
    """A file (or `-`) and what is written there."""

    format: str
    file: str


def outputs_of(given: tuple[str, ...], output_format: str | None) -> tuple[Output, ...]:
    """FILE or FORMAT:FILE, each once; none given means stdout. Raise BadParameter, or Failure when a file cannot be
    written: before the scan, not after it."""
    found = tuple(_output(text, output_format) for text in given or (STDOUT,))
    files = [output.file for output in found]
    for file in files:
        if files.count(file) > 1:
            raise click.BadParameter(f"{file} is named twice", param_hint="-o")
    for output in found:
        check_writable(output.file)
    return found


def _output(text: str, output_format: str | None) -> Output:
    """`C:x.json` names no format, but a file; `pdf:x` does, and so does the ending of a file."""
    named, colon, file = text.partition(":")
    if colon and named in FORMATS:
        if not file:
            raise click.BadParameter(f"{text!r} names no file", param_hint="-o")
        return Output(named, file)
    if not text:
        raise click.BadParameter("the name of a file is missing", param_hint="-o")
    if colon and named.isalpha() and len(named) > 1 and not output_format:
        raise click.BadParameter(f"{named!r} is no format; {_FORMATS_ARE}", param_hint="-o")
    ending = Path(text).suffix.lower()
    if not output_format and ending and ending not in _BY_ENDING:
        raise click.BadParameter(
            f"{text!r}: no format has the ending {ending}; {_FORMATS_ARE}, and FORMAT:FILE writes one under any name",
            param_hint="-o",
        )
    return Output(output_format or _BY_ENDING.get(ending, "table"), text)


def needs_evidence(outputs: tuple[Output, ...]) -> bool:
    """Whether one of them shows the evidence of each finding."""
    return any(output.format in ("json", "jsonl") for output in outputs)


def check_writable(file: str) -> None:
    """Raise Failure when nothing can be written there."""
    if file == STDOUT:
        return
    path = Path(file)
    is_new = not path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if is_new:
            path.unlink()  # what is there after a failure is no empty result
    except OSError as error:
        raise Failure(
            f"The result cannot be written to {file}",
            why=error.strerror or str(error),
            next_step="Name a file in a folder that exists and that you may write to, or - for stdout",
            code=ExitCode.USAGE,
        ) from error


def deliver(
    outputs: tuple[Output, ...], result: "ScanResult", rendered: Mapping[str, bytes], again: str = ""
) -> None:
    """Write everything; a file that fails does not keep the others from being written. Raise Failure at the end."""
    failed: list[str] = []
    for output in outputs:
        if output.format == "table":
            content = b"" if output.file == STDOUT else _plain_table(result)
        else:
            content = (
                rendered[output.format] if output.format in rendered else _encoded(output.format, result)
            )
        if output.file != STDOUT:
            try:
                Path(output.file).write_bytes(content)
            except OSError as error:
                failed.append(f"{output.file}: {error.strerror or error}")
        elif output.format == "table":
            _print_table(result)
        else:
            write_all(content)
    if failed:
        raise Failure(
            "A result could not be written",
            why="; ".join(failed),
            next_step=f"The scan is kept: cyberai report {result.scan.id} -o FILE{again} writes it again",
        )


def write_all(content: bytes) -> None:
    """To stdout, to the last byte. With PYTHONUNBUFFERED it is a bare descriptor, which may take less at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def _encoded(output_format: str, result: "ScanResult") -> bytes:
    import msgspec

    if output_format == "json":
        return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
    return b"".join(msgspec.json.encode(line) + b"\n" for line in json_lines(result))


def json_lines(result: "ScanResult") -> list[dict[str, object]]:
    """One object per finding, as the API shows it, and the scan as the last: no finding does not mean safe."""
    import msgspec

    ignored = {item.id: item for item in result.ignored}
    lines = []
    for row in result.vulnerabilities:
        line = {"record": "vulnerability", **msgspec.to_builtins(row)}
        if row.id in ignored:
            line["ignored"] = msgspec.to_builtins(ignored[row.id])
        lines.append(line)
    return [*lines, {"record": "scan", **msgspec.to_builtins(result.scan)}]


def _print_table(result: "ScanResult") -> None:
    from cyberai.cli.console import stdout
    from cyberai.cli.results import show

    show(stdout(), result)


def _plain_table(result: "ScanResult") -> bytes:
    import io

    from cyberai.cli.console import to_file
    from cyberai.cli.results import show

    text = io.StringIO()
    show(to_file(text), result)
    return text.getvalue().encode()


def remarks(outputs: tuple[Output, ...], result: "ScanResult", again: str = "") -> None:
    """On stderr: the verdict where stdout does not show it, and where everything is. `again` is what a command needs
    to work at the same place."""
    from cyberai.cli.console import plain, stderr
    from cyberai.cli.results import show_verdict

    if Output("table", STDOUT) not in outputs:
        show_verdict(stderr(), result.scan)
    for output in outputs:
        if output.file != STDOUT:
            click.echo(f"Result: {output.file} ({output.format})", err=True)
    if result.vulnerabilities and all(output.format == "table" for output in outputs):
        click.echo(
            f"Next: cyberai report {plain(result.scan.id)} -o report.html{again} keeps the evidence: every request, and the "
            "command that repeats it",
            err=True,
        )
