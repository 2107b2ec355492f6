"""When two requests run the same code: the keys by which the crawler and the checks de-duplicate.

- The **shape** is method, origin, path with ids replaced, and sorted parameter names (domain.asset).
- The **crawl key** adds the values: words and single numbers as they are (`?page=about` and `?page=contact` are two
  pages, and so are two products), and everything else that looks like an id or a date as one of a bounded number of
  variants. Anti-forgery tokens do not count.
- The **skeleton** is a hash of a page's structure that repeated rows do not change.
"""

import hashlib
from collections.abc import Iterable

from cyberai.domain.fingerprint import is_identifier, normalise_path
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.engine.body import named_values
from cyberai.engine.markup import Tag
from cyberai.engine.soft404 import extension
from cyberai.engine.token_names import is_token_field

VARIANTS = 4_096
"""Crawled members of one shape whose values are no plain words and no single number."""

MAX_DIGITS = 6
"""Longer numbers are times or random."""

MAX_SEGMENTS = 16
MAX_TARGET = 2_000
ROUTES = 4
"""Groups into which the routes of a folder fall, each of them with pages of its own that are tested."""

ONLY = " only:"
"""In a shape: what follows names the one point (kind:name) that is tested."""

RARE = "rare"
"""Behind ONLY: of this page only what every request has is looked at, headers, cookies and names."""


_PROGRAMS = frozenset(
    {".php", ".php5", ".phtml", ".jsp", ".jspx", ".jspa", ".jsf", ".asp", ".aspx", ".ashx", ".asmx", ".do", ".action",
     ".cgi", ".pl", ".py", ".rb", ".cfm", ".cfc", ".dll", ".exe", ".lua", ".tcl", ".nsf", ".xhtml"}
)  # fmt: skip
"""Endings of files that are programs of their own: what is true of one says nothing of another."""


def shape_of(request: HttpRequest) -> str:
    """Method, origin, normalised path and sorted parameter names."""
    names = sorted({name for name, _ in named_values(request)})
    path = normalise_path(request.url.path)
    return f"{request.method} {request.url.origin}{path}" + (f"?{'&'.join(names)}" if names else "")


def kin_of(request: HttpRequest, structure: str) -> str:
    """The shape with the path's last name left out, and the page's structure: pages of one template that differ in a
    name of their own (`/blog/a-slug/`) have it in common. A file that is a program is of its own kin."""
    folder, _, name = request.url.path.rstrip("/").rpartition("/")
    if extension(request.url).lower() in _PROGRAMS:
        folder += f"/{name}"
    elif not _is_headline(request.url.path):
        # Routes of a program (`/list/by_name`) are more often different code than articles are.
        folder += f"/route-{int(digest(name), 16) % ROUTES}"
    names = sorted({name for name, _ in named_values(request)})
    return f"{request.method} {request.url.origin}{normalise_path(folder)}/*?{'&'.join(names)} ~{structure}"


def _is_headline(path: str) -> bool:
    """True for the address of an article: `/blog/a-slug/`, `/news/words-of-a-title`."""
    return path.endswith("/") or "-" in path.rpartition("/")[2]


def crawl_key(request: HttpRequest) -> str:
    """The shape plus what tells its members apart, bounded (see the module's text)."""
    words: list[str] = []
    variable = [segment for segment in request.url.path.split("/") if is_identifier(segment)]
    for name, value in sorted(named_values(request)):
        if value and is_token_field(name):
            continue
        if _is_word(value):
            words.append(f"{name}={value}")
        else:
            variable.append(f"{name}={value}")
    key = shape_of(request)
    if words:
        key += f" {digest('&'.join(words))}"
    if variable:
        key += f" #{_variant(variable)}"
    return key


def _is_word(value: str) -> bool:
    return len(value) <= 32 and not any(c.isdigit() for c in value)


def _variant(values: list[str]) -> str:
    number = values[0].rpartition("=")[2]
    if len(values) == 1 and number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS:
        return f"n{int(number)}"
    return str(int(digest("\n".join(values)), 16) % VARIANTS)


def check_shape(request: HttpRequest, structure: str, only: str = "") -> str:
    """The key of a CHECK unit: the shape, with the page's structure where parameters may choose the code, and
    the one field that is filled where a form's fields exclude each other."""
    shape = shape_of(request)
    if named_values(request):
        shape += f" ~{structure}"
    return shape + (f"{ONLY}{only}" if only else "")


def only_field(shape: str) -> str:
    """The one field a CHECK unit of this shape is about, or empty for all."""
    return shape.partition(ONLY)[2]


def digest(text: str) -> str:
    """A short stable hash, 10 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def skeleton(page: Iterable[Tag], response: HttpResponse) -> str:
    """A hash of the pairs of neighbouring elements and of the names of form controls: the same for a list of
    three and of three hundred rows, different for another template or another form."""
    seen: set[str] = set()
    before = ""
    for tag in page:
        if tag.closing:
            continue
        seen.add(f"{before}>{tag.name}")
        before = tag.name
        if tag.name in ("form", "input", "select", "textarea", "button"):
            seen.add(f"{tag.name}:{tag.get('name')}{tag.get('action').partition('?')[0]}"[:200])
    head = f"{response.status} {response.content_type}"
    return digest("\n".join((head, *sorted(seen))))


def plausible(request: HttpRequest) -> bool:
    """False for the addresses only a trap makes: endless paths, a segment repeated over and over."""
    segments = [s for s in request.url.path.split("/") if s]
    if len(request.url.target) > MAX_TARGET or len(segments) > MAX_SEGMENTS:
        return False
    return all(segments.count(segment) <= 3 for segment in set(segments))
