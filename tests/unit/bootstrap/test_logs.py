"""No secret in a log line, whatever the format."""

import json
import logging

import pytest

from cyberai.bootstrap.logs import JsonLines, TextLines, without_secrets

CANARY = "cai_live_Canary0Canary0Canary0Canary0abcdef"
OWN = "an-own-key-0123456789abcdef"
SPILLS = (
    f"the key is {CANARY}",
    f'headers: {{"Authorization": "Bearer {CANARY}"}}',
    f"GET /v1/ws?token={CANARY}&since=1",
    f"Authorization: Bearer {OWN}!",
    f"key={OWN}",
    f"proxy http://user:{OWN}@proxy.example:3128 refused",
    f"https://{OWN}:x@host/path",
    f"password={OWN};",
    f"{CANARY}{CANARY}",
)


def record(
    message: str, name: str = "cyberai.server", error: BaseException | None = None
) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord(name, logging.WARNING, __file__, 1, message, (), info)


@pytest.mark.parametrize("spill", SPILLS)
@pytest.mark.parametrize("make", [TextLines, JsonLines])
def test_no_line_carries_a_secret(spill: str, make: type[TextLines] | type[JsonLines]) -> None:
    formatter = make((OWN,))
    for line in (formatter.format(record(spill)), formatter.format(record("x", error=ValueError(spill)))):
        assert "Canary0" not in line
        assert OWN not in line
        assert "***" in line


@pytest.mark.parametrize(
    "text",
    [
        "nothing to hide",
        "http://127.0.0.1:8080/a@b",
        "mail a@b.example",
        "https://host/x?y=1",
        "a://b",
        "Bearers",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert without_secrets(text, (OWN,)) == text


def test_a_json_line_is_one_object_and_the_access_log_is_no_text_in_text() -> None:
    line = JsonLines().format(record("two\nlines \u2028 \ud800".encode("utf-8", "replace").decode()))
    assert "\n" not in line
    told = json.loads(line)
    assert list(told) == ["time", "level", "logger", "process", "message"]
    request = json.loads(JsonLines().format(record('{"path":"/v1"}', "cyberai.access")))["request"]
    assert request == {"path": "/v1"}
    failed = json.loads(JsonLines().format(record("x", error=ValueError("why"))))
    assert "ValueError: why" in failed["error"]
