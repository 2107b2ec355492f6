"""Safe applications that misbehave in every way a scanner may take for a flaw. None of them evaluates input."""

import hashlib
import html
import json
import random
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, quote

from cyberai.domain.http import HttpRequest, HttpResponse

Answer = Callable[[str, random.Random], HttpResponse]


def page(body: str, status: int = 200, *headers: tuple[str, str]) -> HttpResponse:
    """An HTML answer with some furniture around it."""
    text = f"<!doctype html><html><head><title>Shop</title></head><body><nav><a href='/'>Home</a></nav>{body}</body></html>"
    return HttpResponse(
        status, (("Content-Type", "text/html; charset=utf-8"), *headers), text.encode("utf-8", "replace")
    )


def value_of(request: HttpRequest) -> str:
    """The value of `v`, or of the form's or JSON document's `v`."""
    if request.body.startswith(b"{"):
        return str(json.loads(request.body)["v"])
    pairs = request.body.decode() if request.body else request.url.query
    return dict(parse_qsl(pairs, keep_blank_values=True)).get("v", "")


class NoisyTarget:
    """One application: answers by its rule, with its own chance and its own count of requests."""

    def __init__(self, answer: Answer, seed: int) -> None:
        self._answer = answer
        self._random = random.Random(seed)
        self.requests = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.requests += 1
        self._random.random()
        return self._answer(value_of(request), self._random)


def targets(seed: int) -> Iterator[tuple[str, NoisyTarget]]:
    """Every noisy target, fresh."""
    for rule in _STATELESS:
        yield rule.__name__, NoisyTarget(rule, seed)
    for make in _STATEFUL:
        yield make.__name__, NoisyTarget(make(), seed)


def random_token(value: str, chance: random.Random) -> HttpResponse:
    return page(
        f"<input name=csrf value={chance.getrandbits(64):x}><p>{html.escape(value)}</p><p>{chance.random():.6f}s</p>"
    )


def random_offers(value: str, chance: random.Random) -> HttpResponse:
    offers = "".join(f"<li>offer {n}</li>" for n in sorted(chance.sample(range(60), 25)))
    return page(f"<ul>{offers}</ul><p>{html.escape(value)}</p>")


def coin(value: str, chance: random.Random) -> HttpResponse:
    return page(
        "<h1>Welcome</h1><p>Layout A</p>" if chance.random() < 0.5 else "<h1>Hello</h1><p>Layout B</p>"
    )


def rare_banner(value: str, chance: random.Random) -> HttpResponse:
    return page("<p>products</p>" + ("<p>sale today</p>" if chance.random() < 0.15 else ""))


def two_nodes_by_value(value: str, chance: random.Random) -> HttpResponse:
    node = hashlib.sha256(value.encode()).digest()[0] % 2
    return page(f"<p>served by node {'north' if node else 'south'}</p><p>nothing found</p>")


def page_of_the_value(value: str, chance: random.Random) -> HttpResponse:
    digest = hashlib.sha256(value.encode()).hexdigest()
    return page("".join(f"<p>{digest[i : i + 6]}</p>" for i in range(0, 60, 6)))


def refuses_quotes(value: str, chance: random.Random) -> HttpResponse:
    if any(c in value for c in "'\"<>;|`"):
        return page(
            "<h1>Request blocked</h1><p>SQL injection attempt: You have an error in your SQL syntax</p>", 403
        )
    return page(f"<p>result for {html.escape(value)}</p>")


def fails_on_quotes(value: str, chance: random.Random) -> HttpResponse:
    if any(c in value for c in "'\"\\"):
        return page('<h1>Internal error</h1><p>near "x": syntax error</p>', 500)
    return page("<p>one row</p>")


def fails_on_what_is_no_number(value: str, chance: random.Random) -> HttpResponse:
    if not value.isdigit():
        return page(f'<p>invalid input syntax for type integer: "{html.escape(value)}"</p>', 500)
    return page(f"<p>article {value}</p>")


