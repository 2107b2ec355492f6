"""Runs of the JavaScript SDK in tests."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.node import node

PACKAGE = Path(__file__).parents[3] / "sdks" / "javascript"


def run(program: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """A whole run of a program."""
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=300, check=False, **options
    )


def run_script(
    folder: Path, script: str, world: dict[str, Any], *arguments: str, program: Sequence[str] = ()
) -> str:
    """What a script prints that imports the package as users do, in a folder and an environment of its own; in the newest
    Node unless another `program` is named."""
    modules = folder / "node_modules" / "@cyberai"
    modules.mkdir(parents=True, exist_ok=True)
    if not (modules / "sdk").exists():
        (modules / "sdk").symlink_to(PACKAGE)
    (folder / "package.json").write_text("{}")
    (folder / "script.mjs").write_text(script)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "CYBERAI_BASE_URL": f"{world['origin']}/v1",
        "CYBERAI_API_KEY": world["key"],
    }
    done = run(*(program or [node()]), "script.mjs", *arguments, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_driver(
    world: dict[str, Any],
    cases: list[dict[str, Any]],
    folder: Path,
    entry: str = "index.js",
    program: str | None = None,
) -> dict[str, list[str]]:
    """Case -> what was not as expected. `program` is another Node than the newest."""
    given = {
        "world": world,
        "cases": cases,
        "sdk": str(PACKAGE / "src"),
        "entry": entry,
        "folder": str(folder),
    }
    driver = Path(__file__).with_name("driver.mjs")
    done = run(program or node(), str(driver), input=json.dumps(given))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["id"]: line["problems"] for line in lines}
