"""What one run of the practice site has otherwise: single pages mended, or found at another path.

With it the life of a vulnerability can be practised: scan, mend a page, scan again.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import msgspec

from cyberai.lab.page import Flaw, Link, Page


class NoSuchPage(Exception):
    """A change names a path where no page with flaws is, or one that is taken; the text tells what to write."""


def changed(pages: tuple[Page, ...], mended: Iterable[str], moved: Mapping[str, str]) -> tuple[Page, ...]:
    """The pages with those at the paths `mended` serving their mended twin on both twins, and those at the keys of
    `moved` served at its values; raise NoSuchPage."""
    by = {page.path: page for page in pages if page.flaws}
    for path in (*mended, *moved):
        if path not in by:
            near = get_close_matches(path, sorted(by), n=5, cutoff=0.5)
            hint = f"Perhaps {' or '.join(near)}? " if near else ""
            raise NoSuchPage(
                f"No page with flaws is at {path}. {hint}The lab's page /about-this-lab lists all of them"
            )
    for path in mended:
        by[path] = msgspec.structs.replace(by[path], vulnerable=by[path].fixed, flaws=())
    for old, new in moved.items():
        if not new.startswith("/") or any(page.path == new for page in pages):
            raise NoSuchPage(f"{old} cannot move to {new}: name a path that starts with / and has no page")
        by[old] = _moved(by[old], new)
    return tuple(by.get(page.path, page) for page in pages)


def _moved(page: Page, new: str) -> Page:
    def at_new(text: str) -> str:
        return new + text.removeprefix(page.path) if text.startswith(page.path) else text

    flaws: tuple[Flaw, ...] = tuple(
        msgspec.structs.replace(flaw, path=at_new(flaw.path)) for flaw in page.flaws
    )
    links = tuple(Link(at_new(link.href), link.label) for link in page.links)
    return msgspec.structs.replace(page, path=new, flaws=flaws, links=links)
