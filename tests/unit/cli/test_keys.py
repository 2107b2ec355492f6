"""Keys on the store itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from cyberai.cli.main import run
from cyberai.domain.api_key import looks_like_key


def told(capsys, *arguments: str) -> Any:
    assert run(["keys", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_key_is_made_listed_and_revoked(tmp_path: Path, capsys) -> None:
    folder = ("--data-dir", str(tmp_path / "data"))
    made = told(capsys, "create", "--name", "ci", "--plan", "enterprise", *folder)
    assert looks_like_key(made["key"])
    assert (made["plan"], made["workspace"], made["name"]) == ("enterprise", "default", "ci")
    assert next(iter(made)) == "id"
    (listed,) = told(capsys, "list", *folder)
    assert listed["id"] == made["id"]
    assert "key" not in listed
    assert listed["revoked_at"] is None
    assert told(capsys, "revoke", made["id"], *folder)["revoked_at"]
    assert told(capsys, "revoke", made["id"], *folder)["revoked_at"]


def test_scopes_workspace_and_expiry_are_kept(tmp_path: Path, capsys) -> None:
    folder = ("--data-dir", str(tmp_path / "data"))
    flags = (
        "--scope",
        "scans:read",
        "--scope",
        "reports:read",
        "--workspace",
        "blue",
        "--expires",
        "2999-01-31",
    )
    made = told(capsys, "create", "--name", "x", *flags, *folder)
    assert made["scopes"] == ["scans:read", "reports:read"]
    assert made["workspace"] == "blue"
    assert made["expires_at"] == "2999-01-31T23:59:59Z"
    assert told(capsys, "list", *folder) == []
    assert len(told(capsys, "list", "--workspace", "blue", *folder)) == 1


def test_without_json_the_key_stands_alone_on_stdout(tmp_path: Path, capsys) -> None:
    assert run(["keys", "create", "--name", "x", "--data-dir", str(tmp_path / "data")]) == 0
    shown = capsys.readouterr()
    assert looks_like_key(shown.out.strip())
    assert "not shown again" in shown.err


@pytest.mark.parametrize("key_id", ["key_0000000000000000000000000a", "nonsense", "\u202e"])
def test_an_unknown_key_is_said_to_be_unknown(tmp_path: Path, capsys, key_id: str) -> None:
    assert run(["keys", "revoke", key_id, "--data-dir", str(tmp_path / "data")]) == 2
    assert capsys.readouterr().err.startswith("Error: ")


def test_an_expiry_in_the_past_is_refused(tmp_path: Path, capsys) -> None:
    arguments = [
        "keys",
        "create",
        "--name",
        "x",
        "--expires",
        "2001-01-01",
        "--data-dir",
        str(tmp_path / "data"),
    ]
    assert run(arguments) == 2
    assert "--expires: Must lie in the future" in capsys.readouterr().err