def calculator(value: str, chance: random.Random) -> HttpResponse:
    shown = value
    for left_part in value.replace("-", "+").split("+"):
        left, star, right = left_part.partition("*")
        digits_left = "".join(c for c in reversed(left) if c.isdigit())[:6][::-1]
        digits_right = "".join(c for c in right if c.isdigit())[:6]
        if star and digits_left and digits_right:
            shown = shown.replace(f"{digits_left}*{digits_right}", str(int(digits_left) * int(digits_right)))
    return page(f"<p>= {html.escape(shown)}</p>")


def counts_numbers(value: str, chance: random.Random) -> HttpResponse:
    numbers = "".join(c if c.isdigit() else " " for c in value).split()
    return page(f"<p>{len(set(numbers))} different numbers</p><p>{len(value)} characters</p>")


def compares_numbers(value: str, chance: random.Random) -> HttpResponse:
    numbers = [int(n) for n in "".join(c if c.isdigit() else " " for c in value).split()]
    rising = numbers == sorted(numbers)
    return page("<p>rising</p>" if rising else "<p>falling</p>")


def searches_words(value: str, chance: random.Random) -> HttpResponse:
    words = {w.lower() for w in value.replace("'", " ").replace('"', " ").split()}
    shop = ["red and blue rope", "x large coat", "null modem", "case for pens", "table 41", "like new boots"]
    found = [item for item in shop if words & set(item.split())]
    return page("".join(f"<li>{item}</li>" for item in found) or "<p>nothing</p>")


def echoes_encoded(value: str, chance: random.Random) -> HttpResponse:
    text = html.escape(value)
    safe = json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("'", "\\u0027")
    return page(
        f'<p>{text}</p><input value="{text}"><!-- {text} --><script>var v = {safe};</script>'
        f'<textarea>{text}</textarea><a href="/s?v={quote(value)}">again</a>'
    )


def echoes_plain(value: str, chance: random.Random) -> HttpResponse:
    return HttpResponse(
        200, (("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff")), value.encode()
    )


def echoes_json(value: str, chance: random.Random) -> HttpResponse:
    body = json.dumps({"v": value, "html": "<p>" + value}).encode()
    return HttpResponse(200, (("Content-Type", "application/json"),), body)


def strips_tags(value: str, chance: random.Random) -> HttpResponse:
    return page(f"<p>{value.replace('<', '')}</p>")


def own_redirect(value: str, chance: random.Random) -> HttpResponse:
    return HttpResponse(302, (("Location", "/login?next=" + quote(value, safe="")),))


def redirects_to_paths(value: str, chance: random.Random) -> HttpResponse:
    return HttpResponse(302, (("Location", "/" + "".join(value.split()).replace("\\", "/").lstrip("/")),))


def manual_of_errors(value: str, chance: random.Random) -> HttpResponse:
    return page(
        "<pre>root:x:0:0:root:/root:/bin/bash\n127.0.0.1 localhost\nYou have an error in your SQL syntax; check "
        f"the manual</pre><p>{html.escape(value)}</p>"
    )


def not_found_by_value(value: str, chance: random.Random) -> HttpResponse:
    return page("<p>rope</p>") if value == "7" else page("<p>no such article</p>", 404)


def adds_up_or_refuses(value: str, chance: random.Random) -> HttpResponse:
    terms = value.replace("-", "+-").removeprefix("+").split("+")
    try:
        return page(f"<p>together {sum(int(term) for term in terms)}</p>")
    except ValueError:
        return page("<p>no sum</p>", 500)


def wants_paired_quotes_and_brackets(value: str, chance: random.Random) -> HttpResponse:
    paired = all(value.replace(q * 2, "").count(q) % 2 == 0 for q in "'\"")
    closed = value.count("(") == value.count(")") and not value.endswith(("+", ","))
    return page("<p>list read</p>") if paired and closed else page("<p>import failed</p>", 500)


