"""What the README of the Python SDK shows works as it stands there, against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path

from live_place import Place

ROOT = Path(__file__).parents[3]
README = (ROOT / "sdks" / "python" / "README.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
EXAMPLE_TARGET = "https://staging.example.com/"


def run(arguments: list[str], server: Place, folder: Path) -> str:
    """What a program prints that has nothing but the environment of the README."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT / "sdks" / "python" / "src"),
        "CYBERAI_BASE_URL": f"{server.base}/v1",
        "CYBERAI_API_KEY": server.key,
    }
    command = [sys.executable, "-W", "error", *arguments]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_all_examples_one_after_the_other(server: Place, target: str, tmp_path: Path) -> None:
    program = "\n".join(EXAMPLES).replace(EXAMPLE_TARGET, target)
    assert program.count(target) == README.count(f'"{EXAMPLE_TARGET}"')
    (tmp_path / "examples.py").write_text(program)
    shown = run(["examples.py"], server, tmp_path)
    for wanted in (
        rf"^low X-Frame-Options missing {target}$",
        r"^100 Completed$",
        r"^True True True$",
        r"^\d+ scan\.completed Scan$",
        r"^400 invalid_request target Must be a valid domain name req_",
        r"^no such report$",
        r"^200 req_\S+ \[\{",
        r"^refused: No signature fits",
        r"^completed \['Number 0', 'Number 1', 'Number 2'\] 4$",
    ):
        assert re.search(wanted, shown, re.MULTILINE), (wanted, shown)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert f"{(tmp_path / 'report.json').stat().st_size} bytes" in shown


def test_ten_lines_written_from_the_readme_alone(server: Place, target: str, tmp_path: Path) -> None:
    program = Path(__file__).with_name("ten_lines.py")
    lines = [line for line in program.read_text().splitlines() if line]
    assert len(lines) == 10
    shown = run([str(program), target], server, tmp_path)
    assert "low\tX-Frame-Options missing" in shown
    assert (tmp_path / "findings.csv").read_text().startswith('"id",')


def test_every_link_and_every_name_of_the_readme_is_there() -> None:
    for place in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / "sdks" / "python" / place).exists(), place
    assert len(EXAMPLES) >= 10


def test_without_a_key_it_says_what_to_do(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "sdks" / "python" / "src")}
    command = [sys.executable, "-c", "import cyberai_sdk; cyberai_sdk.scan('example.com')"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert "set CYBERAI_API_KEY" in done.stderr.splitlines()[-1]
