"""The ASGI application around the interface that lets faults happen to requests which ask for them.

A request asks by its path, `/_chaos/ID/PLAN/v1/...`, or by the headers `X-Chaos: PLAN` and `X-Chaos-Id: ID`; the rest of the
path goes to the interface. `GET /_chaos/ID` tells what came under an id, `DELETE` forgets it. Where nothing is asked, the
chances that the server was started with decide.
"""

from typing import Any
from urllib.parse import unquote

from cyberai.api.chaos.plan import Chance, Fault, fault_of, parse_plan
from cyberai.api.chaos.record import Record, SeenRequest, shown_body, shown_headers
from cyberai.api.chaos.replies import Whole, refuse
from cyberai.api.chaos.tamper import Tamperer
from cyberai.api.envelope import error_reply, no_such_route
from cyberai.api.incoming import Asgi, Receive, Scope, Send
from cyberai.api.reply import Reply, json_reply
from cyberai.domain.errors import CyberAIError, InvalidRequest
from cyberai.ports.runtime import Clock

PREFIX = "/_chaos/"
_GOOD_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_BY_CHANCE = "by-chance"
_UNNAMED = "unnamed"


class Wish:
    """What a request asks for: its id, its plan, and the path it is for."""

    def __init__(self, id: str, plan: str, path: str) -> None:
        if not 0 < len(id) <= 128 or not _GOOD_ID.issuperset(id):
            raise InvalidRequest(
                "This is no id of a test", field="id", reason="Use 1 to 128 letters, digits, `.`, `_` and `-`"
            )
        self.id = id
        self.plan = parse_plan(plan)
        self.path = path


class Chaos:
    """The ASGI application; `chance` says what happens to requests below /v1 that ask for nothing."""

    def __init__(self, asgi: Asgi, clock: Clock, chance: Chance) -> None:
        self._asgi = asgi
        self._clock = clock
        self._chance = chance
        self._record = Record()
        self._drawn = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3."""
        if scope["type"] not in ("http", "websocket"):
            await self._asgi(scope, receive, send)
            return
        try:
            if scope["path"].startswith(PREFIX) and scope["path"].count("/") == PREFIX.count("/"):
                await _send(scope, send, self._control(scope))
                return
            wish, fault = self._asked(scope)
        except CyberAIError as error:
            await _send(scope, send, error_reply(error, "req_chaos", "/docs"))
            return
        if wish is None and fault is None:
            await self._asgi(scope, receive, send)
            return
        inner = scope
        if wish is not None:
            inner = {**scope, "path": unquote(wish.path), "raw_path": wish.path.encode("latin-1")}
        seen = self._seen(inner, fault)
        self._record.add(wish.id if wish else _BY_CHANCE, seen)
        if fault is not None:
            # What is altered must be readable: no compression, whatever the client takes.
            plain = [header for header in inner["headers"] if header[0] != b"accept-encoding"]
            inner = {**inner, "headers": plain}
        tamperer = Tamperer(self._asgi, self._clock, fault, _elsewhere(scope, fault))
        await tamperer.answer(inner, _heard(receive, seen), send)

    def _asked(self, scope: Scope) -> tuple[Wish | None, Fault | None]:
        wish = _wish_of(scope)
        if wish is not None:
            return wish, fault_of(wish.plan, self._record.count(wish.id))
        if not self._chance.faults or not scope["path"].startswith("/v1/"):
            return None, None
        self._drawn += 1
        return None, self._chance.fault(self._drawn)

    def _seen(self, scope: Scope, fault: Fault | None) -> SeenRequest:
        headers = shown_headers(scope["headers"])
        return SeenRequest(
            method=scope.get("method", "GET"),
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            host=headers.get("host", ""),
            fault=fault.kind if fault else None,
            headers=headers,
            body="",
            at=self._clock.monotonic(),
        )

    def _control(self, scope: Scope) -> Reply:
        id = scope["path"].removeprefix(PREFIX)
        method = scope.get("method")
        if not id or method not in ("GET", "DELETE"):
            raise no_such_route(scope["path"])
        found = self._record.of(id)
        if method == "DELETE":
            self._record.forget(id)
        return json_reply(found)


def _wish_of(scope: Scope) -> Wish | None:
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    if raw.startswith(PREFIX):
        id, _, rest = raw.removeprefix(PREFIX).partition("/")
        plan, _, path = rest.partition("/")
        return Wish(id, plan, "/" + path)
    headers = dict(scope["headers"])
    plan_header = headers.get(b"x-chaos")
    if plan_header is None:
        return None
    id = headers.get(b"x-chaos-id", _UNNAMED.encode()).decode("latin-1")
    return Wish(id, plan_header.decode("latin-1"), raw)


def _elsewhere(scope: Scope, fault: Fault | None) -> str:
    """Where a redirect leads: the same path at another name of this machine, or at the same."""
    if fault is None or fault.kind != "redirect":
        return ""
    host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
    if fault.values.get("to", "other") == "other":
        name, _, port = host.rpartition(":")
        other = "127.0.0.1" if name == "localhost" else "localhost"
        host = f"{other}:{port}"
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}{raw}" + (f"?{query}" if query else "")


def _heard(receive: Receive, seen: SeenRequest) -> Receive:
    async def hear() -> Any:
        message = await receive()
        if message["type"] == "http.request":
            shown_body(seen, message.get("body", b""))
        return message

    return hear


async def _send(scope: Scope, send: Send, reply: Reply) -> None:
    await refuse(scope, send, Whole(reply.status, reply.headers, b"").with_body(reply.body, reply.media_type))
