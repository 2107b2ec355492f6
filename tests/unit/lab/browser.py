"""What a browser would do with a response: which scripts run, where it is sent. Only as much as the tests need."""

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

from cyberai.lab.http import LabResponse

CALL = "alert(1)"
TAGGED = "alert``"
"""The same as the tag of a template."""
ATTACKER = "https://harbour.example/"
"""Whose scripts call it as well."""
_LINKS = ("href", "src", "action", "formaction", "xlink:href")


class NotAScript(Exception):
    """The text does not compile."""


def code_of(script: str) -> str:
    """The script without the contents of strings, template texts and comments; raises NotAScript."""
    output, at = "", 0
    # One entry per `${` that is open: how many braces are open within it.
    depths: list[int] = []
    while at < len(script):
        character = script[at]
        closes_template = character == "}" and depths[-1:] == [0]
        if script.startswith(("//", "<!--", "/*"), at):
            at = _comment_end(script, at)
        elif character in "'\"":
            at = _string_end(script, at)
            output += '""'
        elif character == "`" or closes_template:
            del depths[len(depths) - closes_template :]
            at, opened = _template_end(script, at + 1)
            output += '""+(' if opened else '""' if closes_template else "``"
            depths += [0] * opened
        else:
            if depths:
                depths[-1] += (character == "{") - (character == "}")
            output += character
            at += 1
    if depths:
        raise NotAScript("template")
    return output


def _comment_end(script: str, at: int) -> int:
    if not script.startswith("/*", at):
        end = script.find("\n", at)
        return len(script) if end < 0 else end
    end = script.find("*/", at + 2)
    if end < 0:
        raise NotAScript("comment")
    return end + 2


def _string_end(script: str, at: int) -> int:
    quote = script[at]
    at += 1
    while at < len(script):
        if script[at] == "\\":
            at += 2
        elif script[at] == quote:
            return at + 1
        elif script[at] == "\n":
            break
        else:
            at += 1
    raise NotAScript("string")


def _template_end(script: str, at: int) -> tuple[int, bool]:
    while at < len(script):
        if script[at] == "\\":
            at += 2
        elif script[at] == "`":
            return at + 1, False
        elif script.startswith("${", at):
            return at + 2, True
        else:
            at += 1
    raise NotAScript("template")


def calls(script: str) -> bool:
    try:
        return any(call in code_of(script) for call in (CALL, TAGGED))
    except NotAScript:
        return False


def runs_call(response: LabResponse) -> bool:
    """Whether the page, taken by itself (policies aside), runs `alert(1)` or offers it as a link."""
    kind = response.header("Content-Type") or ""
    if "xml" in kind:
        return _xml_runs_call(response.text)
    if "text/html" not in kind:
        return False
    tree = LexborHTMLParser(response.text)
    for node in tree.css("*"):
        if node.tag == "script" and calls(node.text(deep=True)):
            return True
        if node.tag == "script" and (node.attributes.get("src") or "").startswith(ATTACKER):
            return True
        for name, value in node.attributes.items():
            value = value or ""
            if name.startswith("on") and calls(value):
                return True
            letters = "".join(c for c in value if c > " ").lower()
            if name in _LINKS and letters.startswith("javascript:") and calls(value.partition(":")[2]):
                return True
    return False


def _xml_runs_call(document: str) -> bool:
    """XML that is none runs nothing here, and elements of unknown namespaces are data."""
    try:
        elements = list(ElementTree.fromstring(document).iter())
    except ElementTree.ParseError:
        return False
    for element in elements:
        space, _, tag = element.tag.rpartition("}")
        if not space.endswith(("1999/xhtml", "2000/svg")):
            continue
        if tag == "script" and calls(element.text or ""):
            return True
        if any(name.startswith("on") and calls(value) for name, value in element.attrib.items()):
            return True
    return False


def destination(response: LabResponse, base: str = "http://127.0.0.1:8600/page") -> str:
    """The host a browser goes to by itself; empty where it stays on the page."""
    return _host_of(_target(response), base)


def _target(response: LabResponse) -> str:
    if 300 <= response.status < 400:
        return response.header("Location") or ""
    refresh = response.header("Refresh")
    if refresh:
        return refresh.partition("url=")[2]
    tree = LexborHTMLParser(response.text)
    meta = tree.css_first('meta[http-equiv="refresh"]')
    if meta is not None:
        return (meta.attributes.get("content") or "").partition("url=")[2]
    found = re.search(r'window\.location\.href = "([^"]*)"', response.text)
    if found is None:
        return ""
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), found[1])


def _host_of(target: str, base: str) -> str:
    """The relevant part of the URL standard: blanks, backslashes, special schemes without slashes."""
    target = re.sub(r"[\t\r\n]", "", target).strip(" \x00\x0b\x0c").replace("\\", "/")
    if not target:
        return ""
    scheme, colon, rest = target.partition(":")
    own_scheme = base.partition(":")[0]
    if colon and scheme.lower() in ("http", "https"):
        if rest.startswith("//") or scheme.lower() != own_scheme:
            authority = rest.lstrip("/")
        else:
            return urlsplit(base).hostname or ""
    elif target.startswith("//"):
        authority = target.lstrip("/")
    else:
        return urlsplit(base).hostname or ""
    authority = re.split(r"[/?#]", authority)[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()
