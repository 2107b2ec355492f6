"""What header fields and cookies a client may ask a scan to send."""

from collections.abc import Mapping

MAX_HEADERS = 50
MAX_VALUE = 4096

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
_RESERVED_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


def judge_headers(headers: Mapping[str, str], field: str, problems: list[tuple[str, str]]) -> None:
    """Note what is wrong with the header fields of this member."""
    if len(headers) > MAX_HEADERS:
        problems.append((field, f"Must hold at most {MAX_HEADERS} headers"))
    for name, value in headers.items():
        member = f"{field}.{name}"
        if not _is_token(name):
            problems.append((member, "Must be named by letters, digits and -"))
        elif name.lower() in _RESERVED_HEADERS:
            problems.append((member, "Is set by the scanner itself; leave it out"))
        elif not is_line(value, MAX_VALUE):
            problems.append((member, f"Must be one line of at most {MAX_VALUE} visible ASCII characters"))


def judge_cookies(cookies: Mapping[str, str], field: str, problems: list[tuple[str, str]]) -> None:
    """Note what is wrong with the cookies of this member."""
    if len(cookies) > MAX_HEADERS:
        problems.append((field, f"Must hold at most {MAX_HEADERS} cookies"))
    for name, value in cookies.items():
        if not _is_token(name):
            problems.append((f"{field}.{name}", "Must be named by letters, digits, - and _"))
        elif not is_line(value, MAX_VALUE) or ";" in value:
            problems.append(
                (f"{field}.{name}", f"Must be one line of at most {MAX_VALUE} visible ASCII characters, no ;")
            )


def is_line(value: str, longest: int) -> bool:
    """Whether a value can stand in a header field."""
    return len(value) <= longest and all(" " <= c <= "~" or c == "\t" for c in value)


def _is_token(name: str) -> bool:
    return bool(name) and set(name.lower()) <= _TOKEN
