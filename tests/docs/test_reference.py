"""Everything a user can meet is documented, and the committed reference is what the code says."""

import enum
import json
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
import pytest

from cyberai.domain.errors import ErrorCode
from cyberai.domain.event import EventType
from tools import gen_docs
from tools.reference import checks, interfaces, values
from tools.reference.page import Page, member_texts, module_if_there


def test_nothing_is_undocumented() -> None:
    assert [name for page in gen_docs.pages() for name in page.undocumented] == []


def test_the_committed_reference_is_current() -> None:
    assert gen_docs.stale(gen_docs.files(gen_docs.pages()), gen_docs.FOLDER) == [], "run `make docs`"


@pytest.mark.parametrize("item", list(ErrorCode))
def test_every_error_code_has_its_heading(item: ErrorCode) -> None:
    assert f"\n## {item.value}\n" in values.errors().text()


@pytest.mark.parametrize("item", list(EventType))
def test_every_event_type_is_listed(item: EventType) -> None:
    assert f"| `{item.value}` |" in values.events().text()


@pytest.mark.parametrize(
    ("part", "build"),
    [
        ("cyberai.cli.group", interfaces.command_line),
        ("cyberai.config", interfaces.settings),
        ("cyberai.api.openapi", interfaces.api),
        ("cyberai.checks", checks.checks),
    ],
)
def test_a_part_that_exists_has_its_page(part: str, build: Callable[[], Page | None]) -> None:
    assert (module_if_there(part) is None) == (build() is None)


class Colour(enum.Enum):
    RED = "red"
    """Like
    blood."""
    BLUE = "blue"


def test_a_member_without_text_is_found() -> None:
    assert member_texts(Colour) == {"red": "Like blood.", "blue": ""}


def test_a_stale_missing_or_left_over_file_is_found(tmp_path: Path) -> None:
    gen_docs.write({"a.md": "1", "b.md": "2"}, tmp_path)
    assert gen_docs.stale({"a.md": "1", "b.md": "2"}, tmp_path) == []
    assert gen_docs.stale({"a.md": "1", "b.md": "x", "c.md": "3"}, tmp_path) == ["b.md", "c.md"]
    gen_docs.write({"a.md": "1"}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_options_are_rendered_and_a_silent_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.group(help="The tool.")
    def tool() -> None: ...

    @tool.command(help="Look at a target.")
    @click.option("--depth", default=3, help="How deep.")
    @click.option("--quick", is_flag=True)
    def scan(depth: int, quick: bool) -> None: ...

    monkeypatch.setattr(interfaces, "module_if_there", lambda name: type("Main", (), {"tool": tool}))
    page = interfaces.command_line()
    assert page is not None
    assert "## cyberai scan" in page.text()
    assert "| `--depth INTEGER` | `3` | How deep. |" in page.text()
    assert page.undocumented == ["cli: cyberai scan --quick"]


def test_settings_are_rendered_and_a_silent_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Setting(msgspec.Struct):
        name: str
        env: str
        type: str
        default: str
        help: str

    declared = (
        Setting("port", "CYBERAI_PORT", "number", "8080", "Where to listen."),
        Setting("x", "CYBERAI_X", "a|b", "one per core", ""),
    )
    monkeypatch.setattr(
        interfaces, "module_if_there", lambda name: type("Config", (), {"SETTINGS": declared})
    )
    page = interfaces.settings()
    assert page is not None
    assert "| `port` | `CYBERAI_PORT` | number | `8080` | Where to listen. |" in page.text()
    assert "| `x` | `CYBERAI_X` | a\\|b | one per core |  |" in page.text()
    assert page.undocumented == ["settings: x"]


def test_routes_are_rendered_and_a_silent_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = {
        "summary": "Start a scan.",
        "parameters": [{"name": "dry_run"}],
        "responses": {"201": {}, "400": {}},
    }
    document = {"paths": {"/v1/scans": {"post": operation, "get": {"responses": {}}}}}
    members = {"all_routes": tuple, "openapi_document": staticmethod(lambda routes: json.dumps(document))}
    module = type("Api", (), members)
    monkeypatch.setattr(interfaces, "module_if_there", lambda name: module)
    page = interfaces.api()
    assert page is not None
    assert "| `POST /v1/scans` | Start a scan. | `dry_run` | 201, 400 |" in page.text()
    assert page.undocumented == ["api: GET /v1/scans"]
