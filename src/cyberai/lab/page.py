"""What a page file declares: pages with their two handlers, and the flaws that are the ground truth."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.state import State

Handler = Callable[[LabRequest, State], LabResponse | None]


class Insertion(StrEnum):
    """Where in a request the flaw reads its value."""

    QUERY = "query"
    FORM = "form"
    JSON = "json"
    COOKIE = "cookie"
    HEADER = "header"
    PATH = "path"
    RAW_QUERY = "raw-query"
    NAME = "name"
    FILE_NAME = "file-name"
    NONE = "none"


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One distinct vulnerability of the vulnerable twin.

    `path` is where it answers (for an insertion in the path: what stands before the segment); `parameter`
    is the name of the insertion point, for a path the index of the segment from 0, empty where there is no
    name; `variant` tells the flaws of one check apart; `demo` marks those of the small set, `intrusive` those that
    only a scan in intrusive mode can prove.
    """

    check: str
    path: str
    variant: str
    summary: str
    method: str = "GET"
    parameter: str = ""
    insertion: Insertion = Insertion.NONE
    demo: bool = False
    intrusive: bool = False


class Link(msgspec.Struct, frozen=True):
    """A link of the start page."""

    href: str
    label: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page (or, with `subtree`, everything below a path) in two twins.

    A handler answers None for what does not exist. A page without flaws is a trap: it looks like a flaw and
    is none, on both twins. `section` groups links on the start page. `methods` are those beyond the site's own
    that its handlers see; `picture` is the address of a picture that the start page shows.
    """

    path: str
    title: str
    section: str
    vulnerable: Handler
    fixed: Handler
    flaws: tuple[Flaw, ...] = ()
    links: tuple[Link, ...] = ()
    subtree: bool = False
    demo: bool = False
    methods: tuple[str, ...] = ()
    picture: str = ""

    def handler(self, fixed: bool) -> Handler:
        return self.fixed if fixed else self.vulnerable


def trap(path: str, title: str, section: str, handler: Handler, *links: Link, subtree: bool = False) -> Page:
    """A page that is safe on both twins."""
    return Page(
        path=path,
        title=title,
        section=section,
        vulnerable=handler,
        fixed=handler,
        links=links or (Link(path, title),),
        subtree=subtree,
    )
