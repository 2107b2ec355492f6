"""The package of the JavaScript SDK: complete, current, small, without dependencies. Needs no Node."""

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from javascript_runs import PACKAGE, run

from tools import gen_sdk_javascript
from tools.sdk_document import document
from tools.sdk_javascript.naming import BY_HAND, METHODS

SOURCE = PACKAGE / "src"
MOST_BYTES = 6 * 1024
BUNDLED = (
    "answers.js",
    "client.js",
    "errors.js",
    "events.js",
    "http.js",
    "index.js",
    "settings.js",
    "table.js",
    "waiting.js",
)


def code_of(name: str) -> bytes:
    """A module without its comments."""
    text = re.sub(r"^/\*.*?\*/\n?", "", (SOURCE / name).read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^//.*\n", "", text, flags=re.MULTILINE).strip().encode()


def test_what_is_generated_is_current() -> None:
    stale = gen_sdk_javascript.stale(gen_sdk_javascript.files(document()))
    assert not stale, "run: make docs"


def test_every_operation_has_a_method() -> None:
    described = document()
    operations = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert sorted(operations) == sorted(METHODS)
    table = (SOURCE / "operations.js").read_text()
    by_hand = (SOURCE / "client.js").read_text()
    for operation, method in METHODS.items():
        group, name = method.split(".")
        section = re.search(rf"^(?:.*`)?{group}\n((?:\w+ .*\n?)+)", table, re.MULTILINE)
        assert section, group
        assert re.search(rf"^{name} ", section[1], re.MULTILINE), method
        assert operation not in BY_HAND or f"this.{method} = " in by_hand, method


def test_it_is_at_most_six_kilobytes() -> None:
    whole = code_of("index.min.js") + b"\n" + code_of("operations.js")
    assert len(gzip.compress(whole, 9)) <= MOST_BYTES


def test_the_minified_file_is_made_of_the_sources() -> None:
    digest = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in BUNDLED)).hexdigest()
    assert digest in (SOURCE / "index.min.js").read_text(), "run: sh tools/build_sdk_javascript.sh"
    apart = {"index.min.js", "node.js", "operations.js", "testing.js", "webhooks.js"}
    assert {path.name for path in SOURCE.glob("*.js")} == {*BUNDLED, *apart}


def test_it_depends_on_nothing() -> None:
    package = json.loads((PACKAGE / "package.json").read_text())
    assert not {name for name in package if "ependencies" in name}
    for path in SOURCE.glob("*.js"):
        imported = re.findall(r"""(?:from|import)\s*\(?["']([^"']+)["']""", path.read_text())
        assert all(name.startswith(("./", "node:")) for name in imported), path.name
        assert path.name == "node.js" or not any(name.startswith("node:") for name in imported), path.name
    for entry in package["exports"].values():
        assert (PACKAGE / entry["types"]).exists()
        assert (PACKAGE / entry["default"]).exists()
    version = re.search(r'VERSION = "(.*)"', (SOURCE / "http.js").read_text())
    assert version
    assert version[1] == package["version"]


def test_the_types_fit_their_use(tmp_path: Path) -> None:
    compiler = shutil.which("tsc")
    if compiler is None:
        pytest.skip("there is no tsc here: the types of the JavaScript SDK were not checked")
    modules = tmp_path / "node_modules" / "@cyberai"
    modules.mkdir(parents=True)
    (modules / "sdk").symlink_to(PACKAGE)
    (tmp_path / "use.mts").write_text(Path(__file__).with_name("use.mts").read_text())
    options = {
        "noEmit": True,
        "strict": True,
        "target": "es2022",
        "module": "nodenext",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["use.mts"]}))
    done = run(compiler, "-p", ".", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
