"""Every SQL injection flaw tells true from false statements in three unlike ways; its twin never does."""

from base64 import b64encode
from collections.abc import Callable

import pytest

from cyberai.lab.site import Site

from .client import FORM, flaws_of, get, post, send, stable

CHECK = "web.sql-injection"
NUMBER = (("{} AND 5=5", "{} AND 5=6"), ("{}-0", "{}-1"), ("{} AND 'a'='a'", "{} AND 'a'='b'"),
          ("{} AND (SELECT 1)=1--", "{} AND (SELECT 1)=2--"))  # fmt: skip
STRING = (("{}' AND '5'='5", "{}' AND '5'='6"), ("{}' AND 7<8--", "{}' AND 7>8--"), ("{}'||'", "{}'||'x"),
          ("{}' AND EXISTS(SELECT 1) AND 'q'='q", "{}' AND NOT EXISTS(SELECT 1) AND 'q'='q"))  # fmt: skip
BROKEN = (("{}''", "{}'"), ("{}'||'", "{}'||"))


def written(
    pairs: tuple[tuple[str, str], ...], value: str, write: Callable[[str], str]
) -> tuple[tuple[str, str], ...]:
    """The pairs for a place that holds text in another form."""
    return tuple(
        (write(same.replace("{}", value)), write(other.replace("{}", value))) for same, other in pairs
    )


