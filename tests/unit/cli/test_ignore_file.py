"""Findings that are let pass: with a reason, until a day, and never by a rule that was misread."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.app.resources import vulnerability_resource
from cyberai.app.results import IgnoredFinding
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.ignore_file import Ignores, fits, read_ignores
from cyberai.cli.results import exit_code
from support.store_samples import vulnerability
from unit.cli.test_results import many, result, shown

NOW = 1_800_000_000_000_000  # 2027
ROW = vulnerability_resource(vulnerability("a"))


def read(folder: Path, text: str) -> Ignores:
    path = folder / "ignore.toml"
    path.write_text(text)
    return read_ignores(path, NOW)


def rule(**members: str) -> str:
    return "[[ignore]]\n" + "".join(f"{key} = {value}\n" for key, value in members.items())


@pytest.mark.parametrize(
    ("members", "covered"),
    [
        ({"fingerprint": '"v1:a"'}, True),
        ({"fingerprint": '"v1:b"'}, False),
        ({"check": '"web.reflected_xss"', "location": '"http://a.example/search"'}, True),
        ({"check": '"web.reflected_xss"', "location": '"http://a.example/search?q=1"'}, True),
        ({"check": '"web.reflected_xss"', "location": '"http://a.example/*"'}, True),
        (
            {"check": '"web.reflected_xss"', "location": '"http://a.example/*"', "parameter": '"query:q"'},
            True,
        ),
        (
            {"check": '"web.reflected_xss"', "location": '"http://a.example/*"', "parameter": '"query:x"'},
            False,
        ),
        ({"check": '"web.reflected_xss"', "location": '"http://b.example/*"'}, False),
        ({"check": '"web.sql"', "location": '"*"'}, False),
        ({"fingerprint": '"v1:a"', "check": '"web.sql"'}, False),
    ],
)
def test_all_that_a_rule_names_must_agree(tmp_path: Path, members: dict[str, str], covered: bool) -> None:
    ignores = read(tmp_path, rule(**members, reason='"known"', expires="2030-01-31"))
    assert ignores.among([ROW]) == (
        [IgnoredFinding(id="vuln_a", reason="known", expires="2030-01-31T23:59:59Z")] if covered else []
    )


@pytest.mark.parametrize(
    "expires", ["2020-01-31", '"2020-01-31"', "2020-01-31T10:00:00Z", '"2020-01-31T10:00:00Z"']
)
def test_an_expired_rule_is_announced_and_counts_again(tmp_path: Path, expires: str) -> None:
    ignores = read(tmp_path, "\n" + rule(fingerprint='"v1:a"', reason='"known"', expires=expires))
    assert ignores.among([ROW]) == []
    (_, words) = ignores.remarks(["web.sql_injection"])
    assert "line 2: expired on 2020-01-31" in words
    assert "v1:a" in words


def test_a_check_that_there_is_not_is_announced(tmp_path: Path) -> None:
    text = rule(check='"web.sqli"', location='"*"', reason='"known"', expires="2999-01-31")
    ignores = read(tmp_path, text)
    (_, words) = ignores.remarks(["web.sql_injection"])
    assert "line 1: there is no check web.sqli" in words
    assert len(ignores.remarks(["web.sqli"])) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (rule(fingerprint='"a"', expires="2030-01-01"), "line 1: reason: is missing"),
        (rule(fingerprint='"a"', reason='"x"'), "line 1: expires: is missing"),
        (rule(fingerprint='"a"', reason='" "', expires="2030-01-01"), "line 3: reason: must be text"),
        (rule(reason='"x"', expires="2030-01-01"), "names no finding"),
        (rule(check='"a"', reason='"x"', expires="2030-01-01"), "names no finding"),
        (rule(fingerprint='"a"', reason='"x"', expires='"soon"'), "line 4: expires"),
        (rule(fingerprint='"a"', reason='"x"', expires="2030-01-01T10:00:00"), "line 4: expires"),
        (rule(fingerprint='"a"', reason='"x"', expires="12"), "line 4: expires: must be a day"),
        (rule(fingerprint='"a"', reason='"x"', expire="2030-01-01"), "line 4: expire: there is no such key"),
        (rule(fingerprint='"a"', reason='"x"', expires="2030-01-01") + rule(a="1"), "line 6: a: there is no"),
        ("ignores = 1", "line 1: ignores: there is no such key"),
        ("ignore = 1", "must be a list of tables"),
        ("[ignore]", "must be a list of tables"),
    ],
)
def test_a_mistake_is_never_a_rule(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Failure) as caught:
        read(tmp_path, text)
    assert words in caught.value.what
    assert caught.value.code is ExitCode.USAGE


def test_what_is_ignored_is_listed_and_fails_nothing() -> None:
    value = result(*_items())
    assert exit_code(value, "low") is ExitCode.FINDINGS
    value.ignored = [
        IgnoredFinding(id=row.id, reason="a test system", expires="2030-01-31T23:59:59Z")
        for row in value.vulnerabilities
    ]
    assert exit_code(value, "low") is ExitCode.OK
    text = shown(value, 80)
    assert text.count("(until 2030-01-31)") == len(value.ignored)
    value.ignored = value.ignored[1:]
    assert exit_code(value, "low") is ExitCode.FINDINGS


def _items() -> list[object]:
    from unit.reports import sample

    assert many()
    return list(sample.model(3).items)


@given(st.lists(st.text("ab*", max_size=4), max_size=4), st.text("ab", max_size=10))
def test_a_star_stands_for_anything(parts: list[str], text: str) -> None:
    import fnmatch

    pattern = "*".join(parts)
    assert fits(pattern, text) == fnmatch.fnmatchcase(text, pattern)
