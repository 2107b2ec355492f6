"""Several results at once, each in its format."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cyberai.app.results import IgnoredFinding
from cyberai.cli.failures import Failure
from cyberai.cli.outputs import Output, deliver, outputs_of
from unit.cli.test_results import many


@pytest.mark.parametrize(
    ("given", "chosen", "format"),
    [
        ("r.json", None, "json"),
        ("r.jsonl", None, "jsonl"),
        ("r.HTML", None, "html"),
        ("r.csv", None, "csv"),
        ("r.txt", None, "table"),
        ("r", None, "table"),
        ("r", "csv", "csv"),
        ("csv:r.json", None, "csv"),
        ("csv:r.json", "html", "csv"),
        ("C:r.json", None, "json"),
    ],
)
def test_the_format_follows_prefix_then_flag_then_ending(
    tmp_path: Path, monkeypatch, given: str, chosen: str | None, format: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (output,) = outputs_of((given,), chosen)
    assert output.format == format
    assert list(tmp_path.iterdir()) == []


def test_stdout_is_the_default_and_may_be_one_of_several(tmp_path: Path) -> None:
    assert outputs_of((), None) == (Output("table", "-"),)
    assert outputs_of((), "jsonl") == (Output("jsonl", "-"),)
    file = str(tmp_path / "r.json")
    assert outputs_of(("-", file, "html:-x"[:5] + str(tmp_path / "y")), None)[1] == Output("json", file)


@pytest.mark.parametrize("given", [("json:",), ("",), ("a.json", "a.json"), ("-", "json:-")])
def test_what_names_no_file_or_one_twice_is_refused(
    tmp_path: Path, monkeypatch, given: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.BadParameter):
        outputs_of(given, None)


@pytest.mark.parametrize("given", ["x.odt", "y.docx", "odt:z", "docx:z.json", "report.v2"])
def test_a_format_that_there_is_not_is_refused_with_those_there_are(
    tmp_path: Path, monkeypatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.BadParameter, match="table, json, jsonl, html, pdf, csv"):
        outputs_of((given,), None)
    assert list(tmp_path.iterdir()) == []
    assert outputs_of((given,), "json")[0].format == "json", (
        "named by --format, a file may be called anything"
    )


def test_all_of_a_long_result_goes_through_a_pipe_without_buffer() -> None:
    """Python then writes straight to the descriptor: a signal in the middle makes the write a short one."""
    code = (
        "import signal\n"
        "from cyberai.cli.outputs import write_all\n"
        "signal.signal(signal.SIGALRM, lambda *_: print('interrupted', file=sys.stderr))\n"
        "write_all(b'x' * 400_000 + b'end')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", "import sys\n" + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert select.select([child.stdout], [], [], 30)[0], "nothing was written"
        child.send_signal(signal.SIGALRM)
        assert child.stderr.readline() == b"interrupted\n"
        received = child.stdout.read()
    assert child.returncode == 0
    assert received == b"x" * 400_000 + b"end"


def test_a_folder_that_is_not_there_is_said_before_the_scan(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be written"):
        outputs_of((str(tmp_path / "no" / "r.json"),), None)


def test_every_file_is_written_and_one_that_fails_keeps_no_other(tmp_path: Path) -> None:
    value = many()
    value.ignored = [
        IgnoredFinding(id=value.vulnerabilities[0].id, reason="x", expires="2030-01-31T23:59:59Z")
    ]
    files = {name: str(tmp_path / name) for name in ("a.json", "b.jsonl", "c.txt", "d.csv")}
    outputs = (
        Output("json", str(tmp_path / "none" / "x.json")),
        Output("json", files["a.json"]),
        Output("jsonl", files["b.jsonl"]),
        Output("table", files["c.txt"]),
        Output("csv", files["d.csv"]),
    )
    with pytest.raises(Failure, match="could not be written") as caught:
        deliver(outputs, value, {"csv": b'"id"\r\n'})
    assert "x.json" in caught.value.why
    told = json.loads(Path(files["a.json"]).read_bytes())
    assert list(told) == ["scan", "vulnerabilities", "coverage", "ignored", "services"]
    lines = [json.loads(line) for line in Path(files["b.jsonl"]).read_text().splitlines()]
    assert [line["record"] for line in lines] == ["vulnerability"] * len(value.vulnerabilities) + ["scan"]
    assert [bool(line.get("ignored")) for line in lines[:-1]] == [True] + [False] * (len(lines) - 2)
    assert lines[-1]["verdict"]
    assert "FAIL" in Path(files["c.txt"]).read_text()
    assert Path(files["d.csv"]).read_bytes() == b'"id"\r\n'
