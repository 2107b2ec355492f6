"""Requests and responses of the lab as plain values; no sockets here."""

from typing import Any

import msgspec

from cyberai.lab.parsing import (
    Pairs,
    parse_cookies,
    parse_json,
    parse_multipart,
    parse_pairs,
    percent_decoded,
)

OWN_NAME = "shop.harbour-supply.example"


def first(pairs: Pairs, name: str) -> str | None:
    """The value of the first pair of that name, or None."""
    return next((value for key, value in pairs if key == name), None)


class LabRequest(msgspec.Struct, frozen=True):
    """One request as it came: `target` is the raw request target (path and query, still encoded).

    Header names keep their case; `header()` ignores it. Bytes beyond ASCII are text as Latin-1.
    """

    method: str
    target: str
    headers: Pairs = ()
    body: bytes = b""

    @property
    def raw_path(self) -> str:
        """The path exactly as sent."""
        return self.target.partition("?")[0].partition("#")[0]

    @property
    def path(self) -> str:
        """The path, percent-decoded once. Dot segments are not resolved."""
        return percent_decoded(self.raw_path)

    @property
    def raw_query(self) -> str:
        """What follows the first question mark, exactly as sent."""
        return self.target.partition("?")[2]

    @property
    def query(self) -> Pairs:
        return parse_pairs(self.raw_query)

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def form(self) -> Pairs:
        """Fields of an urlencoded or multipart body; empty for every other type."""
        if self.content_type == "multipart/form-data":
            return parse_multipart(self.body, self.header("Content-Type") or "")
        if self.content_type == "application/x-www-form-urlencoded":
            return parse_pairs(self.body.decode("latin-1"))
        return ()

    @property
    def json(self) -> Any:
        """The JSON value of the body, or None where the body is no JSON."""
        return parse_json(self.body) if self.content_type == "application/json" else None

    @property
    def cookies(self) -> Pairs:
        return parse_cookies(self.header("Cookie") or "")

    @property
    def host(self) -> str:
        """The Host header, port included; empty where there is none."""
        return self.header("Host") or ""

    @property
    def hostname(self) -> str:
        """The Host header without its port."""
        return self.host if self.host.endswith("]") else self.host.rpartition(":")[0] or self.host

    @property
    def own_host(self) -> str:
        """The name this site is known by, for absolute addresses: the Host header where it is one of the machine's
        own names, else the shop's."""
        return self.host if self.hostname in ("127.0.0.1", "localhost", "[::1]") else OWN_NAME

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        lower = name.lower()
        return next((value for key, value in self.headers if key.lower() == lower), None)


class LabResponse(msgspec.Struct, frozen=True):
    """One response. `delay` is emulated time in seconds; the server really waits, at most 10 s.

    `omitted` names default headers (lower case) that the site must not add: how a page lacks a header.
    """

    status: int = 200
    headers: Pairs = ()
    body: bytes = b""
    delay: float = 0.0
    omitted: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        lower = name.lower()
        return next((value for key, value in self.headers if key.lower() == lower), None)

    def with_headers(self, *headers: tuple[str, str]) -> "LabResponse":
        """The same response with further headers at the end."""
        return msgspec.structs.replace(self, headers=self.headers + headers)


def text_response(
    body: str, content_type: str = "text/plain; charset=utf-8", status: int = 200
) -> LabResponse:
    """A response of text in any media type."""
    return LabResponse(status, (("Content-Type", content_type),), body.encode("utf-8", "replace"))


def json_response(value: Any, status: int = 200, *headers: tuple[str, str]) -> LabResponse:
    """A JSON response with its right media type."""
    return LabResponse(status, (("Content-Type", "application/json"), *headers), msgspec.json.encode(value))


def redirect(location: str, status: int = 302) -> LabResponse:
    """A redirect. Control characters are dropped: response splitting is another flaw, on no page of ours."""
    target = "".join(character for character in location if character >= " " and character != "\x7f")
    return LabResponse(status, (("Location", target), ("Content-Type", "text/html; charset=utf-8")))
