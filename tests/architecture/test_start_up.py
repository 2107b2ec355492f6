"""`cyberai --version` and `--help` load no heavy library: a command must answer at once."""

import subprocess
import sys

import pytest

HEAVY = {
    "alembic",
    "apsw",
    "cryptography",
    "jinja2",
    "litestar",
    "re2",
    "rich",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
}
PROGRAM = """
import sys
from cyberai.cli.main import main
sys.argv = ["cyberai", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_a_quick_command_loads_nothing_heavy(option: str) -> None:
    command = [sys.executable, "-c", PROGRAM, option]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    shown, _, loaded = done.stdout.rpartition("LOADED")
    assert "cyberai" in shown.lower()
    assert HEAVY & set(loaded.split()) == set()