def refuses_blanks_and_words(value: str, chance: random.Random) -> HttpResponse:
    if any(word in value.lower() for word in (" ", "and", "or", "union", "--", "/*", "null")):
        return page("<p>blocked</p>", 403)
    return page(f"<p>result for {html.escape(value)}</p>")


def knows_function_names(value: str, chance: random.Random) -> HttpResponse:
    known = any(name in value.lower() for name in ("nullif(", "between", "case when"))
    return page("<p>manual found</p>" if known else "<p>nothing in the manual</p>")


def reckons_behind_a_select(value: str, chance: random.Random) -> HttpResponse:
    """Shows the products of a select, as a teaching page of SQL does without a database."""
    if "UNION ALL SELECT" not in value.upper():
        return page("<p>no such row</p>")
    cells = value.upper().partition("SELECT")[2].replace("(", " ").replace(")", " ").replace(",", " ").split()
    factors = [cell.partition("*") for cell in cells if "*" in cell]
    shown = [str(int(a) * int(b)) for a, _, b in factors if a.isdecimal() and b.isdecimal()]
    return page("".join(f"<td>{number}</td>" for number in shown))


def shows_the_search_without_signs(value: str, chance: random.Random) -> HttpResponse:
    kept = value
    for part in (
        "UNION",
        "ALL",
        "SELECT",
        "ORDER BY",
        "CAST",
        "AS CHAR",
        "NULL",
        "'",
        '"',
        "(",
        ")",
        "*",
        "-",
        ",",
    ):
        kept = kept.replace(part, "")
    return page(f"<p>{html.escape(kept)}: nothing found</p>")


def draws_long_numbers(value: str, chance: random.Random) -> HttpResponse:
    return page("".join(f"<td>{chance.randrange(10**8, 10**10)}</td>" for _ in range(40)))


def blocks_and_says_it_is_fine(value: str, chance: random.Random) -> HttpResponse:
    if any(sign in value.lower() for sign in ("'", '"', "<", "..", ";", "select", "etc/passwd")):
        return page(f"<h1>Request rejected</h1><p>Incident {chance.getrandbits(40):x}</p>")
    return page(f"<p>result for {html.escape(value)}</p>")


def breaks_its_own_xml(value: str, chance: random.Random) -> HttpResponse:
    kept = "".join(c for c in value if c not in "<>&/ \t\r\n\f")
    body = f'<svg xmlns="http://www.w3.org/2000/svg"><rect fill="{kept}"/></svg>'
    return HttpResponse(200, (("Content-Type", "image/svg+xml"),), body.encode("utf-8", "replace"))


def describes_itself(value: str, chance: random.Random) -> HttpResponse:
    kept = value.replace("<", "").replace(">", "")
    return page(f'<noscript><input value="{kept}"></noscript><template><input value="{kept}"></template>')


def cuts_and_encodes(value: str, chance: random.Random) -> HttpResponse:
    return page(f"<p>{html.escape(value[:20])}</p>")


def must_contain_its_word(value: str, chance: random.Random) -> HttpResponse:
    target = (
        value if "guides" in value and value.startswith("/") and value[1:2] not in ("/", "\\", "\t") else "/"
    )
    return HttpResponse(302, (("Location", target),))


def late(response: HttpResponse, seconds: float) -> HttpResponse:
    """The same answer, after that time."""
    return HttpResponse(response.status, response.headers, response.body, elapsed=seconds)


def slow_at_random(value: str, chance: random.Random) -> HttpResponse:
    return late(page("<p>noted</p>"), chance.expovariate(1.0))


def slow_now_and_then(value: str, chance: random.Random) -> HttpResponse:
    return late(page("<p>noted</p>"), 0.05 + (chance.choice((1.0, 2.0, 3.0)) if chance.random() < 0.4 else 0))


def slow_by_length(value: str, chance: random.Random) -> HttpResponse:
    return late(page("<p>noted</p>"), 0.02 + len(value) / 20)


