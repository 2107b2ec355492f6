"""Sends values to the flaws of a site as a client would, without sockets."""

import json
import re
from urllib.parse import quote, quote_plus

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.page import Flaw, Insertion
from cyberai.lab.site import Site

HOST = "127.0.0.1:8600"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def get(site: Site, target: str, *headers: tuple[str, str], method: str = "GET") -> LabResponse:
    return site.respond(LabRequest(method, target, (("Host", HOST), *headers)))


def post(site: Site, target: str, body: bytes, content_type: str) -> LabResponse:
    return site.respond(LabRequest("POST", target, (("Host", HOST), ("Content-Type", content_type)), body))


def send(site: Site, flaw: Flaw, value: str) -> LabResponse:
    """The value at the flaw's insertion point, encoded as its place demands."""
    encoded = quote(value, safe="")
    match flaw.insertion:
        case Insertion.QUERY:
            return get(site, f"{flaw.path}?{flaw.parameter}={encoded}")
        case Insertion.FORM:
            body = f"{flaw.parameter}={quote_plus(value)}".encode()
            return post(site, flaw.path, body, FORM[1])
        case Insertion.FILE_NAME:
            head = f'Content-Disposition: form-data; name="{flaw.parameter}"; filename="{value}"'
            body = f"--b\r\n{head}\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n".encode()
            return post(site, flaw.path, body, "multipart/form-data; boundary=b")
        case Insertion.JSON:
            return post(site, flaw.path, json.dumps({flaw.parameter: value}).encode(), "application/json")
        case Insertion.COOKIE:
            return get(site, flaw.path, ("Cookie", f"{flaw.parameter}={encoded}"))
        case Insertion.HEADER:
            return get(site, flaw.path, (flaw.parameter, value))
        case Insertion.PATH:
            return get(site, flaw.path + encoded)
        case Insertion.RAW_QUERY:
            return get(site, f"{flaw.path}?{encoded}")
        case Insertion.NAME:
            # A program that looks for a value has the page's own name for it.
            beside = flaw.path.rpartition("/")[2] if flaw.parameter else "1"
            return get(site, f"{flaw.path}?{encoded}={beside}")
    return get(site, flaw.path)


def flaws_of(check: str) -> dict[str, Flaw]:
    """The flaws of a check on the HTTP port, by path and parameter."""
    return {f"{flaw.path} {flaw.parameter}".strip(): flaw for flaw in Site().flaws if flaw.check == check}


def stable(response: LabResponse) -> tuple[int, str]:
    """Status and text without what changes by itself: time of day, offers, tokens."""
    text = re.sub(r"Served at [\d:]+", "", response.text)
    text = re.sub(r'value="[0-9a-f]{32}"', "", text)
    return response.status, text
