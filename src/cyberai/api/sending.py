"""The last steps of every HTTP reply: the conditions of the request, compression, the headers that all have, and
the line in the access log."""

from cyberai.api import compression
from cyberai.api.access_log import log_request
from cyberai.api.call import Call, rate_headers
from cyberai.api.conditional import not_modified, tag_in
from cyberai.api.cors import Cors
from cyberai.api.incoming import Send
from cyberai.api.reply import Reply

_NO_STORE = (b"cache-control", b"no-store")
_VARY = (b"vary", b"Accept-Encoding")
_NO_SNIFF = (b"x-content-type-options", b"nosniff")


class Sender:
    """Sends replies."""

    def __init__(self, cors: Cors) -> None:
        self._cors = cors

    def options(self, call: Call, methods: str) -> Reply:
        """The answer to OPTIONS, a preflight or not."""
        return Reply(204, b"", b"", [(b"allow", methods.encode()), *self._cors.preflight(call, methods)])

    def prepared(self, call: Call, reply: Reply) -> Reply:
        """The reply in the coding the client accepts; 304 when it has this very state already."""
        coding = _coding(call, reply)
        if reply.etag:
            reply.headers = [*reply.headers, (b"etag", tag_in(reply.etag, coding))]
            reading = call.method in ("GET", "HEAD") and reply.status in (200, 206)
            if reading and not_modified(call.headers.get(b"if-none-match"), reply.etag):
                reply.status, reply.body = 304, b""
                return reply
        if coding:
            reply.body = compression.compress(reply.body, coding)
            reply.headers = [*reply.headers, (b"content-encoding", coding), _VARY]
        return reply

    async def send(self, call: Call, reply: Reply, send: Send, started: float) -> None:
        """Send it with the headers that every reply has, and log it. HEAD gets no body."""
        body, clock = reply.body, call.app.clock
        headers = [(b"x-request-id", call.request_id.encode()), _NO_SNIFF]
        if reply.status not in (204, 304):
            headers.append((b"content-type", reply.media_type))
            if reply.follow is None:
                headers.append((b"content-length", b"%d" % len(body)))
        if not reply.cacheable:
            headers.append(_NO_STORE)
        headers += reply.headers
        headers += self._cors.headers(call)
        if call.rate is not None:
            headers += rate_headers(call.rate, clock.now())
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        sent = b"" if call.method == "HEAD" else body
        await send({"type": "http.response.body", "body": sent, "more_body": reply.follow is not None})
        seconds = clock.monotonic() - started
        log_request(call, reply.status, len(body), seconds)
        call.live.metrics.observe(call.method, call.template, reply.status, seconds - call.waited)


def _coding(call: Call, reply: Reply) -> bytes:
    if reply.whole or reply.secret or reply.follow is not None or len(reply.body) < compression.SMALLEST:
        return b""
    return compression.choose(call.headers.get(b"accept-encoding"))
