"""A logo, which whoever orders a report sends: it is refused with words, or it is a picture of bounded size."""

import base64

from cyberai.app.report_logo import MAX_BYTES, read_logo

KINDS = ("image/png", "image/jpeg", "image/svg+xml")


def fuzz_one(data: bytes) -> None:
    """The bytes as each kind of picture, and as the whole text."""
    for kind in KINDS:
        _read(f"data:{kind};base64,{base64.b64encode(data).decode()}")
    _read(data.decode("latin-1"))


def _read(text: str) -> None:
    try:
        logo = read_logo(text)
    except ValueError:
        return
    assert 0 < len(logo.content) <= MAX_BYTES + 3
    assert logo.media_type in KINDS
    if logo.format == "svg":
        assert b"<script" not in logo.content.lower()
