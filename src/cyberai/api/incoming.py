"""What arrives: the context of a request or handshake, and the key it brings."""

from collections.abc import Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any

from cyberai.api.call import Call
from cyberai.api.client_address import Networks, client_address
from cyberai.api.live import Live
from cyberai.app.context import App
from cyberai.domain.errors import Unauthorized

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class Arrivals:
    """Makes the context of every request and handshake, and names it."""

    def __init__(self, app: App, live: Live, trusted_proxies: Networks = ()) -> None:
        self._app = app
        self._live = live
        self._trusted = trusted_proxies
        # An id of its own for every request would cost more than the request's routing.
        self._prefix = app.ids.new("req")
        self._count = count(1)

    def call(self, scope: Scope) -> Call:
        """The context; a good X-Request-Id (1 to 128 visible ASCII characters) is kept."""
        headers = dict(scope["headers"])
        peer = scope.get("client")
        sent_id = headers.get(b"x-request-id", b"")
        if 1 <= len(sent_id) <= 128 and all(0x21 <= byte <= 0x7E for byte in sent_id):
            request_id = sent_id.decode("ascii")
        else:
            request_id = f"{self._prefix}-{next(self._count)}"
        return Call(
            self._app,
            self._live,
            method=scope.get("method", "GET"),
            path=scope["path"],
            headers=headers,
            client=client_address(peer[0] if peer else "", headers.get(b"x-forwarded-for"), self._trusted),
            request_id=request_id,
        )


def unauthorized(reason: str) -> Unauthorized:
    """401 of a key that is not there or not readable."""
    return Unauthorized("The API key is missing or not known", field="Authorization", reason=reason)


def key_of(scope: Scope) -> str | Unauthorized:
    """The key in the Authorization header, or why there is none. The scheme is taken in any case."""
    values: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if not values:
        return unauthorized("Send your key as 'Authorization: Bearer YOUR_API_KEY'")
    if len(values) > 1:
        return unauthorized("Send the Authorization header once")
    scheme, _, key = values[0].decode("latin-1").strip().partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer":
        return unauthorized("Use the Bearer scheme: 'Authorization: Bearer YOUR_API_KEY'")
    if not key or " " in key:
        return unauthorized("Write exactly one key after Bearer: 'Authorization: Bearer YOUR_API_KEY'")
    return key
