"""Insertion points: the places of a request where a value can be put, and how to put it there."""

from enum import StrEnum

from msgspec import Struct

from cyberai.domain.http import HttpRequest


class InsertionKind(StrEnum):
    """Where in the request the value stands."""

    QUERY = "query"
    RAW_QUERY = "raw-query"
    FORM = "form"
    JSON = "json"
    XML = "xml"
    MULTIPART = "multipart"
    FILE_NAME = "file-name"
    PATH = "path"
    HEADER = "header"
    COOKIE = "cookie"
    PARAMETER_NAME = "parameter-name"
    HEADER_NAME = "header-name"


class InsertionPoint(Struct, frozen=True):
    """One place of one request.

    `name` is the parameter, header or cookie name, for JSON the path (`user.address[0].city`), for PATH the
    segment's index as text. `value` is the value the application itself used there, decoded; checks keep it
    in front of their payload where the technique allows, so that the application's own code path is reached.
    `coding` is how the application writes the value there: `base64`, `json:` and the path of a member for one of a
    JSON text, or empty for as it is; `value` and payloads are without it.
    """

    request: HttpRequest
    kind: InsertionKind
    name: str
    value: str = ""
    coding: str = ""
