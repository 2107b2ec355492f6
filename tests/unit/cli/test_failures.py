"""Errors say what happened, why and what to do, end with the right code, and never show a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from cyberai.cli.client import ApiError
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure, outcome_of
from cyberai.cli.main import run
from cyberai.config import SettingsError
from cyberai.domain.errors import (
    CyberAIError,
    ErrorCode,
    Forbidden,
    InvalidRequest,
    NotFound,
    StorageFull,
    StoreError,
    Unauthorized,
)

BAD_COMMAND_LINES = (
    ["frobnicate"],
    ["--frobnicate"],
    ["scan"],
    ["scan", "--frobnicate", "x"],
    ["scan", "x", "--depth", "deep"],
    ["scan", "x", "--fail-on", "urgent"],
    ["scan", "x", "--format", "odt"],
    ["scan", "x", "--allow", "everything"],
    ["scan", "x", "--allow", "300.0.0.0/8"],
    ["scan", "x", "--resolve", "example.com"],
    ["scan", "x", "--resolve", "example.com=somewhere"],
    ["scan", "x", "--resolve", "=127.0.0.1"],
    ["scan", "x", "--header", "no colon"],
    ["scan", "x", "--ca-file", "/does/not/exist"],
    ["scan", "x", "-o", "/does/not/exist/result.json"],
    ["serve", "--port", "70000"],
    ["serve", "--workers", "0"],
    ["serve", "--allow", "nowhere"],
    ["serve", "extra"],
    ["lab", "--port", "-1"],
    ["lab", "--set", "none"],
    ["keys", "create"],
    ["keys", "create", "--name", "x", "--plan", "free"],
    ["keys", "create", "--name", "x", "--scope", "root"],
    ["keys", "create", "--name", "x", "--expires", "soon"],
    ["keys", "create", "--name", "x", "--workspace", "../x"],
    ["keys", "revoke"],
    ["keys", "frobnicate"],
    ["checks", "show"],
    ["doctor", "--port", "0"],
    ["demo", "extra"],
)


@pytest.mark.parametrize("arguments", BAD_COMMAND_LINES, ids=" ".join)
def test_a_bad_command_line_ends_with_2_and_says_what_to_do(arguments: list[str], capsys) -> None:
    assert run(arguments) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("Error: ")
    assert "Next: " in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("group", ["keys", "checks"])
def test_a_group_without_a_command_shows_its_help(group: str, capsys) -> None:
    assert run([group]) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"Usage: cyberai {group}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            NotFound("No such scan", reason="Use an id that GET /v1/scans lists"),
            "cyberai scans lists the ids",
        ),
        (
            Forbidden(
                "x",
                code=ErrorCode.TARGET_NOT_ALLOWED,
                reason="10.0.0.1 is a private address; start the server with --allow 10.0.0.1 to scan it",
            ),
            "give --allow 10.0.0.1 to scan it",
        ),
    ],
)
def test_what_the_api_says_is_said_in_the_words_of_the_command_line(
    error: CyberAIError, words: str, capsys
) -> None:
    outcome_of(error)
    shown = capsys.readouterr().err
    assert words in shown
    assert "/v1" not in shown
    assert "start the server" not in shown


def test_where_no_network_could_be_allowed_none_is_named(capsys) -> None:
    own = "127.0.0.1 port 8080 belongs to this Cyber AI installation, which never scans itself"
    outcome_of(Forbidden("x", code=ErrorCode.TARGET_NOT_ALLOWED, reason=own))
    assert "--allow" not in capsys.readouterr().err


def test_a_reader_that_is_gone_is_no_finding(tmp_path: Path) -> None:
    """`cyberai checks list | head -1`, with more output than a pipe holds."""
    code = (
        "from cyberai.cli.console import stdout\n"
        "import sys\n"
        "from cyberai.cli import failures\n"
        "try:\n"
        "    [stdout().print('x' * 79) for _ in range(5000)]\n"
        "except BaseException as error:\n"
        "    sys.exit(failures.outcome_of(error))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=tmp_path) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        child.stdout.close()
        assert child.wait(30) == ExitCode.SERVER


ERRORS = (
    (Failure("x"), ExitCode.SERVER),
    (Failure("x", code=ExitCode.USAGE), ExitCode.USAGE),
    (InvalidRequest("x", reason="y"), ExitCode.USAGE),
    (Forbidden("x", reason="y", code=ErrorCode.TARGET_NOT_ALLOWED), ExitCode.USAGE),
    (Forbidden("x", reason="y"), ExitCode.AUTHENTICATION),
    (Unauthorized("x", reason="y"), ExitCode.AUTHENTICATION),
    (StorageFull("x", reason="y"), ExitCode.SERVER),
    (ApiError(401, {"code": "unauthorized", "message": "x", "details": {}}), ExitCode.AUTHENTICATION),
    (ApiError(400, {"code": "invalid_request", "message": "x"}), ExitCode.USAGE),
    (ApiError(429, {"code": "rate_limited", "message": "x"}), ExitCode.SERVER),
    (ApiError(500, {}), ExitCode.SERVER),
    (SettingsError("x"), ExitCode.USAGE),
    (StoreError("x"), ExitCode.SERVER),
    (ConnectionRefusedError(111, "Connection refused"), ExitCode.SERVER),
    (PermissionError(13, "Permission denied", "/x"), ExitCode.SERVER),
    (ZeroDivisionError("x"), ExitCode.SERVER),
    (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    (SystemExit(3), 3),
    (SystemExit(), 0),
)


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: repr(value)[:50])
def test_an_error_has_its_exit_code(error: BaseException, code: int, capsys) -> None:
    assert outcome_of(error) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_target_that_is_not_allowed_names_the_flag(capsys) -> None:
    outcome_of(
        Forbidden("The target may not be scanned", reason="It is private", code=ErrorCode.TARGET_NOT_ALLOWED)
    )
    assert "--allow 127.0.0.0/8" in capsys.readouterr().err


def test_fields_of_the_api_are_shown_as_the_flags_that_set_them(capsys) -> None:
    problems = [
        {"field": "options.depth", "reason": "Must be 1 to 10"},
        {"field": "targets[0]", "reason": "Bad"},
    ]
    outcome_of(InvalidRequest("Invalid", reason="Must be 1 to 10", extra={"errors": problems}))
    assert "--depth: Must be 1 to 10; TARGET: Bad" in capsys.readouterr().err


def test_text_of_others_cannot_drive_the_terminal(capsys) -> None:
    outcome_of(Failure("x\x1b[2J", why="\x1b]0;y\x07"))
    assert "\x1b]" not in capsys.readouterr().err.replace("\x1b[31m", "")


def test_debug_shows_the_traceback(monkeypatch) -> None:
    monkeypatch.setattr("cyberai.cli.version.versions", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(["version", "--debug"])
    assert run(["version"]) == ExitCode.SERVER