# For each place: the value a visitor sends, and pairs of (still that page, another page).
PAIRS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "/product id": ("3", NUMBER),
    "/catalogue/category category": ("rope", STRING),
    "/catalogue/find name": ("rope", (("{}%' AND '5'='5' AND name LIKE '%{}", "{}%' AND '5'='6' AND name LIKE '%{}"),
                                      ("{}%' AND 7<8--", "{}%' AND 7>8--"), ("{}'||'", "{}'||'x"), ("{}'||'", "{}'"))),
    "/catalogue/ordered order": ("price", (("{},(SELECT 1)", "{},(SELECT nothing)"),
                                           ("(CASE WHEN 1=1 THEN price ELSE name END)", "(CASE WHEN 1=2 THEN price ELSE name END)"),
                                           ("{}+0", "{}*-1"), ("{} ASC", "{} DESC"))),
    "/catalogue/page size": ("4", (("{}-0", "{}-1"), ("{} OFFSET 0", "{} OFFSET 1"), ("(SELECT {})", "(SELECT 2)"),
                                   ("{}--", "{}'"))),
    "/suppliers region": ("north", (("{}' AND '5'='5", "{}' AND '5'='6"), ("{}')) AND 7<8--", "{}')) AND 7>8--"),
                                    ("{}'||'", "{}'||'x"))),
    "/suppliers/town postcode": ("2100", (('{}" AND "5"="5', '{}" AND "5"="6'), ('{}" AND 7<8--', '{}" AND 7>8--'),
                                          ('{}"||"', '{}"||"x'))),
    "/stock item": ("2", NUMBER),
    "/stock/escaped number": ("5", (("{} AND 5=5", "{} AND 5=6"), ("{}-0", "{}+90"), ("{} AND (SELECT 1)=1", "{} AND (SELECT 1)=2"))),
    "/catalogue/filtered kind": ("safety", (("{}' AND '5'='5", "{}' AND '5'='6"), ("{}'||'", "{}'||'x"),
                                            ("{}' AND EXISTS(SELECT 1) AND 'q'='q", "{}' AND NOT EXISTS(SELECT 1) AND 'q'='q"))),
    "/catalogue/folded word": ("Anchor", STRING),
    "/account/price-alert article": ("Signal horn", STRING),
    "/api/stock sku": ("RP-12", STRING),
    "/prices currency": ("GBP", STRING),
    "/brand/ 1": ("quayline", STRING),
    "/login email": ("robin@harbour-supply.example", (("nobody", "nobody' OR 1=1--"), ("nobody", "' OR 'a'='a'--"),
                                                      ("x' OR 1=2--", "x' OR 2=2--"))),
    "/guest-book line": ("Fair winds", (*BROKEN, ("x' || (SELECT 1) || '", "x' || (SELECT nothing) || '"), ("x')--", "x'--"))),
    "/visits User-Agent": ("Gull/1.0", (*BROKEN, ("x' || (SELECT 1) || '", "x' || (SELECT nothing) || '"), ("x', 'y')--", "x')--"))),
    "/suppliers/find code": ("2100", STRING),
    "/suppliers/find place": ("Kelby", STRING),
    "/berths/wish wish": ("x", (*BROKEN, ("x' || (SELECT 1) || '", "x' || (SELECT nothing) || '"), ("x')--", "x'--"))),
    "/stock/reserve amount": ("2", (("{}-5+5", "{}-5+"), ("(SELECT 1)", "(SELECT nothing)"), ("{} WHERE id = 9--", "{} WHERE nothing--"))),
    "/berths/leave word": ("x", (*BROKEN, ("x' || abs(-4) || '", "x' || nothing || '"), ("x')--", "x'--"))),
    "/stock/return pieces": ("2", (("{}-5+5", "{}-5+"), ("abs({})", "nothing({})"), ("{} WHERE id = 9--", "{} WHERE nothing--"))),
    "/catalogue/direction direction": ("asc", (("{},(SELECT 1)", "{},(SELECT nothing)"), ("{} LIMIT 4--", "{} LIMIT 1--"), ("{},name", "{},nothing"))),
    "/account/region region": ("safety", (("{}'AND'5'='5", "{}'AND'5'='6"), ("{}'||'", "{}'||'x"), ("{}'AND/**/EXISTS(SELECT/**/1)AND'q'='q", "{}'AND/**/NOT/**/EXISTS(SELECT/**/1)AND'q'='q"))),
    "/articles/plain article": ("4", (("{}-0", "{}-1"), ("{}/(1<2)", "{}/(2<1)"), ("{}/**/AND/**/5=5", "{}/**/AND/**/5=6"))),
    "/articles/of kind": ("safety", (("{}'AND'5'='5", "{}'AND'5'='6"), ("{}'||'", "{}'||'x"), ("{}'||NULLIF('','a')||'", "{}'||NULLIF('a','a')||'"))),
    "/catalogue/from start": ("2", (("{}-0", "{}-1"), ("(SELECT {})", "(SELECT 1)"), ("{}*(1<2)", "{}*(2<1)"))),
    "/catalogue/picked ids": ("1,2,5", (("{}) AND (5=5", "{}) AND (5=6"), ("{},(SELECT 1)", "{},(SELECT 3)"), ("{}-0", "{}-1"))),
    "/balance/data/rows sort": ("price", (("{},(SELECT 1)", "{},(SELECT nothing)"), ("{}+0", "{}*-1"), ("{} ASC", "{} DESC"))),
    "/balance/data/known article": ("Signal horn", STRING),
    "/catalogue/wanted filter": ('{"kind":"rope"}', written(STRING, "rope", lambda text: f'{{"kind":"{text}"}}')),
    "/catalogue/seen seen": ("c2FmZXR5", written(STRING, "safety", lambda text: b64encode(text.encode()).decode())),
    "/catalogue/by sort": ("price desc", (("{},(SELECT 1)", "{},(SELECT nothing)"), ("price+0 desc", "price*-1 desc"),
                                          ("{} LIMIT 5--", "{} LIMIT 2--"))),
    "/api/by column": ("price", (("{}`,(SELECT 1),`{}", "{}`,(SELECT nothing),`{}"), ("{}` ASC--", "{}` DESC--"),
                                 ("{}` LIMIT 200--", "{}` LIMIT 1--"))),
    "/suppliers/search words": ("tarpaulin", (("{}' OR 5=6)--", "{}' OR 5=5)--"), ("{}') UNION SELECT 1,2,3--", "{}') UNION SELECT 1,2,3,4--"),
                                              ("{}' OR NOT EXISTS(SELECT 1))--", "{}' OR EXISTS(SELECT 1))--"))),
    "/stock/number number": ("4711", (("{} OR 5=6--", "{} OR 5=5--"), ("{}-0", "{}-4710"), ("{} UNION SELECT 1,2--", "{} UNION SELECT 1,2,3--"))),
    "/api/label label": ("ZZ-90", (('{}" OR 5=6--', '{}" OR 5=5--'), ('{}"||"', 'RP-12"||"'), ('{}" UNION SELECT 1,2,3,4--', '{}" UNION SELECT 1,2,3,4,5--'))),
    "/catalogue/guarded group": ("rope", (("{}')) ORDER BY price--", "{}')) LIMIT 0--"), ("{}')) ORDER BY 2--", "{}')) ORDER BY 3--"),
                                          ("{}')) ORDER BY 2--", "{}')) UNION SELECT 1,2--"))),
}  # fmt: skip
# The page tells that the statement failed, in words that are no database's.
TOLD = ("/berths/wish wish", "/stock/reserve amount", "/berths/leave word", "/stock/return pieces", "/catalogue/direction direction",
        "/articles/plain article", "/articles/of kind")  # fmt: skip
