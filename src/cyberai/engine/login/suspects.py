"""Requests that end the session, remembered by what they did, whatever they are called."""

from cyberai.domain.http import HttpRequest
from cyberai.engine.body import named_values

MAX_RULES = 500


class Suspects:
    """What must not be sent again. A rule is a method and path with the parameters that all its culprits share:
    `?page=logout&n=1` and `?page=logout&n=2` leave `page=logout`."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], list[frozenset[tuple[str, str]]]] = {}

    def blame(self, request: HttpRequest) -> None:
        """This request ended the session."""
        pairs = frozenset(named_values(request))
        rules = self._rules.setdefault(_place(request), [])
        for index, rule in enumerate(rules):
            if {name for name, _ in rule} <= {name for name, _ in pairs}:
                rules[index] = rule & pairs
                return
        if len(self._rules) <= MAX_RULES and len(rules) < MAX_RULES:
            rules.append(pairs)

    def ends_session(self, request: HttpRequest) -> bool:
        """Whether this request, or one that shares what matters, ended the session before."""
        rules = self._rules.get(_place(request))
        if not rules:
            return False
        pairs = frozenset(named_values(request))
        return any(rule <= pairs for rule in rules)


def _place(request: HttpRequest) -> tuple[str, str]:
    return request.method, request.url.origin + request.url.path
