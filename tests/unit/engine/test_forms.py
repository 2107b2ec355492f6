"""Forms: values that the application expects, and every way in which a form is worth sending."""

import re
from urllib.parse import parse_qsl

import pytest

from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.body import multipart_parts
from cyberai.engine.fields import Field, fill, filled
from cyberai.engine.forms import parse_forms
from cyberai.engine.markup import tags
from cyberai.engine.pattern_sample import sample
from cyberai.engine.submissions import MAX_CHOICES, Submission, submissions

PAGE = Url.parse("http://shop.example/dir/page?x=1")


def sent(markup: str) -> list[Submission]:
    return [s for form in parse_forms(list(tags(markup))) for s in submissions(form, PAGE)]


def values(request: HttpRequest) -> dict[str, str]:
    text = request.body.decode() if request.body else request.url.query
    return dict(parse_qsl(text, keep_blank_values=True))


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z]{4,10}", "[A-Z]{2}-[0-9]{4}", r"\d{5}(-\d{4})?", r"\+?[0-9 ()-]{7,}", "(red|green|blue)", "[^@]+@[^@]+",
        r"[\w.]+\.example", "^[A-Za-z]+$", "[0-9]{3}[.]?[0-9]{2}", "a*b+", r"(?:\d{2}:){2}\d{2}", "[]x]{2}", "[a-]{3}", ".{8,}",
    ],
)  # fmt: skip
def test_a_pattern_is_obeyed(pattern: str) -> None:
    text = sample(pattern)
    assert text is not None
    assert re.fullmatch(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "(",
        "[",
        "a{",
        "a{x}",
        "(?=a)a",
        r"(\w)\1",
        "(" * 50,
        "a" * 500,
        "[^\x00-\xff]",
        "a{9999}",
        "(a{200}){200}",
    ],
)
def test_a_pattern_nobody_can_follow_is_left_alone(pattern: str) -> None:
    assert sample(pattern) is None


def test_a_pattern_and_the_lengths_hold_together() -> None:
    assert len(sample("[a-z]+", shortest=6) or "") >= 6
    assert sample("[a-z]{5}", longest=3) is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field("message"), "cyberai"),
        (Field("image_title"), "cyberai"),
        (Field("update"), "cyberai"),
        (Field("userEmail"), "cyberai@example.com"),
        (Field("order_date"), "2024-01-15"),
        (Field("startdate"), "2024-01-15"),
        (Field("product_id"), "1"),
        (Field("page"), "1"),
        (Field("zipCode"), "12345"),
        (Field("reply", hint="you@firm.example"), "cyberai@example.com"),
        (Field("when", hint="DD/MM/YYYY"), "15/01/2024"),
        (Field("size", mode="decimal"), "1"),
        (Field("n", "number", low="18", high="99"), "18"),
        (Field("n", "number", high="-5"), "-5"),
        (Field("d", "date", low="2025-03-01"), "2025-03-01"),
        (Field("d", "date", high="2020-03-01"), "2020-03-01"),
        (Field("t", "textarea", shortest=12), "cyberaicyber"),
        (Field("nick", limit=3), "cyb"),
        (Field("code", pattern="[A-Z]{3}"), "CCC"),
        (Field("land", choices=("de", "fr")), "de"),
        (Field("kept", "text", "as it was", pattern="[0-9]"), "as it was"),
    ],
)
def test_a_field_gets_what_it_expects(field: Field, expected: str) -> None:
    assert fill(field) == expected


def test_what_is_asked_for_twice_is_answered_alike() -> None:
    fields = (
        Field("pw", "password", limit=6),
        Field("pw_again", "password"),
        Field("contact", "email"),
        Field("contact2"),
        Field("code", pattern="[0-9]{4}"),
        Field("confirm_code"),
    )
    first, again, mail, mail2, code, code2 = filled(fields)
    assert (first, mail, code) == (again, mail2, code2)
    assert len(first) == 6


def test_lists_move_on_together_and_long_ones_are_data() -> None:
    markup = """<form action=/f method=post><select name=a><option>1<option>2<option>3</select>
    <input type=radio name=b value=x><input type=radio name=b value=y checked>
    <select name=year>{years}</select><select name=none></select></form>""".format(
        years="".join(f"<option>{year}" for year in range(1950, 2020))
    )
    requests = [values(submission.request) for submission in sent(markup)]
    assert [(v["a"], v["b"], v["year"]) for v in requests] == [
        ("1", "y", "1950"),
        ("2", "x", "1951"),
        ("3", "x", "1951"),
    ]
    many = "".join(f"<option>{n}" for n in range(20))
    assert len(sent(f"<form><select name=a>{many}</select></form>")) == 1 + MAX_CHOICES


def test_boxes_are_ticked_and_left_alone() -> None:
    full, bare = sent(
        "<form><input type=checkbox name=a value=1 checked><input type=checkbox name=b><input name=q></form>"
    )
    assert values(full.request) == {"a": "1", "b": "on", "q": "cyberai"}
    assert values(bare.request) == {"a": "1", "q": "cyberai"}


def test_a_button_with_a_picture_sends_where_it_was_pressed() -> None:
    (submission,) = sent("<form><input name=q><input type=image name=go src=x.png></form>")
    assert values(submission.request) == {"q": "cyberai", "go.x": "1", "go.y": "1"}


def test_what_may_be_left_empty_is_known() -> None:
    (submission, _) = sent(
        """<form><input name=a><input name=b required><input type=hidden name=c><input name=d value=5>
        <select name=e><option value="">any<option>x</select><input type=password name=f></form>"""
    )
    assert submission.optional == ("a", "e")


@pytest.mark.parametrize(
    ("accept", "start", "name"),
    [
        ("image/*", b"\x89PNG\r\n", "cyberai.png"),
        (".pdf,.doc", b"%PDF", "cyberai.pdf"),
        ("text/csv", b"name,", "cyberai.csv"),
        ("application/json", b"{", "cyberai.json"),
        ("", b"cyberai", "cyberai.txt"),
    ],
)
def test_an_upload_is_of_the_kind_that_is_asked_for(accept: str, start: bytes, name: str) -> None:
    markup = (
        f'<form method=post enctype=multipart/form-data><input type=file name=doc accept="{accept}"></form>'
    )
    (part,) = multipart_parts(sent(markup)[0].request)
    assert part.content.startswith(start)
    assert part.filename == name


def test_a_datalist_and_a_stray_select_belong_to_their_form() -> None:
    markup = """<form id=f><input name=land list=l></form><datalist id=l><option value=at><option value=ch></datalist>
    <select form=f name=s><option>one<option>two</select>"""
    assert [values(submission.request) for submission in sent(markup)] == [
        {"land": "at", "s": "one"},
        {"land": "at", "s": "two"},
    ]