# Nothing is shown: what can be told is the time. Values that wait `{}` seconds, in unlike ways.
SLEEPS: dict[str, tuple[str, ...]] = {
    "/news/sign-up address": ("x' + SLEEP({}) + '", "x'); SELECT SLEEP({}); --", "'||(SELECT SLEEP({}))||'"),
    "/stock/watch article": ("4 AND SLEEP({}) = 0", "(SELECT SLEEP({}))", "CASE WHEN SLEEP({}) THEN 1 ELSE 2 END"),
    "/tide/table X-Forwarded-For": (
        "x' + SLEEP({}) + '", "x', SLEEP({})); --", "'||(SELECT SLEEP({}))||'"),
    "/api/known mail": ('x" + SLEEP({}) + "', '" || (SELECT SLEEP({})) || "', 'x" = SLEEP({}) --'),
}  # fmt: skip
FLAWS = {place: flaw for place, flaw in flaws_of(CHECK).items() if place not in SLEEPS}
BLIND = {place: flaw for place, flaw in flaws_of(CHECK).items() if place in SLEEPS}
MARKS = {
    "/product id": "You have an error in your SQL syntax",
    "/catalogue/find name": "ERROR:  ",
    "/catalogue/page size": "SQLSTATE[HY000]: General error: 1 unrecognized token",
    "/suppliers region": "sqlite3.OperationalError: unrecognized token",
    "/catalogue/folded word": "ORA-01756",
    "/account/price-alert article": "Unclosed quotation mark after the character string",
    "/guest-book line": "You have an error in your SQL syntax",
    "/visits User-Agent": "ERROR:  ",
    "/suppliers/find code": "SQLSTATE[HY000]",
    "/suppliers/find place": "SQLSTATE[HY000]",
}


def page(site: Site, place: str, value: str) -> tuple[int, str]:
    return stable(send(site, FLAWS[place], value.replace("{}", PAIRS[place][0])))


def without_offers(answer: tuple[int, str]) -> tuple[int, str]:
    """The page about visits shows a random offer."""
    return answer[0], answer[1].split("Your visit is counted.")[0]


def test_every_flaw_has_three_pairs() -> None:
    assert set(PAIRS) == set(FLAWS)
    assert all(len(pairs) >= 3 for _, pairs in PAIRS.values())


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_true_and_false_differ_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed = Site(), Site(fixed=True)
    usual = without_offers(
        page(vulnerable, place, PAIRS[place][1][0][0] if place == "/login email" else "{}")
    )
    for same, other in PAIRS[place][1]:
        assert without_offers(page(vulnerable, place, same)) == usual, same
        assert without_offers(page(vulnerable, place, other)) != usual, other
        assert without_offers(page(fixed, place, same)) == without_offers(page(fixed, place, other)), (
            same,
            other,
        )


@pytest.mark.parametrize("place", sorted(MARKS))
def test_shown_errors_are_worded_as_the_server_words_them(place: str) -> None:
    broken = send(Site(), FLAWS[place], PAIRS[place][0] + "'")
    assert broken.status == 500
    assert MARKS[place] in broken.text.replace("&#x27;", "'")
    for value in (PAIRS[place][0], PAIRS[place][0] + "'"):
        repaired = send(Site(fixed=True), FLAWS[place], value)
        assert repaired.status < 500
        assert MARKS[place] not in repaired.text


