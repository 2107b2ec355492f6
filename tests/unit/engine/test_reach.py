"""What the crawler reaches on sites built like real ones, and what it leaves alone there."""

import asyncio
import random
from itertools import count, product

import pytest

from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.scan import ScanOptions
from cyberai.engine.novelty import Novelty
from support.fake_checks import ECHO
from support.miniature_site import form, html, links, query, site
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import SimulatedNetwork, website

ENTRY = "http://10.0.0.1/"
WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "jetty",
    "knoll",
    "lagoon",
    "meadow",
    "nectar",
    "ocean",
    "pine",
]


def run(
    pages: dict, checks: tuple = (), network: SimulatedNetwork | None = None, **terms: object
) -> Finished:
    options = terms.pop("options", ScanOptions())
    return asyncio.run(scan(spec_of(ENTRY, options), network or website(site(pages)), checks, **terms))


def targets(finished: Finished) -> set[str]:
    return {request.url.target for request in finished.network.log}


def story(seed: int) -> str:
    words = random.Random(seed).choices(WORDS, k=12)
    return f"<p>{' '.join(words)}</p>"


def test_a_long_list_is_followed_to_its_end_and_a_calendar_is_not() -> None:
    def shop(request: HttpRequest) -> str:
        page = int(query(request).get("page", 1))
        items = links(*(f"/item?id={page * 1000 + n}" for n in range(3)))
        return story(page) + items + (links(f"/shop?page={page + 1}") if page < 40 else "")

    def calendar(request: HttpRequest) -> str:
        day = int(query(request).get("day", 1))
        return f"<p>Nothing on {day} yet</p>" + links(f"/calendar?day={day + 1}", f"/calendar?day={day - 1}")

    item = lambda request: story(int(query(request)["id"])) + links("/")  # noqa: E731
    finished = run(
        {"/": links("/shop?page=1", "/calendar"), "/shop": shop, "/item": item, "/calendar": calendar}
    )
    reached = targets(finished)
    assert {f"/shop?page={page}" for page in range(1, 41)} <= reached
    assert {f"/item?id={page * 1000 + n}" for page in range(1, 41) for n in range(3)} <= reached
    assert len([target for target in reached if target.startswith("/calendar")]) <= 110


def test_combinations_of_filters_are_a_few_pages() -> None:
    facets = {"color": "red blue green", "size": "small large", "brand": "ajax zeta", "order": "up down"}

    def shelf(request: HttpRequest) -> str:
        at = query(request)
        choices = [{**at, name: value} for name, values in facets.items() for value in values.split()]
        return "<h1>Shelf</h1>" + links(
            *("/shelf?" + "&".join(f"{n}={v}" for n, v in c.items()) for c in choices)
        )

    finished = run({"/": links("/shelf?color=red"), "/shelf": shelf})
    every = len(list(product(*([None, *values.split()] for values in facets.values()))))
    assert len(targets(finished)) < every


def test_session_ids_in_addresses_are_no_new_pages() -> None:
    serial = count(1)

    def page(request: HttpRequest) -> str:
        mark = f"{next(serial):032X}"
        return links(
            f"/a.do;jsessionid={mark}?x=1", f"/b.do;jsessionid={mark}", f"/c.php?PHPSESSID={mark}&y=2"
        )

    finished = run({"/": page, "/a.do": page, "/b.do": page, "/c.php": page})
    assert {"/a.do?x=1", "/b.do", "/c.php?y=2"} <= targets(finished)
    assert len(finished.network.log) < 12


def test_a_folder_that_answers_for_everything_below_it_is_one_page() -> None:
    pages = {
        "/*": "<h1>Welcome</h1>" + links("/admin/", "/admin/users", "/admin/logs"),
        "/admin/*": "<h1>Office</h1><form action=/admin/find><input name=who></form>",
        "/admin/find": lambda request: f"<p>{query(request).get('who', '')}</p>",
    }
    finished = run(pages, (ECHO,))
    assert {(hit.point.name) for _, hit in finished.hits} == {"who"}


