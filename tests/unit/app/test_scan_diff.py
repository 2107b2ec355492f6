"""Two real scans of a site on which one flaw was mended, one made anew and one moved."""

from pathlib import Path

from cyberai.app.scan_diff import DiffResource, scan_diff
from cyberai.app.scans import list_scans
from cyberai.app.work import beat
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.ports.repositories import ScanFilter
from support.deployment import TestClock
from support.miniature_site import html, links, query
from unit.app.test_rescans import FILES, XSS, Story, play


class Shop:
    """Echoes at addresses that change from release to release, and a forgotten file."""

    def __init__(self) -> None:
        self.echoes: dict[str, str] = {"/search": "q", "/news": "topic", "/about": "name"}
        self.escaping: set[str] = set()
        self.hides = False
        self.linked = True

    def respond(self, request: HttpRequest) -> HttpResponse:
        path = request.url.path
        if path == "/":
            return html(links(*(f"{page}?{name}=rope" for page, name in self.echoes.items())))
        if path in self.echoes:
            word = query(request).get(self.echoes[path], "")
            return html(f"<p>{word.replace('<', '&lt;') if path in self.escaping else word}</p>")
        files = {} if self.hides else {"/.git/HEAD": b"ref: refs/heads/main\n", "/.git/config": b"[core]\n"}
        if path in files:
            return HttpResponse(200, (("Content-Type", "text/plain"),), files[path])
        return html("<h1>Not found</h1>", 404)


async def newest(story: Story) -> list[str]:
    page = await list_scans(story.app, WS, ScanFilter(), limit=50, cursor=None)
    return [scan.id for scan in page.data]


async def a_day_later(story: Story, *checks: str) -> None:
    clock = story.app.clock
    assert isinstance(clock, TestClock)
    clock.advance(86_400)
    await beat(story.app, "w1")
    await story.scan(*checks)


def places(diff: DiffResource) -> set[tuple[str, str]]:
    return {(row.change, (row.location.url or "").partition("?")[0].rpartition("/")[2]) for row in diff.data}


def test_mended_made_anew_and_moved(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        await story.scan()
        shop.escaping.add("/search")
        shop.echoes = {"/search": "q", "/reports": "topic", "/about": "name", "/wishes": "text"}
        shop.hides = True
        await a_day_later(story)
        second, first = await newest(story)
        diff = await scan_diff(story.app, WS, second)
        assert diff.against == first
        assert places(diff) == {
            ("fixed", "search"),
            ("fixed", "HEAD"),
            ("moved", "reports"),
            ("new", "wishes"),
            ("still_there", "about"),
        }
        (moved,) = (row for row in diff.data if row.change == "moved")
        assert moved.moved_from
        assert "/news" in moved.moved_from.affected_component
        assert (diff.not_compared_total, diff.notes) == (0, [])
        shop.escaping.clear()
        await a_day_later(story, XSS)
        third = (await newest(story))[0]
        back = await scan_diff(story.app, WS, third)
        assert ("regressed", "search") in places(back)
        # Files were not looked for: nothing is said of them, and that is said.
        assert {(row.check_id, row.only_in) for row in back.not_compared} == {(FILES, "against")}
        assert back.notes == ["The scans had different choices of checks"]
        from_the_first = await scan_diff(story.app, WS, third, first)
        assert ("not_tested", "HEAD") in places(from_the_first)
        assert sum(from_the_first.counts.values()) == len(from_the_first.data)
        one = await scan_diff(story.app, WS, third, first, changes=("not_tested",))
        assert places(one) == {("not_tested", "HEAD")}
        assert one.counts == from_the_first.counts
        assert f"{third} is the later scan" in (await scan_diff(story.app, WS, first, third)).notes[0]

    play(tmp_path, shop, story)  # type: ignore[arg-type]
