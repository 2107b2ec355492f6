"""The Go SDK: it compiles without warnings, does what sdks/conformance says, and its README works as it stands there."""

import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.conformance_cases import cases_for, prepared, problems

ROOT = Path(__file__).parents[3]
SDK = ROOT / "sdks" / "go"
GO = shutil.which("go", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/go/bin"]))
CASES = cases_for("go")
AT_A_TIME = 4
"""Most cases wait most of the time."""
BUILD_SECONDS = 300
"""The first build compiles Go's standard library as well."""

if GO is None:
    why = f"no Go toolchain: sdks/go was not compiled, none of its {len(CASES)} cases and none of its README was run"
    pytest.skip(why, allow_module_level=True)


def environment(folder: Path) -> dict[str, str]:
    """What Go needs: no network, and a cache that outlives the test where there is a home for it."""
    home = os.environ.get("HOME")
    home = home if home and os.access(home, os.W_OK) else None
    cache = os.environ.get("GOCACHE") or (
        str(Path(home) / ".cache" / "go-build") if home else str(folder / "cache")
    )
    own = {"GOCACHE": cache, "GOPATH": str(folder / "gopath"), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    more = {"GOTOOLCHAIN": "local", "GOTELEMETRY": "off", "CGO_ENABLED": "0", "HOME": str(folder)}
    return {"PATH": f"{Path(str(GO)).parent}{os.pathsep}{os.environ.get('PATH', '')}", **own, **more}


def go(folder: Path, *arguments: str, cwd: Path = SDK) -> str:
    """What `go ...` prints; the test fails where it fails."""
    done = subprocess.run(
        [str(GO), *arguments],
        cwd=cwd,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK's programs: the driver, the ten lines, the README's examples."""
    folder = tmp_path_factory.mktemp("go")
    written = folder / "readme"
    written.mkdir()
    for index, example in enumerate(examples()):
        (written / f"example{index}").mkdir()
        (written / f"example{index}" / "main.go").write_text(example)
    (written / "go.mod").write_text(
        f"module example.com/readme\n\ngo {language_version(folder)}\n\n"
        f"require github.com/cyberai/go-sdk v0.0.0\n\nreplace github.com/cyberai/go-sdk => {SDK}\n"
    )
    go(folder, "build", "-o", f"{folder}/", "./conformance", "./examples/tenlines")
    go(folder, "build", "-o", f"{folder}/", "./...", cwd=written)
    return folder


def language_version(folder: Path) -> str:
    """`1.23` of the toolchain that is here."""
    found = re.search(r"go(1\.\d+)", go(folder, "env", "GOVERSION"))
    assert found
    return found[1]


def examples() -> list[str]:
    """The programs of the README: all its code is whole programs."""
    found = re.findall(r"^```go\n(.*?)^```", (SDK / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(found) >= 5
    assert all(re.match(r"(//go:build go1\.23\n\n)?package main\n", example) for example in found)
    return found


@pytest.fixture(scope="module")
def own_world(world_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return world_of("go")


@pytest.fixture(scope="module")
def judged(programs: Path, own_world: dict[str, Any], heard: dict[str, str]) -> dict[str, list[str]]:
    """What was not as expected, by case: the driver runs them all, several at a time."""
    run = uuid.uuid4().hex[:8]
    heard["go"] = f"{next(iter(CASES))}-go-{run}"
    ready = {id: prepared(case, own_world, f"{id}-go-{run}") for id, case in CASES.items()}
    given = {
        "workers": AT_A_TIME,
        "cases": [
            {"id": id, "base_url": case["base_url"], "client": case["client"], "do": case["do"]}
            for id, case in ready.items()
        ],
    }
    done = subprocess.run(
        [str(programs / "conformance")], input=json.dumps(given), capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr
    outcomes = {outcome["id"]: outcome for outcome in map(json.loads, done.stdout.splitlines())}
    assert outcomes.keys() == ready.keys()
    return {id: problems(case, outcomes[id], own_world["origin"]) for id, case in ready.items()}


@pytest.mark.parametrize("id", CASES)
def test_case(judged: dict[str, list[str]], id: str) -> None:
    assert judged[id] == [], CASES[id]["about"]


def test_gofmt_and_vet_have_nothing_to_say(programs: Path) -> None:
    gofmt = Path(str(GO)).with_name("gofmt")
    command = [str(gofmt if gofmt.exists() else shutil.which("gofmt")), "-l", "."]
    done = subprocess.run(command, cwd=SDK, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    go(programs, "vet", "./...")


def test_its_own_tests(programs: Path) -> None:
    assert "ok" in go(programs, "test", "-vet=off", ".")


def test_it_needs_the_standard_library_only(programs: Path) -> None:
    needed = go(programs, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./...")
    assert all(line.startswith("github.com/cyberai/go-sdk") for line in needed.splitlines())


def run_program(program: Path, world: dict[str, Any], *arguments: str) -> str:
    """What a program prints that has nothing but the environment of the README."""
    own = {
        "HOME": str(program.parent),
        "CYBERAI_BASE_URL": f"{world['origin']}/v1",
        "CYBERAI_API_KEY": world["key"],
    }
    folder = program.parent / f"in-{program.name}"
    folder.mkdir()
    done = subprocess.run(
        [str(program), *arguments], env=own, cwd=folder, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_ten_lines_written_from_the_readme_alone(programs: Path, own_world: dict[str, Any]) -> None:
    shown = run_program(programs / "tenlines", own_world, own_world["target"])
    assert re.search(r"^low\t\S.*$", shown, re.MULTILINE), shown


def test_the_examples_of_the_readme(programs: Path, own_world: dict[str, Any]) -> None:
    """Each prints what its comments say. One is for newer toolchains only, and is no program with an older one."""
    built = {index for index in range(len(examples())) if (programs / f"example{index}").exists()}
    newer = {index for index, example in enumerate(examples()) if example.startswith("//go:build")}
    is_old = tuple(map(int, language_version(programs).split("."))) < (1, 23)
    assert built == set(range(len(examples()))) - (newer if is_old else set())
    for index in sorted(built):
        printed = run_program(programs / f"example{index}", own_world, own_world["target"])
        wanted = re.findall(r"// prints: (.*)", examples()[index])
        assert wanted
        for line in wanted:
            assert re.search(line, printed, re.MULTILINE), (line, printed)
