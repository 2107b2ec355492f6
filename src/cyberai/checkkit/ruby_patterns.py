"""Regular expressions of Ruby, as RE2 writes them."""

from functools import lru_cache

from cyberai.checkkit.text import Pattern, PatternError

_LOOKS = {
    "(?=": "looks ahead",
    "(?!": "looks ahead",
    "(?<=": "looks back",
    "(?<!": "looks back",
    "(?>": "an atomic group",
}
_CLASSES = {"h": "[0-9A-Fa-f]", "H": "[^0-9A-Fa-f]", "Z": "\\n?\\z", "e": "\\x1b"}
_IN_CLASS = {"h": "0-9A-Fa-f", "e": "\\x1b", "-": "\\-", "b": "\\x08"}


class NotTranslatable(ValueError):
    """RE2 cannot do what the pattern wants; the message names it."""


@lru_cache(maxsize=8_192)
def compiled(source: str, flags: str) -> Pattern:
    """The pattern of Ruby with its flags (`i`, `s`); raise NotTranslatable. In Ruby `^` and `$` are of lines."""
    translated = translate(source)
    try:
        return Pattern(f"(?m)(?:{translated})", ignore_case="i" in flags, dot_all="s" in flags)
    except PatternError as error:
        raise NotTranslatable(str(error)[:100]) from error


def translate(source: str) -> str:
    """The same pattern in RE2's words, by bytes of UTF-8 in Latin-1; raise NotTranslatable."""
    for start, what in _LOOKS.items():
        if _has_group(source, start):
            raise NotTranslatable(what)
    out: list[str] = []
    in_class = at = 0
    while at < len(source):
        c = source[at]
        if c == "\\" and at + 1 < len(source):
            out.append(_escape(source[at + 1], bool(in_class)))
            at += 2
            continue
        if c == "[" and in_class:
            in_class += source.startswith("[:", at)
            out.append("[" if source.startswith("[:", at) else "\\[")
        elif c == "[":
            in_class = 1
            out.append(c)
        elif c == "]" and in_class:
            in_class -= 1
            out.append(c)
        elif source.startswith("(?m)", at) or source.startswith("(?mi)", at):
            out.append("(?s" + source[at + 3 : source.index(")", at)] + ")")
            at = source.index(")", at)
        else:
            out.append(c)
        at += 1
    return "".join(out).encode().decode("latin-1")


def _escape(c: str, in_class: bool) -> str:
    if in_class:
        return _IN_CLASS.get(c, "\\" + c)
    if c.isdigit() and c != "0":
        raise NotTranslatable("a reference back to a group")
    return _CLASSES.get(c, _plain(c))


def _plain(c: str) -> str:
    """RE2 wants no backslash before a letter that means nothing, nor before what is not ASCII."""
    return "\\" + c if c.isascii() and (not c.isalpha() or c in "abBdDfnrsStvwWxpPzAQEC") else c


def _has_group(source: str, start: str) -> bool:
    """True when a group begins so, not counting what is escaped."""
    at = source.find(start)
    while at >= 0:
        slashes = len(source[:at]) - len(source[:at].rstrip("\\"))
        if slashes % 2 == 0:
            return True
        at = source.find(start, at + 1)
    return False
