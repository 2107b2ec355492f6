"""The file of profiles, and which server and key a command takes from it."""

import json
from pathlib import Path

import pytest

from cyberai.cli.failures import Failure
from cyberai.cli.main import run
from cyberai.cli.profile_file import read_profiles
from cyberai.cli.server_login import login_of_profile, login_of_server, root_of

KEY = "cai_live_Canary0Canary0Canary0Canary0abcdef"
WORK = {"base_url": "https://work.example/v1", "api_key": KEY}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the file of profiles is looked for."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("CYBERAI_API_KEY", "CYBERAI_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "cyberai").mkdir()
    return tmp_path / "cyberai" / "profiles.json"


def write(file: Path, document: object) -> None:
    file.write_text(json.dumps(document))
    file.chmod(0o600)


def test_what_is_written_is_read_again_by_its_owner_only(file: Path) -> None:
    write(file, {"later": 1, "profiles": {"old": {**WORK, "note": "kept"}}, "default": "old"})
    file.chmod(0o644)
    profiles = read_profiles()
    assert profiles.others_may_read
    profiles.put("new", {"base_url": "http://new.example/v1", "api_key": "k"})
    assert profiles.default == "old"
    profiles.make_default("new")
    profiles.write()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["profiles.json"]
    again = read_profiles()
    assert (again.default, again.others_may_read) == ("new", False)
    assert again.document["later"] == 1
    assert again.profiles["old"]["note"] == "kept"
    again.remove("new")
    assert (again.default, list(again.profiles)) == (None, ["old"])


def test_without_a_file_there_are_no_profiles_and_the_first_is_the_default(file: Path) -> None:
    file.parent.rmdir()
    profiles = read_profiles()
    assert profiles.profiles == {}
    profiles.put("work", WORK)
    profiles.write()
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert read_profiles().default == "work"


BROKEN = [
    "{",
    '{"profiles": []}',
    "[]",
    '{"profiles": {"a": 1}}',
    '{"profiles": {"a": {"api_key": 1}}}',
    "[" * 9000,
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_that_is_none_is_named_and_its_content_is_not(file: Path, text: str, capsys) -> None:
    file.write_text(text + KEY)
    for words in (
        ["profiles"],
        ["logout"],
        ["scans", "--profile", "work"],
        ["login", "--server", "http://h"],
    ):
        assert run(words) == 2
        said = capsys.readouterr()
        assert str(file) in said.err
        assert "Next:" in said.err
        assert KEY not in said.out + said.err


def test_a_profile_that_is_not_there_is_named_with_those_that_are(file: Path, capsys) -> None:
    write(file, {"profiles": {"work": WORK, "none": {"base_url": "https://n.example"}}})
    assert run(["scans", "--profile", "home"]) == 2
    said = capsys.readouterr().err
    assert "'home'" in said
    assert "work" in said
    assert run(["scans", "--profile", "none"]) == 4
    assert "cyberai login --profile none" in capsys.readouterr().err


def test_which_server_and_which_key(file: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    write(file, {"profiles": {"work": {**WORK, "ca_file": "/ca.pem"}, "here": {"api_key": "here-key"}}})
    login = login_of_profile("work", None)
    assert (login.root, login.key, login.ca_file) == ("https://work.example", KEY, "/ca.pem")
    assert KEY not in repr(login)
    assert login_of_profile("here", None).base_url == "http://127.0.0.1:8080/v1"
    assert login_of_server("https://WORK.example/v1/", "/other.pem").key == KEY
    assert login_of_server("https://work.example", "/other.pem").ca_file == "/other.pem"
    for elsewhere in ("http://work.example", "https://work.example:8443", "https://work.example.org"):
        with pytest.raises(Failure, match="No API key"):
            login_of_server(elsewhere, None)
    monkeypatch.setenv("CYBERAI_API_KEY", " of-the-environment\n")
    assert login_of_server("https://work.example", None).key == "of-the-environment"
    assert login_of_profile("work", None).key == KEY
    file.chmod(0o640)
    assert login_of_profile("work", None).key == KEY
    assert f"chmod 600 {file}" in capsys.readouterr().err


NO_ADDRESS = (
    *(
        "",
        "h",
        "ftp://h",
        "http://",
        "http://u:p@h",
        "http://h?x",
        "http://h#x",
        "http://h:x",
        "http://h:99999",
    ),
    *("http://h h", "http://h\\@e", "https://\u00e4.example"),
)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_said_without_its_password(text: str) -> None:
    with pytest.raises(Failure) as caught:
        root_of(text)
    assert "u:p" not in caught.value.what


def test_profiles_show_no_key(file: Path, capsys) -> None:
    write(file, {"profiles": {"work": WORK}, "default": "work"})
    for words in (["profiles"], ["profiles", "--json"], ["profiles", "--default", "work"]):
        assert run(words) == 0
        said = capsys.readouterr()
        assert "https://work.example" in said.out
        assert KEY not in said.out + said.err
    assert run(["logout"]) == 0
    assert run(["logout"]) == 0
    assert read_profiles().profiles == {}


REFUSED = [
    (["scans", "--server", "http://h", "--profile", "work"], "--server and --profile"),
    (["scans", "--profile", "work", "--workspace", "x"], "--workspace cannot go with a server"),
    (["scans", "--profile", "work", "--data-dir", "x"], "--data-dir cannot go with a server"),
    (["scan", "http://h", "--profile", "work", "--allow", "10.0.0.0/8"], "--allow cannot go with a server"),
    (["findings", "retest", "v", "--profile", "work", "--cookie", "a=b"], "--cookie cannot go with a server"),
    (["keys", "list", "--profile", "work", "--database-url", "postgresql://h"], "--database-url cannot go"),
    (["serve", "--server", "http://h"], "cyberai serve works on this machine only"),
    (["feeds", "import", "--profile", "work"], "cyberai feeds import works on this machine only"),
    (["replay", "v", "--profile", "work"], "cyberai findings retest"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_go_with_a_server_is_refused(file: Path, words: list[str], said: str, capsys) -> None:
    write(file, {"profiles": {"work": WORK}})
    assert run(words) == 2
    assert said in capsys.readouterr().err


def test_what_is_typed_wins_over_the_profile_of_the_environment(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv("CYBERAI_PROFILE", "nowhere")
    assert run(["scans"]) == 2
    assert "no profile 'nowhere'" in capsys.readouterr().err
    assert run(["scans", "--data-dir", str(tmp_path / "none")]) == 2
    assert "There is no store in" in capsys.readouterr().err


def test_a_project_names_no_server(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CYBERAI_API_KEY", KEY)
    (tmp_path / "cyberai.toml").write_text('server = "http://evil.example"\n')
    assert run(["scan", "http://h"]) == 2
    assert "cyberai.toml, line 1: server: there is no such key" in capsys.readouterr().err
