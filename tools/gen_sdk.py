"""Writes what of sdks/python is made from the OpenAPI document: `python -m tools.gen_sdk`. With --check it only tells
what differs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import generated_files
from tools.sdk_document import document
from tools.sdk_python import methods, schemas

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sdks" / "python" / "src" / "cyberai_sdk"


def files(described: dict[str, Any]) -> dict[str, str]:
    """File name -> text, formatted."""
    types = schemas.Types(described)
    made = {
        "models.py": schemas.models_text(types),
        "_operations.py": methods.operations_text(described),
        "_resources.py": methods.resources_text(described, types, is_async=False),
        "_async_resources.py": methods.resources_text(described, types, is_async=True),
    }
    return {name: formatted(name, text) for name, text in made.items()}


def formatted(name: str, text: str) -> str:
    """As `ruff format` and its import order have it."""
    ruff = Path(sys.executable).with_name("ruff")
    for verb in (["check", "--select", "F401,I", "--fix", "--quiet"], ["format", "--quiet"]):
        command = [str(ruff), *verb, "--stdin-filename", str(FOLDER / name), "-"]
        text = subprocess.run(
            command, input=text, capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
    return text


def stale(wanted: dict[str, str]) -> list[str]:
    """The files that differ or are missing."""
    return generated_files.stale(FOLDER, wanted)


def main(arguments: Sequence[str]) -> int:
    return generated_files.bring_up_to_date(FOLDER, files(document()), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