@pytest.mark.parametrize("place", sorted(set(FLAWS) - set(MARKS) - set(TOLD)))
def test_hidden_errors_stay_hidden(place: str) -> None:
    for value in ("'", '"', "1'", ")", "nothing(", "\\"):
        answer = send(Site(), FLAWS[place], value)
        assert answer.status < 500
        assert "syntax" not in answer.text.lower()


def test_an_error_is_shown_only_where_the_statement_really_fails() -> None:
    for valid in ("rope", "rope''", "rope'||'"):
        assert send(Site(), FLAWS["/catalogue/find name"], valid).status == 200


@pytest.mark.parametrize("place", TOLD)
def test_a_failure_is_told_without_the_words_of_a_database(place: str) -> None:
    answer = send(Site(), FLAWS[place], "'nothing(")
    assert answer.status == 500
    assert "nothing(" not in answer.text


def test_every_blind_place_is_known() -> None:
    assert set(BLIND) == set(SLEEPS)


@pytest.mark.parametrize("place", sorted(SLEEPS))
def test_a_blind_place_shows_nothing_and_waits_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed, flaw = Site(), Site(fixed=True), BLIND[place]
    usual = stable(send(vulnerable, flaw, "4"))
    for pattern in SLEEPS[place]:
        for seconds in (1, 3):
            value = pattern.replace("{}", str(seconds))
            answer = send(vulnerable, flaw, value)
            assert stable(answer) == usual
            # SQLite tries an UPDATE's condition on each row; what depends on no row runs once.
            assert (answer.delay and answer.delay % seconds == 0) or answer.delay == 10, value
            assert send(fixed, flaw, value).delay == 0
        assert send(vulnerable, flaw, pattern.replace("SLEEP", "SLEEQ")).delay == 0
    for broken in ("'", '"', ")", "nothing("):
        assert stable(send(vulnerable, flaw, broken)) == usual


def test_the_two_field_form_refuses_both_fields() -> None:
    assert get(Site(), "/suppliers/find?code=2100&place=Kelby").status == 400
    assert get(Site(), "/suppliers/find?code=2100&place=").status == 200


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize(
    ("target", "same"),
    [("/service/search?term=rope", ("%27%20AND%20%271%27=%271", "%27%20AND%20%271%27=%272")),
     ("/service/article?id=3", ("%20AND%201=1", "%20AND%201=2")),
     ("/service/article?id=3", ("%27", "%27%27")),
     ("/service/sum?terms=7", ("-5%2B5", "-0")),
     ("/service/words?list=rope", ("%27%20AND%20%271%27=%271", "%27%20AND%20%271%27=%271")),
     ("/service/berths?near=quay", ("%27%20or%20%271%27=%271", "%27%20or%20%271%27=%272"))],
)  # fmt: skip
def test_traps_do_not_tell_true_from_false(fixed: bool, target: str, same: tuple[str, str]) -> None:
    site = Site(fixed=fixed)
    first, second = (stable(get(site, target + value)) for value in same)
    assert first == second


def test_traps_move_as_they_promise() -> None:
    site = Site()
    assert "<li>87654321</li>" in get(site, "/service/reckon?note=UNION%20ALL%20SELECT%209739369*9").text
    assert "SELECT" not in get(site, "/service/drawer?drawer=UNION%20ALL%20SELECT%201*2").text
    assert len({stable(post(site, "/service/tickets", b"line=a", FORM[1])) for _ in range(5)}) > 1
    assert get(site, "/service/berths?near=%27").status == 403
    assert get(site, "/service/sum?terms=7-").status == 500
    assert get(site, "/service/words?list=%27").status == 500
    assert post(site, "/service/import", b"line=%27", FORM[1]).status == 500
    assert len({get(site, f"/service/related?word={word}").text.split("<footer>")[0] for word in "abcd"}) == 4
    assert len({stable(get(site, "/service/picks?taste=x")) for _ in range(5)}) > 1
