"""Names to judged addresses."""

import asyncio
import socket
import threading
from ipaddress import ip_network

import pytest

from cyberai.net.egress import EgressPolicy
from cyberai.net.resolver import CACHE_SECONDS, Lookup, Resolver, SystemLookup, parse_overrides
from cyberai.ports.network import TransportError, TransportReason
from netkit.clocks import SimulatedClock
from netkit.sessions import LOOPBACK, run


def resolver(
    lookup: Lookup | None = None,
    overrides: dict[str, tuple[str, ...]] | None = None,
    clock: SimulatedClock | None = None,
) -> Resolver:
    return Resolver(
        EgressPolicy(allow=LOOPBACK), clock or SimulatedClock(), overrides=overrides, lookup=lookup
    )


def refused(work: object) -> TransportReason:
    with pytest.raises(TransportError) as caught:
        run(work)  # type: ignore[arg-type]
    return caught.value.reason


def test_a_literal_needs_no_look_up() -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        raise AssertionError(host)

    assert run(resolver(lookup).resolve("127.0.0.1", 1)) == ("127.0.0.1",)
    assert run(resolver(lookup).resolve("::ffff:127.0.0.1", 1)) == ("127.0.0.1",)


def test_an_override_comes_first_and_is_judged() -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        raise AssertionError(host)

    names = parse_overrides(["Example.COM=127.0.0.5", "example.com=127.0.0.6", "evil.example=10.0.0.1"])
    assert run(resolver(lookup, names).resolve("example.com", 1)) == ("127.0.0.5", "127.0.0.6")
    assert refused(resolver(lookup, names).resolve("evil.example", 1)) is TransportReason.NOT_ALLOWED


@pytest.mark.parametrize(
    "item", ["example.com", "=1.2.3.4", "a=b", "a=1.2.3", "a=1.2.3.4:80", "-=1.2.3.4", "a=fe80::1%lo"]
)
def test_a_bad_override_says_how_to_write_it(item: str) -> None:
    with pytest.raises(ValueError, match="write NAME=ADDRESS"):
        parse_overrides([item])


def test_ipv6_overrides_may_stand_in_brackets() -> None:
    assert parse_overrides(["a.example=[::1]"]) == {"a.example": ("::1",)}


def test_answers_are_kept_for_their_time_and_equal_questions_shared() -> None:
    async def scenario() -> None:
        asked: list[str] = []

        async def lookup(host: str) -> tuple[str, ...]:
            asked.append(host)
            await asyncio.sleep(0.01)
            return ("127.0.0.1",)

        clock = SimulatedClock()
        subject = resolver(lookup, clock=clock)
        await asyncio.gather(*(subject.resolve("a.example", 1) for _ in range(20)))
        await subject.resolve("a.example", 1)
        assert asked == ["a.example"]
        clock.time += CACHE_SECONDS + 0.1
        await subject.resolve("a.example", 1)
        assert len(asked) == 2

    run(scenario())


def test_ipv4_is_preferred_and_duplicates_dropped() -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        return ("::1", "127.0.0.1", "::ffff:127.0.0.1")

    assert run(resolver(lookup).resolve("a.example", 1)) == ("127.0.0.1", "::1")


def test_failures_say_what_happened() -> None:
    async def unknown(host: str) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def nothing(host: str) -> tuple[str, ...]:
        return ()

    async def hanging(host: str) -> tuple[str, ...]:
        await asyncio.sleep(60)
        return ()

    assert refused(resolver(unknown).resolve("a.example", 1)) is TransportReason.DNS_FAILED
    assert refused(resolver(nothing).resolve("a.example", 1)) is TransportReason.DNS_FAILED
    assert refused(resolver(hanging).resolve("a.example", 0.05)) is TransportReason.DNS_FAILED
    assert refused(resolver(nothing).resolve("256.1.1.1", 1)) is TransportReason.DNS_FAILED


def test_a_link_local_answer_with_a_zone_is_refused() -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        return ("fe80::1%lo",)

    assert refused(resolver(lookup).resolve("a.example", 1)) is TransportReason.NOT_ALLOWED


def test_the_system_knows_localhost() -> None:
    assert "127.0.0.1" in run(resolver(SystemLookup()).resolve("localhost", 5))


def test_hanging_look_ups_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def stuck(*arguments: object, **options: object) -> list[object]:
        release.wait(10)
        return []

    async def scenario() -> None:
        lookup = SystemLookup()
        pending = [asyncio.create_task(lookup(f"{n}.example")) for n in range(8)]
        await asyncio.sleep(0.05)
        with pytest.raises(OSError, match="too many name look-ups"):
            await lookup("one-more.example")
        release.set()
        assert await asyncio.gather(*pending) == [()] * 8

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    run(scenario())


def test_allowed_networks_reach_names_too() -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        return ("10.1.2.3",)

    subject = Resolver(EgressPolicy(allow=[ip_network("10.0.0.0/8")]), SimulatedClock(), lookup=lookup)
    assert run(subject.resolve("intranet.example", 1)) == ("10.1.2.3",)