def test_the_steps_of_a_form_are_repeated_for_a_fresh_token() -> None:
    serial, issued = count(1), {"now": ""}

    def step(number: int, token: str, field: str) -> str:
        return (
            f"<form method=post action=/order><input type=hidden name=step value={number}>"
            f"<input type=hidden name=csrf value={token}><input name={field} required></form>"
        )

    def order(request: HttpRequest) -> HttpResponse | str:
        sent = form(request)
        if request.method == "POST" and sent.get("csrf") != issued["now"]:
            return html("<p>Start again</p>", 403)
        issued["now"] = f"token{next(serial):06d}"
        if sent.get("step") == "1":
            return step(2, issued["now"], "street")
        if sent.get("step") == "2":
            return step(3, issued["now"], "note")
        return (
            f"<p>Ordered: {sent['note']}</p>" if sent.get("step") == "3" else step(1, issued["now"], "item")
        )

    finished = run({"/": links("/order"), "/order": order}, (ECHO,))
    assert {hit.point.name for _, hit in finished.hits} == {"note"}


def test_the_rows_of_a_list_submit_one_form() -> None:
    row = "<form method=post action=/cart><input type=hidden name=id value={n}><input name=amount></form>"
    rows = {f"/p?id={n}": row.format(n=n) for n in range(30)}
    finished = run(
        {
            "/": links(*rows),
            "/p": lambda r: story(int(query(r)["id"])) + row.format(n=query(r)["id"]),
            "/cart": "ok",
        }
    )
    assert len([request for request in finished.network.log if request.url.path == "/cart"]) <= 3


def test_what_is_called_by_our_name_is_looked_at_once() -> None:
    serial = count(100)
    made: list[int] = []

    def board(request: HttpRequest) -> str:
        if request.method == "POST":
            made.append(next(serial))
        listed = "".join(
            f"<a href=/post/{n}>cyberai</a><a href=/post/{n}/raw>raw</a>" for n in [*made, 1, 2, 3]
        )
        return f"<form method=post action=/board><input name=title><select name=k><option>a<option>b</select></form>{listed}"

    finished = run({"/": links("/board"), "/board": board, "/post/*": "<p>a post</p>"})
    assert len([t for t in targets(finished) if t.removeprefix("/post/").isdigit()]) <= 1


class Unsteady(SimulatedNetwork):
    """Answers that take turns in being late."""

    async def send(self, request: HttpRequest, **terms: object) -> HttpResponse:
        for _ in range(self.late.randrange(20)):
            await asyncio.sleep(0)
        return await SimulatedNetwork.send(self, request)


@pytest.mark.slow
def test_the_same_site_gets_the_same_requests_whatever_answers_first() -> None:
    def page(request: HttpRequest) -> str:
        number = int(query(request).get("n", 0))
        more = [f"/?n={(number * 7 + step) % 400}" for step in range(1, 4)]
        return (
            f"<h{number % 3 + 1}>x</h{number % 3 + 1}>"
            + (story(number) if number % 5 else "")
            + links(*more, f"/d?day={number}")
        )

    sent = []
    for seed in range(3):
        network = website(
            site(
                {
                    "/": page,
                    "/d": lambda r: "<p>Nothing on that day</p>" + links(f"/d?day={query(r)['day']}0"),
                }
            )
        )
        network = Unsteady(network.services)
        Unsteady.late = random.Random(seed)
        finished = run({}, network=network, options=ScanOptions(concurrent=8))
        # The names of what cannot be there are random.
        sent.append(
            sorted(str(request.url) for request in finished.network.log if request.url.path in ("/", "/d"))
        )
    assert sent[0] == sent[1] == sent[2]


def test_news_is_what_was_not_said_before() -> None:
    def says(text: str) -> bool:
        return novelty.is_new(ENTRY, HttpResponse(200, (), text.encode()))

    novelty = Novelty()
    assert says("<h1>The quick brown fox</h1> jumps")
    assert not says("<h2>The quick brown fox</h2> jumps 2024-01-15")
    assert not says(
        "<script>var a='lorem ipsum dolor sit amet'</script>The quick brown fox a9f3 b77c0d jumps"
    )
    assert says("The quick brown fox jumps over a lazy dog")
    assert novelty.is_new("http://other.example", HttpResponse(200, (), b"The quick brown fox jumps"))
