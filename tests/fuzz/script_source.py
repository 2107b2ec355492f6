"""Fuzz entry: any bytes as a script, and as an answer with encoded text."""

from cyberai.checkkit.php_filters import filtered_text
from cyberai.domain.http import Url
from cyberai.engine.script_calls import MAX_CALLS, calls
from cyberai.engine.scripts import MAX_NAMES, cookie_values, header_fields

PAGE = Url.parse("http://shop.example/page")


def fuzz_one(data: bytes) -> None:
    """What is read is bounded and can be sent; never an error."""
    text = data.decode("utf-8", "replace")
    assert len(calls(text, PAGE)) <= MAX_CALLS
    for named in (header_fields(text), cookie_values(text)):
        assert len(named) <= MAX_NAMES
        assert all(name.isascii() and value.isprintable() for name, value in named)
    one, _, other = data.partition(b"\n")
    assert filtered_text(one, other, b"").encode() in one
