"""What the server saw of each test: its requests in their order, without secrets."""

from collections import OrderedDict

from msgspec import Struct

_MOST_TESTS = 2_000
_MOST_REQUESTS = 5_000
_MOST_BODY = 4_096
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})


class SeenRequest(Struct):
    """One request. `at` is in seconds on the server's steady clock; of a secret only the length stands here."""

    method: str
    path: str
    query: str
    host: str
    fault: str | None
    headers: dict[str, str]
    body: str
    at: float


class SeenRequests(Struct):
    """What `GET /_chaos/ID` answers."""

    requests: list[SeenRequest]


class Record:
    """The requests by the id of their test; old tests are forgotten when there are many."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, list[SeenRequest]] = OrderedDict()

    def count(self, id: str) -> int:
        """How many requests there were."""
        return len(self._seen.get(id, ()))

    def add(self, id: str, request: SeenRequest) -> None:
        """Remember it."""
        seen = self._seen.setdefault(id, [])
        self._seen.move_to_end(id)
        if len(seen) < _MOST_REQUESTS:
            seen.append(request)
        while len(self._seen) > _MOST_TESTS:
            self._seen.popitem(last=False)

    def of(self, id: str) -> SeenRequests:
        """Those of a test; none of one that is not known."""
        return SeenRequests(list(self._seen.get(id, ())))

    def forget(self, id: str) -> None:
        """As if it had never been."""
        self._seen.pop(id, None)


def shown_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header names and values; of a secret its kind and length."""
    shown: dict[str, str] = {}
    for name, value in headers:
        text = value.decode("latin-1")
        key = name.decode("latin-1").lower()
        if key in _SECRETS:
            kind, _, secret = text.partition(" ")
            text = f"{kind} <{len(secret)} characters>" if secret else f"<{len(kind)} characters>"
        shown[key] = text
    return shown


def shown_body(request: SeenRequest, piece: bytes) -> None:
    """Add a piece of the body, as far as there is room."""
    if len(request.body) < _MOST_BODY:
        request.body += piece.decode("utf-8", "replace")[: _MOST_BODY - len(request.body)]
