"""--auth, --cookie and the table of cyberai.toml: what they make of a scan's login, and how they refuse."""

import io
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec import UNSET

from cyberai.app.requests import AuthRequest
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.main import run
from cyberai.cli.project_file import fill_in
from cyberai.cli.scan import command, request_of

TOML = 'type = "form"\nusername = "ann"\npassword = "tulip"\nfields = { realm = "north" }\n'
JSON = '{"type": "form", "username": "ann", "password": "tulip", "fields": {"realm": "north"}}'
LOGIN = AuthRequest(type="form", username="ann", password="tulip", fields={"realm": "north"})


def asked(*words: str) -> Any:
    params = command.make_context("scan", ["http://127.0.0.1:1/", *words]).params
    return request_of(params["targets"], params["fail_on"], params).auth


@pytest.mark.parametrize(
    "text", [TOML, JSON, "[auth]\n" + TOML, f'{{"auth": {JSON}}}', "\ufeff" + TOML, "  \n" + JSON]
)
def test_a_file_holds_the_members(tmp_path: Path, text: str) -> None:
    (tmp_path / "login").write_text(text)
    assert asked("--auth", str(tmp_path / "login")) == LOGIN


def test_standard_input_does_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(TOML.encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    assert asked("--auth", "-") == LOGIN


def test_cookies_are_a_login_or_go_along_with_one(tmp_path: Path) -> None:
    assert asked() is UNSET
    assert asked("--cookie", "sid=a=b", "--cookie", "x=") == AuthRequest(
        type="headers", cookies={"sid": "a=b", "x": ""}
    )
    (tmp_path / "login").write_text(TOML)
    both = asked("--auth", str(tmp_path / "login"), "--cookie", "lang=en")
    assert (both.type, both.cookies) == ("form", {"lang": "en"})


def test_cyberai_toml_holds_a_table_or_the_name_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cyberai.toml"
    path.write_text(f'target = "http://127.0.0.1:1/"\n[auth]\n{TOML}')
    context = command.make_context("scan", [])
    assert "auth" in fill_in(context, path)
    assert request_of(context.params["targets"], None, context.params).auth == LOGIN
    (tmp_path / "login.toml").write_text(TOML)
    path.write_text(f'target = "http://127.0.0.1:1/"\nauth = "{tmp_path / "login.toml"}"')
    context = command.make_context("scan", [])
    fill_in(context, path)
    assert request_of(context.params["targets"], None, context.params).auth == LOGIN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('type = "form"\nusrname = "x"', "usrname: Unknown key; did you mean username?"),
        ('username = "x"', "type: Is required"),
        ('type = "form"\npassword = 12345', "password: Must be a string or null, not an integer"),
        ("type = form", "is no TOML"),
        ('{"type": ', "is no JSON"),
        ("x" * 300_000, "larger than 256 KiB"),
    ],
)
def test_what_is_no_login_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "login").write_text(text)
    with pytest.raises(click.BadParameter) as refused:
        asked("--auth", str(tmp_path / "login"))
    assert words in str(refused.value.message)


def test_no_refusal_repeats_a_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data-dir", str(tmp_path / "data")]
    for text in (
        'type = "basic"\npassword = "tulip-canary"',
        'password = "tulip-canary',
        '{"password": "tulip-canary',
    ):
        (tmp_path / "login").write_text(text)
        scan = ["scan", "--no-config", "http://127.0.0.1:1/", "--auth", str(tmp_path / "login"), *data]
        assert run(scan) == ExitCode.USAGE
    (tmp_path / "cyberai.toml").write_text('[auth]\ntype = "basic"\npasword = "tulip-canary"')
    assert (
        run(["scan", "http://127.0.0.1:1/", "--config", str(tmp_path / "cyberai.toml"), *data])
        == ExitCode.USAGE
    )
    said = capsys.readouterr()
    assert "pasword" in said.err
    assert "tulip-canary" not in said.out + said.err


def test_missing_files_and_wrong_cookies(tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter, match="cannot be read"):
        asked("--auth", str(tmp_path / "none"))
    with pytest.raises(click.BadParameter, match="NAME=VALUE"):
        asked("--cookie", "nonsense")