def waits_as_told(value: str, chance: random.Random) -> HttpResponse:
    numbers = [int(n) for n in "".join(c if c.isdigit() else " " for c in value).split()]
    return late(page("<p>noted</p>"), 0.02 + min((n for n in numbers if n < 60), default=0))


def slow_on_quotes(value: str, chance: random.Random) -> HttpResponse:
    return late(page("<p>noted</p>"), 2.1 if "'" in value or ";" in value else 0.05)


def limited() -> Answer:
    seen = [0]

    def rate_limited(value: str, chance: random.Random) -> HttpResponse:
        seen[0] += 1
        return page("<p>too many requests</p>", 429) if seen[0] % 7 > 3 else page("<p>fine</p>")

    return rate_limited


def alternating() -> Answer:
    seen = [0]

    def every_second(value: str, chance: random.Random) -> HttpResponse:
        seen[0] += 1
        return page("<p>even day special</p>") if seen[0] % 2 else page("<p>odd day special</p>")

    return every_second


def signing_up() -> Answer:
    """Takes each name once, whatever stands between its letters; the usual names were tried with other forms before."""
    files = "etc/passwd etc/group etc/hosts proc/uptime etc/hostname proc/version proc/cpuinfo proc/meminfo windows/win.ini"
    taken = {"".join(c for c in name if c.isalnum()) for name in files.split()}

    def takes_each_name_once(value: str, chance: random.Random) -> HttpResponse:
        name = "".join(c for c in value if c.isalnum())
        known = name in taken
        taken.add(name)
        return page("<p>That name is taken.</p>" if known else "<p>Welcome aboard.</p>")

    return takes_each_name_once


def loaded() -> Answer:
    seen = [0]

    def slows_down_under_load(value: str, chance: random.Random) -> HttpResponse:
        seen[0] += 1
        return late(page("<p>noted</p>"), 0.05 * seen[0] % 4.0)

    return slows_down_under_load


def pulsing() -> Answer:
    seen = [0]

    def slow_every_few(value: str, chance: random.Random) -> HttpResponse:
        seen[0] += 1
        return late(page("<p>noted</p>"), (0.0, 1.0, 3.0, 0.0, 2.0, 1.0)[seen[0] % 6] + 0.02)

    return slow_every_few


def drifting() -> Answer:
    seen = [0]

    def counts_up(value: str, chance: random.Random) -> HttpResponse:
        seen[0] += 1
        return page(f"<p>visitor {seen[0]}</p>" + ("<p>quiet</p>" if seen[0] < 9 else "<p>busy</p>"))

    return counts_up


def remembering() -> Answer:
    last = [""]

    def shows_the_last_search(value: str, chance: random.Random) -> HttpResponse:
        shown, last[0] = last[0], value
        return page(f"<p>You looked for {html.escape(shown)}</p><p>nothing found</p>")

    return shows_the_last_search


_STATELESS: tuple[Answer, ...] = (
    random_token,
    random_offers,
    coin,
    rare_banner,
    two_nodes_by_value,
    page_of_the_value,
    refuses_quotes,
    fails_on_quotes,
    fails_on_what_is_no_number,
    calculator,
    counts_numbers,
    compares_numbers,
    searches_words,
    echoes_encoded,
    echoes_plain,
    echoes_json,
    strips_tags,
    own_redirect,
    redirects_to_paths,
    manual_of_errors,
    not_found_by_value,
    adds_up_or_refuses,
    wants_paired_quotes_and_brackets,
    refuses_blanks_and_words,
    knows_function_names,
    reckons_behind_a_select,
    shows_the_search_without_signs,
    draws_long_numbers,
    blocks_and_says_it_is_fine,
    breaks_its_own_xml,
    describes_itself,
    cuts_and_encodes,
    must_contain_its_word,
    slow_at_random,
    slow_now_and_then,
    slow_by_length,
    waits_as_told,
    slow_on_quotes,
)
_STATEFUL: tuple[Callable[[], Answer], ...] = (
    limited,
    alternating,
    drifting,
    remembering,
    loaded,
    pulsing,
    signing_up,
)
