"""A report's bytes as a flow: in pieces, going on where it broke off, never more than allowed."""

from __future__ import annotations

from cyberai_sdk._calls import Calls, as_error
from cyberai_sdk._judging import check_success
from cyberai_sdk._operations import DOWNLOAD_REPORT
from cyberai_sdk._reading import opened
from cyberai_sdk._requests import Arguments
from cyberai_sdk._retry import after_failure
from cyberai_sdk._wire import Answer, Close, Emit, Flow, Head, Read, Request, Sleep, TransportFailure
from cyberai_sdk.errors import InvalidResponse
from cyberai_sdk.options import CallOptions

_ERROR_LIMIT = 1024 * 1024


class Download:
    """Emits the pieces of one report, in order, each once."""

    def __init__(self, calls: Calls, report_id: str, options: CallOptions | None) -> None:
        self._calls = calls
        self._arguments = Arguments(report_id)
        self._options = options
        self._done = 0
        self._etag: str | None = None

    def pieces(self) -> Flow[int]:
        """The number of bytes at the end."""
        policy = self._calls.policy_of(self._options)
        attempt = 0
        while True:
            before = self._done
            request = self._request()
            try:
                yield from self._once(request)
                return self._done
            except TransportFailure as failure:
                attempt = 0 if self._done > before else attempt
                delay = after_failure(policy, attempt, request, failure, self._calls.around.chance())
                if delay is None:
                    raise as_error(request, failure, attempt) from failure
            except _Later as later:
                delay = self._calls.delay(policy, attempt, request, later.answer)
                if delay is None:
                    check_success(later.answer, request, self._calls.around.now())
                    raise AssertionError("an answer to try again is an error") from later
            yield Sleep(delay)
            attempt += 1

    def _request(self) -> Request:
        headers = {**(self._options.headers if self._options else {}), "Accept-Encoding": "identity"}
        if self._done and self._etag:
            headers |= {"Range": f"bytes={self._done}-", "If-Range": self._etag}
        timeout = self._options.timeout if self._options else None
        options = CallOptions(timeout=timeout, headers=headers)
        return self._calls.request(DOWNLOAD_REPORT, self._arguments, options, "*/*")

    def _once(self, request: Request) -> Flow[None]:
        head = yield from opened(request)
        if head.status >= 300:
            yield from self._refused(head, request)
        skip = self._bytes_to_skip(head)
        expected = _length(head)
        received = 0
        while data := (yield Read(head)):
            received += len(data)
            fresh, skip = data[skip:], max(0, skip - len(data))
            self._done += len(fresh)
            if self._done > self._calls.limits.download:
                yield Close(head)
                raise InvalidResponse(f"The report is larger than {self._calls.limits.download} bytes")
            if fresh:
                yield Emit(fresh)
        if expected is not None and received != expected:
            raise TransportFailure(f"the download broke off after {received} of {expected} bytes")

    def _refused(self, head: Head, request: Request) -> Flow[None]:
        body = bytearray()
        while len(body) < _ERROR_LIMIT and (data := (yield Read(head))):
            body += data
        yield Close(head)
        answer = Answer(head.status, head.headers, bytes(body))
        if (
            head.status >= 400
            and self._calls.delay(self._calls.policy_of(self._options), 0, request, answer) is not None
        ):
            raise _Later(answer)
        check_success(answer, request, self._calls.around.now())

    def _bytes_to_skip(self, head: Head) -> int:
        """How many bytes of this answer are there already; raise InvalidResponse when it is another file."""
        etag = head.headers.get("etag")
        if self._done and (etag is None or etag != self._etag):
            raise InvalidResponse("The report changed while it was downloaded")
        self._etag = etag
        if head.status != 206:
            return self._done
        if not head.headers.get("content-range", "").startswith(f"bytes {self._done}-"):
            raise InvalidResponse("The server sent another part of the report than was asked for")
        return 0


class _Later(Exception):
    """The server answered with an error that may pass."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _length(head: Head) -> int | None:
    text = head.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
