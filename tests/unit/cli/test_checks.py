"""The checks, listed and in full."""

import json

import pytest

from cyberai.cli.checks import check_metas
from cyberai.cli.main import run


def test_all_are_listed(capsys) -> None:
    assert run(["checks", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) >= 12
    assert [row["id"] for row in listed] == sorted(row["id"] for row in listed)
    assert run(["checks", "list"]) == 0
    shown = capsys.readouterr().out
    assert f"{len(listed)} checks." in shown


@pytest.mark.parametrize("check_id", [meta.id for meta in check_metas()])
def test_one_is_shown_in_full(check_id: str, capsys) -> None:
    assert run(["checks", "show", check_id]) == 0
    shown = capsys.readouterr().out
    for words in (check_id, "Severity", "What an attacker gains", "How to mend it", "CWE-"):
        assert words in shown


def test_a_misspelt_id_is_met_with_the_right_one(capsys) -> None:
    assert run(["checks", "show", "web.sql-injektion"]) == 2
    assert "web.sql-injection" in capsys.readouterr().err
