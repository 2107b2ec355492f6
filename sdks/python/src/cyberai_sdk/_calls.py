"""Calls and lists as flows: the same logic for the sync and the async client."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from cyberai_sdk._judging import check_success, envelope_of, value_of
from cyberai_sdk._reading import exchange
from cyberai_sdk._requests import Arguments, Client, Operation
from cyberai_sdk._retry import after_answer, after_failure
from cyberai_sdk._wire import Answer, Emit, Flow, Request, Sleep, Surroundings, TransportFailure
from cyberai_sdk.errors import ConnectionFailed, InvalidResponse, TimedOut
from cyberai_sdk.options import CallOptions, Limits, RawResponse, RetryPolicy

T = TypeVar("T")
log = logging.getLogger("cyberai_sdk")
"""Method, path, status, time and request id of each try at DEBUG; no header, no query, no body."""


class PageLike(Protocol):
    """What every list answers with."""

    @property
    def data(self) -> Sequence[Any]: ...
    @property
    def has_more(self) -> bool: ...
    @property
    def next_cursor(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Calls:
    """One client's way to call: where to, how often, how much."""

    client: Client
    policy: RetryPolicy
    limits: Limits
    around: Surroundings

    def request(
        self,
        operation: Operation,
        arguments: Arguments,
        options: CallOptions | None = None,
        accept: str = "application/json",
    ) -> Request:
        """The complete request, with a fresh idempotency key where it takes one."""
        key = self.around.new_key() if operation.method == "POST" else ""
        return self.client.request(operation, arguments, key, options, accept)

    def policy_of(self, options: CallOptions | None) -> RetryPolicy:
        """The client's, with this call's number of retries."""
        if options is None or options.retries is None:
            return self.policy
        policy = self.policy
        return RetryPolicy(
            retries=options.retries,
            first_delay=policy.first_delay,
            longest_delay=policy.longest_delay,
            longest_wait=policy.longest_wait,
        )

    def value(
        self, operation: Operation, kind: type[T], arguments: Arguments, options: CallOptions | None = None
    ) -> Flow[T]:
        """The decoded answer."""
        request = self.request(operation, arguments, options)
        answer = yield from self.answer(request, options)
        return value_of(answer, kind, request, self.around.now())

    def raw(
        self,
        operation: Operation,
        arguments: Arguments,
        options: CallOptions | None = None,
        accept: str = "*/*",
    ) -> Flow[RawResponse]:
        """The answer as it came; raise where it is no success."""
        request = self.request(operation, arguments, options, accept)
        answer = yield from self.answer(request, options)
        check_success(answer, request, self.around.now())
        return RawResponse(answer.status, answer.headers, answer.body)

    def answer(self, request: Request, options: CallOptions | None = None) -> Flow[Answer]:
        """The answer, whatever its status, after the retries."""
        policy = self.policy_of(options)
        attempt = 0
        while True:
            began = self.around.monotonic()
            try:
                answer = yield from exchange(request, self.around, self.limits.answer)
            except TransportFailure as failure:
                delay = after_failure(policy, attempt, request, failure, self.around.chance())
                self._log(request, attempt, f"no answer: {failure}", began)
                if delay is None:
                    raise as_error(request, failure, attempt) from failure
            else:
                delay = self.delay(policy, attempt, request, answer)
                known = answer.headers.get("x-request-id", "-")
                self._log(request, attempt, f"{answer.status}, request {known}", began)
                if delay is None:
                    if options is not None and options.on_response is not None:
                        options.on_response(RawResponse(answer.status, answer.headers, answer.body))
                    return answer
            yield Sleep(delay)
            attempt += 1

    def delay(self, policy: RetryPolicy, attempt: int, request: Request, answer: Answer) -> float | None:
        """Seconds until the next try, None where this answer is the last."""
        if answer.status < 400:
            return None
        envelope = envelope_of(answer) or {}
        return after_answer(
            policy,
            attempt,
            request,
            status=answer.status,
            code=str(envelope.get("code", "")),
            headers=answer.headers,
            now=self.around.now(),
            chance=self.around.chance(),
        )

    def pages(
        self, operation: Operation, kind: type[T], arguments: Arguments, options: CallOptions | None = None
    ) -> Flow[None]:
        """Emits one page after the other."""
        query = dict(arguments.query or {})
        while True:
            arguments = Arguments(arguments.id, query, headers=arguments.headers)
            page: Any = yield from self.value(operation, kind, arguments, options)
            yield Emit(page)
            following = following_cursor(page, query.get("cursor"))
            if following is None:
                return
            query["cursor"] = following

    def items(
        self, operation: Operation, kind: type[T], arguments: Arguments, options: CallOptions | None = None
    ) -> Flow[None]:
        """Emits the members of all pages, holding one page at a time."""
        query = dict(arguments.query or {})
        while True:
            arguments = Arguments(arguments.id, query, headers=arguments.headers)
            page: Any = yield from self.value(operation, kind, arguments, options)
            for item in page.data:
                yield Emit(item)
            following = following_cursor(page, query.get("cursor"))
            if following is None:
                return
            query["cursor"] = following

    def _log(self, request: Request, attempt: int, what: str, began: float) -> None:
        if log.isEnabledFor(logging.DEBUG):
            path = urlsplit(request.url).path
            seconds = self.around.monotonic() - began
            log.debug("%s %s, try %d: %s, %.3f s", request.method, path, attempt + 1, what, seconds)


def following_cursor(page: PageLike, sent: object) -> str | None:
    """The cursor of the next page, None at the end; raise InvalidResponse where the list would never end."""
    if not page.has_more:
        return None
    if not page.next_cursor or page.next_cursor == sent:
        raise InvalidResponse("The server says that the list goes on, and names no next page")
    return page.next_cursor


def as_error(request: Request, failure: TransportFailure, attempt: int) -> ConnectionFailed:
    """What the caller is told when no try brought an answer."""
    parts = urlsplit(request.url)
    tries = "" if attempt == 0 else f", after {attempt + 1} tries"
    kind = TimedOut if failure.timed_out else ConnectionFailed
    hint = (
        ""
        if failure.sent
        else "; is the server running there? CYBERAI_BASE_URL, or base_url, says where it is"
    )
    return kind(f"{request.method} {parts.scheme}://{parts.netloc}{parts.path}: {failure}{tries}{hint}")
