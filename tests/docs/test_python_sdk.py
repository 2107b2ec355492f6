"""The Python SDK carries every operation of the OpenAPI document, in both clients, as the document has it now."""

import copy
import inspect

import pytest

import cyberai_sdk
from cyberai_sdk._operations import METHODS
from cyberai_sdk.testing import FakeServer
from tools import gen_sdk
from tools.sdk_document import document
from tools.sdk_python.methods import UnknownOperation

DOCUMENT = document()
OPERATIONS = {
    described["operationId"]: described
    for methods in DOCUMENT["paths"].values()
    for described in methods.values()
}


def test_the_generated_part_is_current() -> None:
    assert gen_sdk.stale(gen_sdk.files(DOCUMENT)) == [], "run `make docs`"


def test_every_operation_has_its_method_in_both_clients() -> None:
    assert METHODS.keys() == OPERATIONS.keys()
    sync = cyberai_sdk.Client(api_key="k", transport=FakeServer())
    other = cyberai_sdk.AsyncClient(api_key="k", transport=FakeServer())
    for operation, place in METHODS.items():
        group, _, name = place.partition(".")
        first, second = (getattr(getattr(client, group), name) for client in (sync, other))
        assert inspect.signature(first).parameters == inspect.signature(second).parameters, operation
        assert first.__doc__, operation


def test_an_operation_without_a_method_is_found() -> None:
    changed = copy.deepcopy(DOCUMENT)
    changed["paths"]["/v1/moon"] = {"get": {"operationId": "landOnTheMoon", "responses": {}}}
    with pytest.raises(UnknownOperation, match="landOnTheMoon"):
        gen_sdk.files(changed)


def test_a_schema_without_a_python_type_is_found() -> None:
    changed = copy.deepcopy(DOCUMENT)
    changed["components"]["schemas"]["ScanResource"]["properties"]["odd"] = {"type": "colour"}
    with pytest.raises(ValueError, match=r"ScanResource\.odd"):
        gen_sdk.files(changed)
