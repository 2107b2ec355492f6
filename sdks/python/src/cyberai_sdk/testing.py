"""A server that is none, for the tests of your program: no socket, the real client."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

import httpx2
import msgspec
from msgspec import inspect

T = TypeVar("T")
SAMPLE_TIME = datetime(2024, 1, 20, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    """A request that the fake server got."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class _Reply:
    status: int
    body: bytes
    headers: dict[str, str]
    failure: Exception | None = None


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data


class FakeServer(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers as you say: `Client(transport=server)`, `AsyncClient(transport=server)`.

    Replies to one method and path are given in the order they were added; the last one stays. What nobody answers
    gets 404. `calls` is what was asked.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._replies: dict[tuple[str, str], deque[_Reply]] = {}

    def reply(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> FakeServer:
        """Answer `method` on `path`. Bytes are sent as they are, everything else as JSON (models too)."""
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        kind = {} if isinstance(body, bytes) else {"content-type": "application/json"}
        return self._add(method, path, _Reply(status, raw, {**kind, **(headers or {})}), times)

    def list(self, path: str, items: Any, *, page_size: int = 50) -> FakeServer:
        """Answer GET on a list with these members, in pages."""
        rows = [*items]
        starts = range(0, max(1, len(rows)), page_size)
        for start in starts:
            more = start + page_size < len(rows)
            page = {
                "data": rows[start : start + page_size],
                "has_more": more,
                "next_cursor": str(start + page_size) if more else None,
            }
            self.reply("GET", path, page)
        return self

    def error(
        self,
        method: str,
        path: str,
        status: int,
        code: str,
        *,
        message: str = "No",
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> FakeServer:
        """Refuse with the API's error envelope."""
        details = {"field": field, "reason": message}
        body = {"error": {"code": code, "message": message, "details": details, "request_id": "req_fake"}}
        return self.reply(method, path, body, status=status, headers=headers, times=times)

    def break_off(self, method: str, path: str, *, times: int = 1) -> FakeServer:
        """Let the connection break instead of answering."""
        failure = httpx2.ReadError("the connection broke (by FakeServer)")
        return self._add(method, path, _Reply(0, b"", {}, failure), times)

    def _add(self, method: str, path: str, reply: _Reply, times: int) -> FakeServer:
        self._replies.setdefault((method.upper(), path), deque()).extend([reply] * times)
        return self

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """httpx2's own entrance."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """httpx2's own entrance."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx2.Request, body: bytes) -> httpx2.Response:
        path = request.url.path
        query = dict(request.url.params.multi_items())
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(request.method, path, query, headers, body))
        replies = self._replies.get((request.method, path))
        if not replies:
            self.error(request.method, path, 404, "not_found", message=f"FakeServer has no reply to {path}")
            replies = self._replies.pop((request.method, path))
        reply = replies.popleft() if len(replies) > 1 else replies[0]
        if reply.failure is not None:
            raise reply.failure
        return httpx2.Response(reply.status, headers=reply.headers, stream=_Body(reply.body), request=request)


def sample(kind: type[T], **members: Any) -> T:
    """A complete value of a model, such as `sample(Scan, id="scan_1", status="completed")`.

    What is not given is filled in: empty text, 0, the first value of an enumeration, a fixed time.
    """
    made = {name: msgspec.to_builtins(value) for name, value in members.items()}
    return msgspec.convert(_filled(kind, made), kind)


def _filled(kind: Any, given: dict[str, Any]) -> dict[str, Any]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    unknown = given.keys() - {member.name for member in info.fields}
    if unknown:
        raise TypeError(f"{kind.__name__} has no member {', '.join(sorted(unknown))}")
    return {
        member.encode_name: given[member.name] if member.name in given else _filler(member.type)
        for member in info.fields
        if member.name in given or member.required
    }


def _filler(kind: inspect.Type) -> Any:
    if isinstance(kind, inspect.StructType):
        return _filled(kind.cls, {})
    if isinstance(kind, inspect.EnumType):
        first: Enum = next(iter(kind.cls))
        return first.value
    if isinstance(kind, inspect.UnionType):
        return (
            None if any(isinstance(each, inspect.NoneType) for each in kind.types) else _filler(kind.types[0])
        )
    for wanted, value in _FILLERS:
        if isinstance(kind, wanted):
            return value
    return None


_FILLERS: tuple[tuple[Any, Any], ...] = (
    (inspect.StrType, ""),
    (inspect.IntType, 0),
    (inspect.FloatType, 0.0),
    (inspect.BoolType, False),
    (inspect.DateTimeType, SAMPLE_TIME.isoformat()),
    ((inspect.ListType, inspect.CollectionType), []),
    (inspect.DictType, {}),
)
