"""Writes what of sdks/go is made from the OpenAPI document: `python -m tools.gen_go_sdk`. With --check it only tells
what differs. It needs no Go: the text is as gofmt has it, which a test compares where there is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import generated_files
from tools.sdk_document import document
from tools.sdk_go import calls, methods, schemas

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sdks" / "go"


def files(described: dict[str, Any]) -> dict[str, str]:
    """File name -> text."""
    types = schemas.Types(described)
    return {
        "models.go": schemas.models_text(types),
        "services.go": methods.services_text(described, types),
        "operations.go": methods.operations_text(described),
        "conformance/calls.go": calls.calls_text(described, types),
    }


def stale(wanted: dict[str, str]) -> list[str]:
    """The files that differ or are missing."""
    return generated_files.stale(FOLDER, wanted)


def main(arguments: Sequence[str]) -> int:
    return generated_files.bring_up_to_date(FOLDER, files(document()), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
