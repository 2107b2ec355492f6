"""The spellings in which a value we sent comes back, so that our own reflection can be taken out of a page."""

import html
import json
from functools import lru_cache
from urllib.parse import quote, quote_plus

_NAMED = {"'": "&#39;", '"': "&#34;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}


@lru_cache(maxsize=512)
def echoes(value: str) -> tuple[bytes, ...]:
    """`value` raw and as HTML, URL, JSON, backslash and doubled-quote encoders write it, longest first."""
    if not value:
        return ()
    forms = {value, value.strip(), value.lower(), value.upper()}
    forms |= _html(value) | _url(value) | _script(value)
    forms |= {value.replace("'", "''"), value.replace('"', '""')}
    raw = {form.encode("utf-8", "surrogatepass") for form in forms if form}
    return tuple(sorted(raw, key=lambda form: (-len(form), form)))


def without_echoes(body: bytes, value: str, *, shortest: int = 4) -> bytes:
    """`body` with every spelling of `value` taken out. A value shorter than `shortest` characters is left
    alone: it would tear holes into words that are not ours."""
    if len(value) < shortest:
        return body
    for form in echoes(value):
        if form in body:
            body = body.replace(form, b"")
    return body


def _html(value: str) -> set[str]:
    full = html.escape(value)
    return {
        full,
        html.escape(value, quote=False),
        full.replace("&#x27;", "&#39;"),
        full.replace("&#x27;", "&#039;"),
        full.replace("&#x27;", "&apos;"),
        full.replace("&#x27;", "'"),
        "".join(_NAMED.get(c, c) for c in value),
        html.escape(full),
        html.escape(value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')),
    }


def _url(value: str) -> set[str]:
    # Half a surrogate pair is a value that scripts and JSON can hold.
    raw = value.encode("utf-8", "surrogatepass")
    forms = {quote(raw, safe=""), quote(raw), quote_plus(raw), quote(raw, safe="/?:@!$&'()*+,;=")}
    lower = {_lower_escapes(form) for form in forms}
    return forms | lower | {html.escape(form) for form in forms}


def _script(value: str) -> set[str]:
    dumped = json.dumps(value)[1:-1]
    raw = json.dumps(value, ensure_ascii=False)[1:-1]
    slashed = value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    careful = dumped
    for char in "'<>&":
        careful = careful.replace(char, f"\\u{ord(char):04x}")
    return {dumped, raw, raw.replace("/", "\\/"), slashed, careful, careful.replace("\\u00", "\\x")}


def _lower_escapes(text: str) -> str:
    head, *rest = text.split("%")
    return head + "".join("%" + part[:2].lower() + part[2:] for part in rest)
