"""The event stream as a flow: it reconnects where it broke off, drops what comes twice and loses nothing."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cyberai_sdk._calls import Calls, as_error
from cyberai_sdk._judging import check_success, media_type
from cyberai_sdk._operations import LIST_EVENTS, STREAM_EVENTS
from cyberai_sdk._reading import Unpacker, opened
from cyberai_sdk._requests import Arguments
from cyberai_sdk._retry import backoff, told_wait
from cyberai_sdk._sse import Parser, Progress, ServerSentEvent
from cyberai_sdk._wire import Answer, Close, Emit, Flow, Head, Read, Request, Sleep, TransportFailure
from cyberai_sdk.errors import ConnectionFailed, InvalidResponse, Unauthorized
from cyberai_sdk.models import Event, EventPage
from cyberai_sdk.options import CallOptions, RetryPolicy

QUIET_SECONDS = 45.0
"""The server sends something every 15 seconds: after this much silence the connection is dead."""
RECONNECTS = 8
"""Breaks in a row, without an event between them, after which it gives up."""
_ERROR_LIMIT = 1024 * 1024
_REVOKED = 4401
_TRY_AGAIN = (408, 429, 500, 502, 503, 504)
_RESYNC = "resync"
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Broken:
    """Why the stream has to be opened again, and how long to wait before; None: as the backoff says."""

    why: ConnectionFailed
    wait: float | None = None


class EventStream:
    """One reader of the stream. `follow` emits Event values until the caller stops or it raises."""

    def __init__(self, calls: Calls, options: CallOptions | None, quiet: float = QUIET_SECONDS) -> None:
        self._calls = calls
        self._options = options
        self._quiet = quiet
        self._base: float | None = None
        self._failures = 0
        self.progress = Progress(0)

    def follow(self, after_seq: int | None) -> Flow[None]:
        """From after `after_seq`, or from now on."""
        if after_seq is None:
            after_seq = yield from self.newest()
        self.progress.advance(after_seq)
        policy = self._calls.policy_of(self._options)
        while True:
            broken = yield from self._once()
            if self._failures > max(policy.retries, RECONNECTS if policy.retries else 0):
                raise broken.why
            delay = self._delay(policy, broken)
            self._failures += 1
            yield Sleep(delay)

    def newest(self) -> Flow[int]:
        """The number of the newest event, so that nothing is lost before the stream stands."""
        page = yield from self._calls.value(
            LIST_EVENTS, EventPage, Arguments(query={"limit": 1}), self._options
        )
        return page.head_seq

    def _delay(self, policy: RetryPolicy, broken: Broken) -> float:
        if broken.wait is not None:
            return min(broken.wait, policy.longest_wait)
        first = policy.first_delay if self._base is None else min(self._base, policy.longest_delay)
        chance = self._calls.around.chance()
        return backoff(
            RetryPolicy(first_delay=first, longest_delay=policy.longest_delay), self._failures, chance
        )

    def request(self) -> Request:
        """Asks for what comes after the last event."""
        options = self._options or CallOptions()
        options = CallOptions(timeout=self._quiet, headers=options.headers)
        query = {"after_seq": self.progress.last}
        return self._calls.request(STREAM_EVENTS, Arguments(query=query), options, "text/event-stream")

    def _once(self) -> Flow[Broken]:
        """One connection, until it breaks."""
        request = self.request()
        try:
            head = yield from opened(request)
            if head.status in _TRY_AGAIN:
                yield Close(head)
                wait = told_wait(head.status, head.headers, self._calls.around.now())
                return Broken(ConnectionFailed(f"The event stream answered {head.status}"), wait)
            yield from self._check(head, request)
            return (yield from self._read(head))
        except TransportFailure as failure:
            return Broken(as_error(request, failure, self._failures))

    def _check(self, head: Head, request: Request) -> Flow[None]:
        """Raise what a head is that opens no stream."""
        if head.status == 200 and media_type(head.headers) == "text/event-stream":
            return
        body = bytearray()
        while head.status >= 400 and len(body) < _ERROR_LIMIT and (data := (yield Read(head))):
            body += data
        yield Close(head)
        check_success(Answer(head.status, head.headers, bytes(body)), request, self._calls.around.now())
        found = media_type(head.headers) or "no content type"
        raise InvalidResponse(f"The server sent {found} instead of an event stream", status=head.status)

    def _read(self, head: Head) -> Flow[Broken]:
        limit = self._calls.limits.event
        parser, unpacker = Parser(limit), Unpacker(head.headers, limit=1 << 62)
        while data := (yield Read(head)):
            for item in parser.feed(unpacker.feed(data)):
                if item.type == "close":
                    yield Close(head)
                    return _closed(item)
                event = self._event(item)
                if event is None:
                    continue
                if event.type == _RESYNC:
                    self.progress.advance(event.seq)
                    yield Emit(event)
                    continue
                if self.progress.leaves_hole(event.seq):
                    yield from self._look_between(event.seq)
                yield from self._hand_on(event)
        return Broken(ConnectionFailed("The server ended the event stream"))

    def _hand_on(self, event: Event) -> Flow[None]:
        if not self.progress.is_old(event.seq):
            self._failures = 0
            self.progress.advance(event.seq)
            yield Emit(event)

    def _look_between(self, seq: int) -> Flow[None]:
        """Hand on what is missing before this number: it comes late on the stream, or was left out of it."""
        found = False
        has_more = True
        while has_more and self.progress.last + 1 < seq:
            query = {"after_seq": self.progress.last, "limit": min(_PAGE, seq - self.progress.last - 1)}
            page = yield from self._calls.value(LIST_EVENTS, EventPage, Arguments(query=query), self._options)
            between = [event for event in page.data if self.progress.last < event.seq < seq]
            for event in sorted(between, key=lambda event: event.seq):
                found = True
                yield from self._hand_on(event)
            has_more = page.has_more and bool(between)
        if not found:
            self.progress.hole_was_empty()

    def _event(self, item: ServerSentEvent) -> Event | None:
        """The event, None where it is none or was handed on before."""
        if item.retry_milliseconds is not None:
            self._base = item.retry_milliseconds / 1000
        try:
            event = msgspec.json.decode(item.data, type=Event)
        except (msgspec.DecodeError, RecursionError):
            return None
        return None if event.type != _RESYNC and self.progress.is_old(event.seq) else event


def _closed(item: ServerSentEvent) -> Broken:
    """What the server's farewell means: go on later, or never (raised)."""
    try:
        farewell = msgspec.json.decode(item.data, type=dict[str, object])
    except msgspec.DecodeError:
        farewell = {}
    reason = str(farewell.get("reason", "The server closed the event stream"))[:200]
    if farewell.get("code") == _REVOKED:
        raise Unauthorized(reason, status=401, code="unauthorized")
    return Broken(ConnectionFailed(reason))
