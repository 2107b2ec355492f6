"""Writes what of sdks/go is made from the OpenAPI document: `python -m tools.gen_go_sdk`. With --check it only tells
what differs. It needs no Go: the text is as gofmt has it, which a test compares where there is one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyberai.api.app import all_routes
from cyberai.api.openapi import openapi_document
from tools.sdk_go import calls, methods, schemas

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sdks" / "go"


def document() -> dict[str, Any]:
    """The OpenAPI document of this source."""
    decoded: dict[str, Any] = json.loads(openapi_document(all_routes()))
    return decoded


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
    return [name for name, text in wanted.items() if not _is_so(FOLDER / name, text)]


def _is_so(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def main(arguments: Sequence[str]) -> int:
    wanted = files(document())
    differing = stale(wanted)
    if "--check" in arguments:
        print("\n".join(f"stale: {name}" for name in differing) or "sdks/go is current")
        return 1 if differing else 0
    for name in differing:
        (FOLDER / name).write_text(wanted[name])
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
