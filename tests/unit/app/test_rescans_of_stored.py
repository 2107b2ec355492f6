"""Scan after scan of a site that keeps what visitors write: closed is what was seen again where it stood, harmless."""

import asyncio
import html as markup
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from cyberai.app.work import beat
from cyberai.domain.fingerprint import LED_TO, shown_place
from cyberai.domain.http import HttpRequest, HttpResponse, Url
from support.deployment import deployment
from support.miniature_site import html, links
from support.simulated_network import website
from unit.app.test_pause import OneSite
from unit.app.test_rescans import Story

XSS = "web.stored-xss"
OPEN, CLOSED = ("open", "not_observed"), ("fixed", "fixed_confirmed")


class Book:
    """A guest book, shown on two pages, each of which may encode what it shows, show nothing, or be gone."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.encodes = {"/book": False, "/news": True}
        self.shows = {"/book": True, "/news": True}
        self.refuses = False

    def respond(self, request: HttpRequest) -> HttpResponse:
        path = request.url.path
        if path == "/":
            return html(links("/book", "/news"))
        if path == "/sign":
            entry = parse_qs(request.body.decode()).get("entry", [""])[0]
            if self.refuses and not entry.isalnum():
                return html("<p>Letters only.</p>", 400)
            self.kept = [*self.kept, entry][-3:]
            return HttpResponse(303, (("Location", "/thanks"),))
        if path == "/thanks":
            return html("<p>Thank you.</p>")
        if path not in self.shows:
            return html("<h1>Not found</h1>", 404)
        form = '<form action="/sign" method="post"><input name="entry"></form>'
        entries = self.kept if self.shows[path] else []
        shown = [markup.escape(e) if self.encodes[path] else e for e in entries]
        return html(form + "".join(f"<p>{entry}</p>" for entry in shown))


def play(folder: Path, book: Book, steps: list[tuple[dict[str, object], tuple[str, str]]]) -> None:
    """Scan after each change; then status and detection must be these."""

    async def run() -> None:
        async with deployment(folder, network=OneSite(website(book.respond, 9))) as app:
            await beat(app, "w1")
            for number, (changes, wanted) in enumerate(steps):
                for name, value in changes.items():
                    setattr(book, name, value)
                assert await Story(app).scan(XSS) == {XSS: wanted}, number

    asyncio.run(run())


@pytest.mark.slow
def test_what_is_kept_and_shown_harmless_where_it_stood_is_closed(tmp_path: Path) -> None:
    play(
        tmp_path,
        Book(),
        [
            ({}, ("open", "new")),
            ({}, ("open", "present")),
            ({"encodes": {"/book": True, "/news": True}}, CLOSED),
            ({"encodes": {"/book": False, "/news": True}}, ("open", "regressed")),
            ({"refuses": True}, CLOSED),
        ],
    )


def test_what_is_not_seen_where_it_stood_is_not_closed(tmp_path: Path) -> None:
    play(
        tmp_path,
        Book(),
        [
            ({}, ("open", "new")),
            # The other page still shows it, encoded as ever: that says nothing of this one.
            ({"shows": {"/book": False, "/news": True}}, OPEN),
            ({"shows": {"/book": False, "/news": False}}, OPEN),
            ({"shows": {"/book": True, "/news": True}}, ("open", "present")),
        ],
    )


def test_pages_are_told_apart_by_their_queries_and_not_by_ids() -> None:
    def place(target: str) -> str:
        return shown_place(Url.parse(f"http://a.test{target}"))

    assert place("/?page=book&id=7") == place("/?id=12&page=book")
    assert place("/notes/17") == place("/notes/18")
    assert len({place("/?page=book"), place("/?page=news"), place("/"), shown_place(None)}) == 4
    assert shown_place(None) == LED_TO
