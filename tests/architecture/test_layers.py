"""Each import contract breaks on a skeleton that violates it, and a clean skeleton is kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "domain",
    "ports",
    "checkkit",
    "checks",
    "engine",
    "net",
    "storage",
    "lab",
    "app",
    "api",
    "config",
    "cli",
)

VIOLATIONS = {
    "stray.py": "",
    "domain/clock.py": "from time import monotonic",
    "ports/up.py": "import cyberai.checkkit",
    "storage/sideways.py": "import cyberai.net",
    "engine/adapter.py": "import cyberai.net",
    "app/adapter.py": "from cyberai.storage import x",
    "api/adapter.py": "import cyberai.net",
    "api/settings.py": "import cyberai.config",
    "checks/regex.py": "import re",
    "checks/ports.py": "import cyberai.ports",
    "net/a.py": "import cyberai.net.b",
    "net/b.py": "import cyberai.net.a",
}
REPORTED = (
    "cyberai.stray",
    "cyberai.domain.clock -> time",
    "cyberai.ports.up -> cyberai.checkkit",
    "cyberai.storage.sideways -> cyberai.net",
    "cyberai.engine.adapter -> cyberai.net",
    "cyberai.app.adapter -> cyberai.storage",
    "cyberai.api.adapter -> cyberai.net",
    "cyberai.api.settings -> cyberai.config",
    "cyberai.checks.regex -> re",
    "cyberai.checks.ports -> cyberai.ports",
)
CLEAN = {
    "checks/a.py": "import cyberai.checkkit\nimport cyberai.domain",
    "app/a.py": "import cyberai.engine\nimport cyberai.ports",
    "cli/a.py": "import cyberai.config\nimport cyberai.lab",
}


def lint(root: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    package = root / "cyberai"
    for name in PACKAGES:
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").touch()
    (package / "__init__.py").touch()
    for path, text in files.items():
        (package / path).write_text(text)
    shutil.copy(ROOT / ".importlinter", root)
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=60)


def test_a_clean_skeleton_is_kept(tmp_path: Path) -> None:
    done = lint(tmp_path, CLEAN)
    assert done.returncode == 0, done.stdout


def test_every_violation_is_reported(tmp_path: Path) -> None:
    done = lint(tmp_path, VIOLATIONS)
    assert done.returncode == 1
    assert "5 broken" in done.stdout
    assert [line for line in REPORTED if line not in done.stdout] == [], done.stdout
    assert "No cycles are allowed in cyberai.net." in done.stdout
