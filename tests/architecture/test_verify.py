"""`make check` and its kin: a step that fails fails all, and a run without any test is no success."""

import sys
from pathlib import Path

import pytest

from tools import verify


def python(text: str, name: str = "step") -> verify.Step:
    return verify.Step(name, (sys.executable, "-c", text))


def result(code: int, *, is_pytest: bool = True, passed: int = 0, failed: int = 0) -> verify.Result:
    return verify.Result(verify.Step("unit", ("true",), is_pytest), code, 0.1, "", passed, failed)


def test_a_failing_step_shows_its_output_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    done = verify.run_lane([python("print('why'); raise SystemExit(3)", "lint")], live=False)
    assert [item.code for item in done] == [3]
    assert verify.conclude("check", [*done, result(0, passed=1)], 1.0) == 1
    shown = capsys.readouterr().out
    assert "why" in shown
    assert "check: FAILED: lint" in shown


def test_lanes_run_every_step(tmp_path: Path) -> None:
    marks = [tmp_path / name for name in "abc"]
    steps = [python(f"open({str(mark)!r}, 'w')") for mark in marks]
    done = verify.run_lanes([steps[:2], steps[2:]])
    assert [item.code for item in done] == [0, 0, 0]
    assert all(mark.exists() for mark in marks)


def test_a_step_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "STEP_LIMIT_SECONDS", 0.5)
    done = verify.run(python("import time; time.sleep(60)"), live=False)
    assert not done.ok
    assert "did not end" in done.output


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([result(0, passed=3)], 0),
        ([result(0, passed=3), result(verify.NO_TESTS_COLLECTED)], 0),
        ([result(verify.NO_TESTS_COLLECTED)], 1),
        ([result(0, passed=3), result(1, passed=1, failed=1)], 1),
        ([result(0, passed=3), result(verify.NO_TESTS_COLLECTED, is_pytest=False)], 1),
        ([], 1),
    ],
)
def test_the_whole_is_judged(
    results: list[verify.Result], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.conclude("test", results, 1.0) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("0 skipped")


def test_skips_are_shown_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    skipping = result(0, passed=1)
    skipping.skips.append(("tests/e2e/test_a.py::test_b", "no server here"))
    assert verify.conclude("test", [skipping], 1.0) == 0
    shown = capsys.readouterr().out
    assert "tests/e2e/test_a.py::test_b  no server here" in shown
    assert shown.endswith("1 passed, 0 failed, 1 skipped\n")


def folders_of(lanes: list[list[verify.Step]]) -> list[str]:
    commands = [step.command for lane in lanes for step in lane if step.is_pytest]
    return [argument for command in commands for argument in command if argument.startswith("tests/")]


def test_every_test_is_in_one_lane() -> None:
    folders = folders_of(verify.check_lanes(()))
    for top in ("unit", "property", "architecture"):
        for path in (verify.ROOT / "tests" / top).glob("**/test_*.py"):
            assert sum(path.is_relative_to(verify.ROOT / folder) for folder in folders) == 1, path


@pytest.mark.parametrize(("verb", "marks"), [("check", "not long and not slow"), ("test", "not long")])
def test_only_check_leaves_the_slow_tests_out(verb: str, marks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[verify.Step]] = []

    def keep(lanes: list[list[verify.Step]], *, told: bool = False) -> list[verify.Result]:
        asked.extend(lanes)
        return [result(0, passed=1)]

    monkeypatch.setattr(verify, "run_lanes", keep)
    monkeypatch.setattr(verify, "run_lane", lambda steps, live: keep([steps]))
    assert verify.main([verb]) == 0
    commands = [step.command for lane in asked for step in lane if step.is_pytest]
    assert commands
    assert all(marks in command for command in commands)


def test_every_test_with_servers_is_in_one_lane() -> None:
    lanes = [*verify.contract_lanes(), *verify.server_lanes(), *verify.whole_lanes()]
    commands = [step.command for lane in lanes for step in lane]
    for top in ("contract", "api", "checks", "matrices", "docs", "sdks", "e2e", "hostile", "crash"):
        for path in (verify.ROOT / "tests" / top).glob("**/test_*.py"):
            name = str(path.relative_to(verify.ROOT))
            within = [
                command
                for command in commands
                if (name in command[5:] and command[command.index(name) - 1] != "--ignore")
                or (f"tests/{top}" in command and name not in command)
            ]  # fmt: skip
            assert len(within) == 1, name


def test_a_folder_without_tests_is_no_step() -> None:
    assert verify.tests("x", ["no-such-folder"]) == []
    (step,) = verify.tests("architecture", ["no-such-folder", "architecture"])
    assert step.command[-1] == "tests/architecture"
