"""cyberai.toml: taken where it stands, typed flags win, and every mistake names line and key."""

from pathlib import Path
from typing import Any

import click
import pytest

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.main import run
from cyberai.cli.project_file import fill_in
from cyberai.cli.scan import command, request_of

GOOD = """
targets = ["http://127.0.0.1:1/", "127.0.0.1:2"]
fail-on = "high"
allow = ["127.0.0.0/8"]
exclude_path = "/admin"
depth = 5
rate = 7
ignore-ssl = true
"""


def filled(folder: Path, text: str, *typed: str) -> tuple[str, dict[str, Any]]:
    path = folder / "cyberai.toml"
    path.write_text(text)
    context = command.make_context("scan", list(typed))
    return fill_in(context, path), context.params


def test_every_kind_of_value_is_taken(tmp_path: Path) -> None:
    said, params = filled(tmp_path, GOOD)
    assert "targets, fail-on, allow, exclude_path, depth, rate, ignore-ssl" in said
    request = request_of(params["targets"], params["fail_on"], params)
    assert request.targets == ["http://127.0.0.1:1/", "127.0.0.1:2"]
    assert (request.options.depth, request.options.ignore_ssl) == (5, True)
    assert (request.policies.max_requests_per_second, request.policies.exclude_paths) == (7, ["/admin"])
    assert (request.policies.fail_on, params["allow"]) == ("high", ("127.0.0.0/8",))


def test_what_is_typed_wins_and_that_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CYBERAI_ALLOW", "10.0.0.0/8")
    said, params = filled(tmp_path, GOOD, "http://typed/", "--depth", "2")
    assert (params["targets"], params["depth"], params["rate"]) == (("http://typed/",), 2, 7)
    assert params["allow"] == ()  # the environment's, which config.load reads
    assert "given elsewhere: targets, allow, depth" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('# one\ntarget = "x"\ndepht = 3', "line 3: depht: there is no such key"),
        ('depth = "x"', "line 1: depth: must be a whole number"),
        ("\ndepth = 99", "line 2: depth: 99 is not in the range 1<=x<=10"),
        ("rate = 0", "line 1: rate: 0 is not in the range"),
        ("depth = true", "line 1: depth: must be a whole number"),
        ('\n\nfail-on = "urgent"', "line 3: fail-on: 'urgent' is not one of"),
        ('allow = ["127.0.0.0/8", "nowhere"]', "line 1: allow: 'nowhere' is no network"),
        ("ignore-ssl = 1", "line 1: ignore-ssl: must be true or false"),
        ("target = 3", "line 1: target: must be text in quotes"),
        ("quiet = true", "line 1: quiet: there is no such key"),
        ('resume = "scan_1"', "line 1: resume: there is no such key"),
        ("[scan]\ndepth = 3", "scan: there is no such key"),
    ],
)
def test_a_mistake_names_line_and_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Failure) as caught:
        filled(tmp_path, text)
    assert words in caught.value.what
    assert caught.value.next_step
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    "content", [b"depth = [1,", b"depth", b"a = 1\na = 2", b"x = '\xff'", b"a" * (1 << 20) + b"b"]
)
def test_what_is_no_toml_is_said_to_be_none(tmp_path: Path, content: bytes, capsys, monkeypatch) -> None:
    (tmp_path / "cyberai.toml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert run(["scan", "http://127.0.0.1:9/"]) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert "cyberai.toml" in shown
    assert "line" in shown or "1 MiB" in shown
    assert "Next: " in shown
    assert [path.name for path in tmp_path.iterdir()] == ["cyberai.toml"]


def test_without_a_file_nothing_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert fill_in(click.Context(command), None) == ""


def test_a_resumed_scan_takes_no_other_orders(capsys) -> None:
    assert run(["scan", "--resume", "scan_x", "--depth", "4"]) == ExitCode.USAGE
    assert "--depth was settled when the scan began" in capsys.readouterr().err
    assert run(["scan", "http://a/", "--resume", "scan_x"]) == ExitCode.USAGE
    assert "TARGET was settled" in capsys.readouterr().err
