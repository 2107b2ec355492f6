"""What browsers send: any body, any cookie and any way back end in a value or in their own error."""

import asyncio
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cyberai.domain.errors import InvalidRequest
from cyberai.web.origin import is_same_origin, local_path
from cyberai.web.scan_fields import FIELDS, scan_request
from cyberai.web.sessions import COOKIE, Sessions, cookie_of
from fuzz import web_form
from support.deployment import deployment

FIELD = st.sampled_from(FIELDS)
NAMED = st.lists(st.tuples(FIELD, st.text(max_size=30)), max_size=8)


@given(st.binary(max_size=400))
def test_any_body_is_a_request_or_refused(data: bytes) -> None:
    web_form.fuzz_one(data)


@given(NAMED)
def test_any_values_of_the_fields_are_a_request_or_refused(fields: list[tuple[str, str]]) -> None:
    with suppress(InvalidRequest):
        scan_request({name: value for name, value in fields if value.strip()})


@given(st.text(max_size=100) | st.lists(st.sampled_from("/\\:.@?#%20a\t\n "), max_size=20).map("".join))
def test_the_way_back_stays_on_this_server(text: str) -> None:
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isascii()
    assert path.isprintable()


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_only_the_very_host_is_our_own_page(origin: bytes, host: bytes) -> None:
    if is_same_origin({b"origin": origin, b"host": host}):
        assert origin in (b"http://" + host, b"https://" + host)


def test_no_cookie_but_ours_is_a_session(tmp_path: Path) -> None:
    async def run() -> None:
        async with deployment(tmp_path) as app:
            sessions = Sessions(app)

            @given(st.binary(max_size=200))
            def no_session(raw: bytes) -> None:
                value = cookie_of({b"cookie": COOKIE + b"=" + raw})
                if value is not None:
                    step = sessions.recognise(value)
                    with suppress(StopIteration):
                        step.send(None)
                        raise AssertionError("a forged cookie is never looked up in the store")

            no_session()

    asyncio.run(run())
