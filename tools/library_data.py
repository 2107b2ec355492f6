"""Writes the table of JavaScript libraries and their known flaws from the package `unretiredjs`, which carries the
repository of Retire.js (both Apache-2.0):

    pip install --target FOLDER --no-deps unretiredjs
    python -m tools.library_data FOLDER/unretiredjs/vulnerabilities.py

The package itself is no dependency: of it only the data is wanted.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import re2

TARGET = Path(__file__).resolve().parent.parent / "src/cyberai/checkkit/data/javascript_libraries.json"
SOURCE = "Retire.js repository, https://github.com/RetireJS/retire.js, Apache-2.0; by way of unretiredjs"
NO_LIBRARY = frozenset({"dont check", "retire-example"})
SUMMARY = 160


def library(name: str, entry: dict[str, Any]) -> dict[str, Any] | None:
    """One row of the table, or None for an entry that says nothing about flaws."""
    flaws = [flaw(item) for item in entry["vulnerabilities"]]
    if name in NO_LIBRARY or not flaws:
        return None
    found = entry.get("extractors", {})
    content = [[pattern, "$1"] for pattern in linear(found.get("filecontent", []))]
    for replacing in found.get("filecontentreplace", []):
        pattern, _, template = replacing[1:-1].rpartition("/")
        content += [[kept, template] for kept in linear([pattern])]
    return {
        "name": name,
        "content": content,
        "file": list(linear(found.get("filename", []))),
        "address": list(linear(found.get("uri", []))),
        "hashes": found.get("hashes", {}),
        "flaws": flaws,
    }


def linear(patterns: Sequence[str]) -> Iterator[str]:
    """The patterns as a linear-time matcher takes them: for a back reference any name stands. What it refuses (more
    than a thousand repetitions) is left out: without its bound it would join words of different libraries."""
    for pattern in patterns:
        for number in "123":
            pattern = pattern.replace(f"\\{number}", r"[\w$]+")
        try:
            re2.compile(pattern.encode("latin-1"))
        except re2.error:
            print(f"left out: {pattern}", file=sys.stderr)
        else:
            yield pattern


def flaw(item: dict[str, Any]) -> dict[str, Any]:
    known = item["identifiers"]
    names = known.get("CVE") or [known[key] for key in ("githubID", "retid") if key in known]
    summary = " ".join(known.get("summary", "").split())
    return {
        "from": item.get("atOrAbove", ""),
        "below": item["below"],
        "severity": item["severity"],
        "ids": names if isinstance(names, list) else [names],
        "summary": summary if len(summary) <= SUMMARY else summary[:SUMMARY].rpartition(" ")[0] + " ...",
        "cwe": item.get("cwe", []),
    }


def main(arguments: Sequence[str]) -> int:
    definitions = runpy.run_path(arguments[0])["definitions"]
    rows = [library(name, definitions[name]) for name in sorted(definitions)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=True, sort_keys=True) for row in rows if row is not None)
    TARGET.write_text(f'{{"source": {json.dumps(SOURCE)},\n"libraries": [\n{lines}\n]}}\n')
    print(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
