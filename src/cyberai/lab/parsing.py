"""Parsers for what a request carries: pairs, cookies, multipart bodies, JSON. All of them have limits.

Text is decoded as UTF-8 with replacement, so that no request can make a parser fail; what lies beyond a
limit is dropped, never guessed.
"""

from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

MAX_PAIRS = 200
MAX_PARTS = 50
MAX_JSON_DEPTH = 32

Pairs = tuple[tuple[str, str], ...]


def percent_decoded(text: str) -> str:
    """Undo percent-encoding once; `+` stays as it is."""
    return unquote_to_bytes(text.encode("latin-1", "replace")).decode("utf-8", "replace")


def parse_pairs(text: str) -> Pairs:
    """Names and values of a query string or an urlencoded body, in order, duplicates kept."""
    pairs: list[tuple[str, str]] = []
    for piece in text.split("&", MAX_PAIRS)[:MAX_PAIRS]:
        if piece:
            name, _, value = piece.replace("+", " ").partition("=")
            pairs.append((percent_decoded(name), percent_decoded(value)))
    return tuple(pairs)


def parse_cookies(header: str) -> Pairs:
    """Names and values of a Cookie header; values are percent-decoded as most frameworks do."""
    pairs: list[tuple[str, str]] = []
    for piece in header.split(";", MAX_PAIRS)[:MAX_PAIRS]:
        name, found, value = piece.strip().partition("=")
        if found and name:
            pairs.append((name, percent_decoded(value)))
    return tuple(pairs)


def header_parameter(header: str, name: str) -> str:
    """One parameter of a structured header: `form-data; name="colour"` gives `colour`; absent gives ''."""
    for piece in header.split(";")[1:]:
        key, _, value = piece.strip().partition("=")
        if key.lower() == name:
            return value.strip().strip('"')
    return ""


def parse_multipart(body: bytes, content_type: str) -> Pairs:
    """Names and values of a multipart/form-data body. A file part counts by its content."""
    boundary = header_parameter(content_type, "boundary").encode("latin-1", "replace")
    if not boundary:
        return ()
    pairs: list[tuple[str, str]] = []
    for part in body.split(b"--" + boundary, MAX_PARTS + 1)[1 : MAX_PARTS + 1]:
        if part.startswith(b"--"):
            break
        head, found, content = part.partition(b"\r\n\r\n")
        if found:
            name = _part_name(head.decode("utf-8", "replace"))
            pairs.append((name, content.removesuffix(b"\r\n").decode("utf-8", "replace")))
    return tuple(pairs)


def _part_name(head: str) -> str:
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            return header_parameter(value, "name")
    return ""


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, or None where it is no JSON text or nested too deeply."""
    if body.count(b"[") + body.count(b"{") > MAX_JSON_DEPTH * MAX_PAIRS:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
