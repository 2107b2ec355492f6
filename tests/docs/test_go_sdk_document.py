"""The Go SDK is made from the OpenAPI document of this source. None of this needs Go."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from tools import gen_go_sdk
from tools.sdk_document import document
from tools.sdk_go import methods
from tools.sdk_go.naming import METHODS

FOLDER = Path(__file__).parents[2] / "sdks" / "go"
DOCUMENT = document()


def test_the_generated_files_are_current() -> None:
    assert gen_go_sdk.stale(gen_go_sdk.files(DOCUMENT)) == [], "run `make docs`"


def test_every_operation_is_in_the_table_and_has_its_method() -> None:
    ids = {each["operationId"] for path in DOCUMENT["paths"].values() for each in path.values()}
    rows = re.findall(
        r'\{"(\w+)", "[A-Z]+", "/\S*", "(\w+)\.(\w+)"\}', (FOLDER / "operations.go").read_text()
    )
    assert {row[0] for row in rows} == ids
    sources = "".join(path.read_text() for path in FOLDER.glob("*.go"))
    for _, service, method in rows:
        assert re.search(rf"^func \(s \*{service}Service\) {method}\(", sources, re.MULTILINE), (
            service,
            method,
        )


@pytest.mark.parametrize("change", ["one more", "one less"])
def test_an_operation_that_the_sdk_does_not_name_is_an_error(change: str) -> None:
    document: dict[str, Any] = copy.deepcopy(DOCUMENT)
    if change == "one more":
        document["paths"]["/v1/moon"] = {"get": {"operationId": "getMoon", "responses": {}}}
    else:
        del document["paths"]["/v1/me"]
    with pytest.raises(methods.UnknownOperation, match="getMoon" if change == "one more" else "getMe"):
        gen_go_sdk.files(document)


def test_the_driver_of_the_conformance_cases_calls_every_method() -> None:
    calls = (FOLDER / "conformance" / "calls.go").read_text()
    called = set(re.findall(r"c\.(\w+\.\w+)\(", calls))
    assert called == {f"{method.service}.{method.name}" for method in METHODS}


def test_what_must_be_there_has_no_omitempty() -> None:
    models = (FOLDER / "models.go").read_text()
    scan = re.search(r"^type Scan struct \{\n(.*?)^\}", models, re.MULTILINE | re.DOTALL)
    assert scan
    tags = dict(re.findall(r'`json:"(\w+)(,omitempty)?"`', scan[1]))
    schema = DOCUMENT["components"]["schemas"]["ScanResource"]
    assert {name for name, option in tags.items() if not option} == set(schema["required"])
    assert tags.keys() == schema["properties"].keys()


def test_the_readme_links_to_what_is_there() -> None:
    for place in re.findall(r"\]\((?!https?:)([^)#]+)", (FOLDER / "README.md").read_text()):
        assert (FOLDER / place).exists(), place
