"""A site of any number of pages as a function: real pages of several kinds, and traps without end between them.

Every real page has prose of its own and its address is in `addresses`; whatever else is answered is a trap. Unknown
paths answer 200 with a page that is dressed differently each time.
"""

import gzip
import random
from collections.abc import Callable
from urllib.parse import parse_qsl

from cyberai.domain.http import HttpRequest, HttpResponse

PER_LIST = 20
_SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "tu",
    "va",
    "we",
    "xi",
    "yo",
    "zu",
]
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def word(number: int) -> str:
    """A pronounceable word without digits, another for each number."""
    text = ""
    for _ in range(4):
        number, rest = divmod(number, len(_SYLLABLES))
        text += _SYLLABLES[rest]
    return text


def prose(seed: str, length: int = 60) -> str:
    """Text of its own for each seed."""
    source = random.Random(seed)
    return " ".join(word(source.randrange(160_000)) for _ in range(length))


def links(*targets: str) -> str:
    """A list of links."""
    return "<ul>" + "".join(f'<li><a href="{target}">{target[-20:]}</a></li>' for target in targets) + "</ul>"


class GeneratedSite:
    """`pages` real pages: articles by name, products and threads by number, documents that only a sitemap names,
    some that only a script reaches."""

    def __init__(self, pages: int) -> None:
        self.addresses: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        share = max(pages // 100, 1)
        self._add("articles", [f"/articles/{word(n * 7)}-{word(n * 13 + 5)}" for n in range(40 * share)])
        self._add("shop", [f"/product?id={n + 1}" for n in range(25 * share)])
        self._add("forum", [f"/thread/{100_000 + n * 3}/" for n in range(15 * share)])
        self._add("views", [f"/index.php?view={word(n * 31)}" for n in range(5 * share)])
        self._sitemap = self._named([f"/docs/{word(n)}/{word(n * 3)}.html" for n in range(5 * share)])
        self._scripted = self._named([f"/open?doc={n + 1}" for n in range(2 * share)])
        for name, members in list(self._lists.items()):
            self._named([f"/{name}?page={number + 1}" for number in range(-(-len(members) // PER_LIST))])
        self._named(["/"])

    def _add(self, name: str, addresses: list[str]) -> None:
        self._lists[name] = self._named(addresses)

    def _named(self, addresses: list[str]) -> list[str]:
        self.addresses.update(dict.fromkeys(addresses, ""))
        return addresses

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        path, query = request.url.path, dict(parse_qsl(request.url.query))
        if path == "/robots.txt":
            text = b"User-agent: *\nSitemap: http://10.0.0.1/map.xml.gz\n"
            return HttpResponse(200, (("Content-Type", "text/plain"),), text)
        if path == "/map.xml.gz":
            locations = "".join(f"<url><loc>http://10.0.0.1{target}</loc></url>" for target in self._sitemap)
            body = gzip.compress(f"<urlset>{locations}</urlset>".encode())
            return HttpResponse(200, (("Content-Type", "application/gzip"),), body)
        return HttpResponse(200, HTML, self._page(path, query, request.url.target).encode())

    def _page(self, path: str, query: dict[str, str], target: str) -> str:
        name = path.strip("/")
        if path == "/":
            return self._home()
        if name in self._lists:
            return self._list(name, int(query.get("page", "1")))
        if target in self.addresses:
            return self._real(target)
        trap = _TRAPS.get(path.split("/")[1])
        return trap(path, query) if trap is not None else _missing()

    def _home(self) -> str:
        script = "".join(f"o('{target}');" for target in self._scripted[: len(self._scripted) // 2])
        rest = "".join(
            f"<b onclick=\"go('{target}')\">x</b>" for target in self._scripted[len(self._scripted) // 2 :]
        )
        traps = ("/calendar?day=1", "/maze/", "/shelf?color=red", "/loop/", "/logout", "/session", "/News")
        lists = (f"/{name}?page=1" for name in self._lists)
        return f"<h1>Home</h1>{links(*lists, *traps)}{rest}<script>{script}</script>"

    def _list(self, name: str, page: int) -> str:
        members = self._lists[name][(page - 1) * PER_LIST : page * PER_LIST]
        following = (f"/{name}?page={page + 1}",) if self._lists[name][page * PER_LIST :] else ()
        sorts = tuple(
            f"/{name}?page={page}&sort={key}&dir={way}" for key in ("name", "date") for way in ("up", "down")
        )
        return (
            f"<h2>{name}</h2><p>{prose(f'{name} {page}', 12)}</p>{links(*following, *members, *sorts, '/')}"
        )

    def _real(self, target: str) -> str:
        return f"<h1>{prose(target, 3)}</h1><p>{prose(target)}</p>{links('/', '/calendar?day=1')}"


def _calendar(_: str, query: dict[str, str]) -> str:
    day = int(query.get("day", "1"))
    return f"<h2>Day {day}</h2><p>Nothing to do</p>" + links(
        *(f"/calendar?day={day + n}" for n in (-1, 1, 7, 30))
    )


def _maze(path: str, _: dict[str, str]) -> str:
    source = random.Random(path)
    return f"<p>{prose(path, 5)}</p>" + links(*(f"{path}{word(source.randrange(99_999))}/" for _ in range(5)))


def _shelf(_: str, query: dict[str, str]) -> str:
    facets = {"color": "red blue green", "size": "small large huge", "brand": "ajax zeta", "order": "up down"}
    choices = [{**query, name: value} for name, values in facets.items() for value in values.split()]
    return "<h2>Shelf</h2>" + links(
        *("/shelf?" + "&".join(f"{n}={v}" for n, v in c.items()) for c in choices)
    )


def _loop(*_: object) -> str:
    return "<h2>Loop</h2>" + links("loop/", "./again/")


def _session(*_: object) -> str:
    mark = f"{random.getrandbits(128):032x}"
    return "<h2>Session</h2>" + links(f"/session;jsessionid={mark}", f"/session?PHPSESSID={mark}")


def _missing() -> str:
    return f"<h1>Sorry</h1><p>Nothing here. Did you mean {word(random.randrange(160_000))}?</p>" + links("/")


_TRAPS: dict[str, Callable[[str, dict[str, str]], str]] = {
    "calendar": _calendar,
    "maze": _maze,
    "shelf": _shelf,
    "loop": _loop,
    "session": _session,
}
