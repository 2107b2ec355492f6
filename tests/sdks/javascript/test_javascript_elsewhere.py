"""The JavaScript SDK in Deno and Bun, where they are on the path."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from javascript_runs import run_script

PROGRAMS = {"deno": ("run", "--allow-all", "--no-remote"), "bun": ("run",)}


@pytest.mark.parametrize("name", PROGRAMS)
def test_ten_lines_and_what_no_case_can_say(
    world_of: Callable[[str], dict[str, Any]], tmp_path: Path, name: str
) -> None:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"there is no {name} here: the JavaScript SDK was not run in it")
    world = world_of(name)
    found = {}
    for script in ("ten_lines.mjs", "beyond_the_cases.mjs"):
        text = Path(__file__).with_name(script).read_text()
        command = (program, *PROGRAMS[name])
        found[script] = json.loads(run_script(tmp_path, text, world, world["target"], program=command))
    assert found["ten_lines.mjs"]["status"] == "completed"
    assert found["beyond_the_cases.mjs"] == []
