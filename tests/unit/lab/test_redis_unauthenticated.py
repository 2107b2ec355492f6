"""The Redis dialogue: open on the vulnerable twin, locked on the fixed one, whole or in pieces, never out of bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.lab.network.redis_unauthenticated import SERVICES, EchoSession, RedisSession


def array(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


@pytest.mark.parametrize("ping", [b"PING\r\n", b"ping\n", array(b"PING"), array(b"PiNg")])
def test_ping_in_every_form(ping: bytes) -> None:
    assert RedisSession(protected=False).feed(ping) == b"+PONG\r\n"
    assert RedisSession(protected=True).feed(ping) == b"-NOAUTH Authentication required.\r\n"


@pytest.mark.parametrize(
    "command", [b"INFO", b"KEYS *", b"DBSIZE", b"GET visits", b"COMMAND", b"HELLO 3", b"SCAN 0"]
)
def test_data_is_open_on_one_and_locked_on_the_other(command: bytes) -> None:
    opened = RedisSession(protected=False).feed(array(*command.split()))
    assert opened[:1] in b"$*:%"
    assert RedisSession(protected=True).feed(array(*command.split())).startswith(b"-NOAUTH")


def test_info_names_the_version_and_its_length_is_right() -> None:
    answer = RedisSession(protected=False).feed(b"INFO\r\n")
    head, _, rest = answer.partition(b"\r\n")
    assert int(head[1:]) == len(rest) - 2
    assert b"redis_version:7.2.4" in rest


@pytest.mark.parametrize("command", [b"CONFIG GET *", b"SET a b", b"FLUSHALL", b"EVAL return 0"])
def test_nothing_can_be_changed(command: bytes) -> None:
    assert RedisSession(protected=False).feed(command + b"\r\n").startswith(b"-NOPERM")


def test_authentication() -> None:
    assert RedisSession(protected=True).feed(b"AUTH secret\r\n").startswith(b"-WRONGPASS")
    assert RedisSession(protected=True).feed(b"AUTH\r\n").startswith(b"-ERR wrong number")
    assert b"without any password configured" in RedisSession(protected=False).feed(b"AUTH x\r\n")
    guarded = RedisSession(protected=True)
    assert guarded.feed(b"AUTH x\r\nPING\r\n").count(b"-") == 3


def test_unknown_commands_and_quit() -> None:
    session = RedisSession(protected=False)
    assert (
        session.feed(array(b"NO\r\nSUCH"))
        == b"-ERR unknown command 'no  such', with args beginning with: \r\n"
    )
    assert session.feed(b"QUIT\r\nPING\r\n") == b"+OK\r\n"
    assert session.closed


@pytest.mark.parametrize(
    "wrong", [b"*x\r\n", b"*1\r\n:1\r\n", b"*99999\r\n", b"*1\r\n$-5\r\n", b"GET / HTTP/1.1" * 500]
)
def test_what_is_no_request_ends_the_dialogue(wrong: bytes) -> None:
    session = RedisSession(protected=False)
    assert session.feed(wrong).startswith(b"-ERR Protocol error")
    assert session.closed


@given(st.lists(st.binary(max_size=20), max_size=8), st.integers(1, 7))
def test_pieces_give_what_the_whole_gives(words: list[bytes], size: int) -> None:
    sent = array(b"ECHO", *words) + array(b"PING") + b"DBSIZE\r\n"
    whole = RedisSession(protected=False).feed(sent)
    session = RedisSession(protected=False)
    assert b"".join(session.feed(sent[at : at + size]) for at in range(0, len(sent), size)) == whole


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    for protected in (False, True):
        RedisSession(protected=protected).feed(data)


def test_services_beside_it_are_safe_on_both_twins() -> None:
    by_name = {service.name: service for service in SERVICES}
    for fixed in (False, True):
        assert by_name["guarded store"].session(fixed).feed(b"PING\r\n").startswith(b"-NOAUTH")
        assert by_name["echo"].session(fixed).feed(b"PING\r\n") == b"PING\r\n"
    assert by_name["basket store"].session(True).feed(b"PING\r\n").startswith(b"-NOAUTH")
    assert not EchoSession().closed
