"""The entry point: answers the cheap questions itself, runs a command, turns every error into words and a code."""

import sys
from collections.abc import Sequence

from cyberai import __version__


def main() -> None:
    """The `cyberai` command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code. Errors are shown on stderr, as a traceback only with --debug."""
    words = list(arguments)
    if words == ["--version"]:
        print(f"cyberai {__version__}")  # noqa: T201 - without loading anything
        return 0
    if words in ([], ["--help"], ["-h"], ["help"]):
        from cyberai.cli.overview import text

        print(text(), end="")  # noqa: T201 - without loading anything
        return 0
    debug = _taken_out(words, "--debug")
    from cyberai.cli.failures import outcome_of

    try:
        from cyberai.cli.group import cli

        # Not cli.main(): it turns a closed pipe into exit code 1, which means findings.
        with cli.make_context("cyberai", words) as context:
            cli.invoke(context)
        sys.stdout.flush()
        return 0
    except BaseException as error:
        if debug and isinstance(error, Exception):
            raise
        return outcome_of(error)


def _taken_out(words: list[str], flag: str) -> bool:
    """Remove the flag wherever it stands before `--`; True when it was there."""
    end = words.index("--") if "--" in words else len(words)
    found = flag in words[:end]
    words[:end] = [word for word in words[:end] if word != flag]
    return found
