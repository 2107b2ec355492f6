"""The table of routes: one entry serves dispatch, the checks of the edge and the OpenAPI document.

Every identifier in a path is its third segment (`/v1/scans/{id}`, `/v1/scans/{id}/pause`), so that a path is
found by one look-up. Own table instead of a framework's router: see docs/decisions.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from cyberai.api.call import Call
from cyberai.api.query import Param
from cyberai.api.reply import Reply
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

Handler = Callable[[Call], Awaitable[Reply]]

_IDENTIFIER = 3
"""Index of the identifier in a path split at `/`."""


class BodyKind(Struct, frozen=True, kw_only=True):
    """What a route's body must be; `message` is the message of every decoding problem."""

    kind: type[Struct]
    message: str
    media_types: tuple[str, ...] = ("application/json",)
    example: dict[str, Any] | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """A successful answer: its Struct (None: no JSON), what it means, members of its example, an example of a text,
    and the media types of the files that it may be."""

    status: int = 200
    kind: Any = None
    description: str = "Success"
    media_type: str = "application/json"
    example: dict[str, Any] | None = None
    text: str = ""
    files: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


class Route(Struct, frozen=True, kw_only=True):
    """One operation. `scope` None: the route needs no key's scope. `errors` are the codes of its own beside
    those that every route of its kind can answer. `also` are further successful answers, `headers` the request
    headers (name, meaning) it looks at."""

    method: str
    path: str
    handler: Handler
    operation: str
    summary: str
    description: str = ""
    tag: str
    answer: Answer
    scope: ApiScope | None = None
    query: tuple[Param, ...] = ()
    body: BodyKind | None = None
    errors: tuple[ErrorCode, ...] = ()
    also: tuple[Answer, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


class Node:
    """All operations at one path."""

    __slots__ = ("allow", "declared", "later", "path", "routes")

    def __init__(self, path: str) -> None:
        self.path = path
        self.routes: dict[str, Route] = {}
        self.declared: dict[str, dict[str, Param]] = {}
        self.later: frozenset[str] = frozenset()
        self.allow = "OPTIONS"

    def add(self, route: Route) -> None:
        """Add an operation."""
        assert route.method not in self.routes, f"{route.method} {route.path} is declared twice"
        self.routes[route.method] = route
        self.declared[route.method] = {param.name: param for param in route.query}
        self._name_methods()

    def add_later(self, method: str) -> None:
        """Add an operation that is documented and that this version does not carry."""
        self.later |= {method}

    def _name_methods(self) -> None:
        methods: list[str] = [
            method for method in ("GET", "POST", "PATCH", "DELETE") if method in self.routes
        ]
        if "GET" in methods:
            methods.insert(1, "HEAD")
        self.allow = ", ".join([*methods, "OPTIONS"])


class Router:
    """Finds the node of a path."""

    def __init__(self, routes: Iterable[Route], later: Iterable[tuple[str, str]] = ()) -> None:
        self.routes = tuple(routes)
        self._fixed: dict[str, Node] = {}
        self._named: dict[tuple[str, ...], Node] = {}
        for route in self.routes:
            self._node(route.path).add(route)
        for method, path in later:
            self._node(path).add_later(method)

    def _node(self, path: str) -> Node:
        if "{" not in path:
            return self._fixed.setdefault(path, Node(path))
        parts = path.split("/")
        assert parts[_IDENTIFIER] == "{id}", path
        assert path.count("{") == 1, path
        del parts[_IDENTIFIER]
        return self._named.setdefault(tuple(parts), Node(path))

    def resolve(self, path: str, raw_path: bytes) -> tuple[Node | None, str]:
        """The node and the identifier. A `%2F` belongs to its segment and never makes a new one."""
        escaped = b"%" in raw_path
        if not escaped:
            node = self._fixed.get(path)
            if node is not None:
                return node, ""
        parts = raw_path.decode("latin-1").split("/") if escaped else path.split("/")
        if len(parts) <= _IDENTIFIER or not parts[_IDENTIFIER]:
            return (self._fixed.get("/".join(map(unquote, parts))) if escaped else None), ""
        identifier = parts.pop(_IDENTIFIER)
        node = self._named.get(tuple(parts))
        return node, unquote(identifier) if escaped else identifier
