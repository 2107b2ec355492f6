"""`--version` and `--help` answer without loading a library."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from cyberai.cli.main import run
code = run(sys.argv[1:])
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names))
sys.exit(code)
"""


def loaded(*arguments: str) -> tuple[str, set[str]]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    shown, _, names = done.stdout.rpartition("LOADED")
    return shown, {name for name in names.split() if not name.startswith("_")}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["-h"], ["help"], []])
def test_nothing_but_the_program_itself_is_loaded(arguments: list[str]) -> None:
    shown, names = loaded(*arguments)
    assert "cyberai" in shown
    assert names & {"click", "rich", "msgspec", "litestar", "sqlalchemy", "jinja2", "apsw"} == set()


def test_the_first_page_is_the_same_with_and_without_click() -> None:
    plain, _ = loaded("--help")
    with_click = subprocess.run(
        [sys.executable, "-m", "cyberai", "--debug", "--help"], capture_output=True, text=True, timeout=60
    )
    assert with_click.stdout.strip() == plain.strip()


@pytest.mark.slow
def test_a_commands_help_loads_no_engine_and_no_store() -> None:
    for command in ("scan", "demo", "serve", "lab", "keys", "checks", "doctor", "version"):
        _, names = loaded(command, "--help")
        assert names & {"rich", "litestar", "sqlalchemy", "jinja2", "apsw", "uvloop"} == set(), command
