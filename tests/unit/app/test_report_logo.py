"""A logo is a picture and nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.app.report_logo import MAX_BYTES, MAX_SIDE, read_logo
from fuzz import logo as fuzz_logo
from unit.reports import logos
from unit.reports.logos import chunk, png

NS = 'xmlns="http://www.w3.org/2000/svg"'
JPEG = base64.b64decode(logos.JPEG)


def uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def svg(inside: str, attributes: str = "") -> str:
    return uri(f"<svg {NS} {attributes}>{inside}</svg>".encode(), "image/svg+xml")


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (uri(png()), "png"),
        (uri(JPEG, "image/jpeg"), "jpeg"),
        (svg('<path d="M0 0h9v9z" fill="url(#a)"/><style>.a{fill:red}</style>', 'viewBox="0 0 9 9"'), "svg"),
    ],
)
def test_pictures_are_taken(text: str, format: str) -> None:
    assert read_logo(text).format == format


HOSTILE_SVG = [
    "<script>alert(1)</script>",
    '<path onload="alert(1)"/>',
    '<image href="https://a.example/x.png"/>',
    '<use href="#a"/>',
    '<a href="https://a.example"><path/></a>',
    '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
    '<style>@import "//a.example";</style>',
    '<path style="fill:url(//a.example)"/>',
    '<path style="fill:u\\72l(//a.example)"/>',
    '<path fill="url( &quot;https://a.example#x&quot; )"/>',
    '<animate attributeName="href" to="javascript:alert(1)"/>',
    "<set/>",
    "<path>" * 40 + "</path>" * 40,
    "<path/>" * 3_000,
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
]


@pytest.mark.parametrize("inside", HOSTILE_SVG, ids=lambda text: text[:40])
def test_an_svg_holds_shapes_only(inside: str) -> None:
    with pytest.raises(ValueError, match="shapes, text and gradients only"):
        read_logo(svg(inside))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>',
        b'<?xml-stylesheet href="//a.example/x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<svg/>",
        b"<html/>",
        b"",
        b"\xff\xfe<svg/>",
    ],
)
def test_what_is_no_svg_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="Is no svg picture"):
        read_logo(uri(content, "image/svg+xml"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        png()[:-1],
        png()[:40] + b"\0" + png()[41:],
        png(MAX_SIDE + 1, 1),
        png(0, 1),
        png(data=b"\0" * 40_000_000),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        b"GIF89a",
    ],
)
def test_a_png_is_whole_and_no_bomb(content: bytes) -> None:
    with pytest.raises(ValueError, match="Is no png picture"):
        read_logo(uri(content))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff\xd9", JPEG[:-2], JPEG[:30] + b"\xff\xd9", b"\xff\xd8" + b"\xff" * 50 + b"\xff\xd9"],
)
def test_a_jpeg_has_a_frame_and_an_end(content: bytes) -> None:
    with pytest.raises(ValueError, match="Is no jpeg picture"):
        read_logo(uri(content, "image/jpeg"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://a.example/logo.png", "Must be a data URI"),
        ("data:text/html;base64,PHA+", "Must be a data URI"),
        ("data:image/png;base64,@@@", "no base64"),
        ("data:image/png;base64,\u00e9", "no base64"),
        (uri(b"x" * (MAX_BYTES + 10)), "at most 150,000 bytes"),
    ],
)
def test_what_is_no_data_uri_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_logo(text)


@given(
    st.binary()
    | st.binary().map(lambda tail: png()[:50] + tail)
    | st.binary().map(lambda tail: JPEG[:20] + tail)
)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    fuzz_logo.fuzz_one(data)
