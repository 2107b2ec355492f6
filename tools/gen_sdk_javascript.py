"""Writes what of sdks/javascript is made from the OpenAPI document: `python -m tools.gen_sdk_javascript`. With --check it
only tells what differs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import generated_files
from tools.sdk_document import document
from tools.sdk_javascript.document import operations
from tools.sdk_javascript.tables import operations_text
from tools.sdk_javascript.types import models_text, resources_text

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sdks" / "javascript" / "src"


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
    return generated_files.stale(FOLDER, wanted)


def main(arguments: Sequence[str]) -> int:
    return generated_files.bring_up_to_date(FOLDER, files(document()), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
