"""Writes what of sdks/javascript is made from the OpenAPI document: `python -m tools.gen_sdk_javascript`. With --check it
only tells what differs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyberai.api.app import all_routes
from cyberai.api.openapi import openapi_document
from tools.sdk_javascript.document import operations
from tools.sdk_javascript.tables import operations_text
from tools.sdk_javascript.types import models_text, resources_text

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sdks" / "javascript" / "src"


def document() -> dict[str, Any]:
    """The OpenAPI document of this source."""
    decoded: dict[str, Any] = json.loads(openapi_document(all_routes()))
    return decoded


def files(described: dict[str, Any]) -> dict[str, str]:
    """File name -> text."""
    found = operations(described)
    return {
        "operations.js": operations_text(described, found),
        "models.d.ts": models_text(described),
        "resources.d.ts": resources_text(described, found),
    }


def stale(wanted: dict[str, str]) -> list[str]:
    """The files that differ or are missing."""
    return [
        name
        for name, text in wanted.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text
    ]


def main(arguments: Sequence[str]) -> int:
    wanted = files(document())
    differing = stale(wanted)
    if "--check" in arguments:
        print("\n".join(f"stale: {name}" for name in differing) or "sdks/javascript is current")
        return 1 if differing else 0
    for name in differing:
        (FOLDER / name).write_text(wanted[name])
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
