"""Reads a printed curl command back into the request it sends, so that tests can run it in this process."""

import shlex

from cyberai.domain.http import HttpRequest, Url

_WITH_VALUE = {"-X", "-H", "--data-binary", "--max-time"}


def request_of(command: str) -> HttpRequest:
    """The request of a `domain.reproduce.curl` line."""
    # bash's $'...' is no POSIX quoting: shlex reads it as a dollar sign and a quoted word.
    words = shlex.split(command.replace("$'\\x", "'\0\\x"))
    assert words[0] == "curl"
    method, headers, body, url = "", [], b"", ""
    words = words[1:]
    while words:
        word = words.pop(0)
        if word in _WITH_VALUE:
            value = words.pop(0)
            if word == "-X":
                method = value
            elif word == "-H":
                name, colon, content = value.partition(": ")
                headers.append((name, content) if colon else (value.rstrip(";"), ""))
            elif word == "--data-binary":
                body = _body(value)
        elif word == "-I":
            method = "HEAD"
        elif not word.startswith("-"):
            url = word
    return HttpRequest(method or "GET", Url.parse(url), tuple(headers), body)


def _body(value: str) -> bytes:
    return bytes.fromhex(value[1:].replace("\\x", "")) if value.startswith("\0") else value.encode()
