"""Counters of the server in the text format of Prometheus (exposition format 0.0.4).

The text is ours: the client library brings registries, processes and decorators for what is a page of lines here.
No label holds anything a client or a target chooses: routes are templates of our own table, unknown ones are one.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from msgspec import Struct

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds in seconds."""

MEDIA_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Family(Struct, frozen=True):
    """One metric: name, type, what it means, and its samples: labels and value."""

    name: str
    kind: str
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]


class Metrics:
    """Requests by route, method and status, and how long they took."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template, empty for a path that is none."""
        route = route or UNMATCHED
        key = (method if method in _METHODS else "other", route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        buckets = self._buckets.get(route)
        if buckets is None:
            buckets = self._buckets[route] = [0] * (len(BUCKETS) + 1)
        buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def render(self, further: Sequence[Family] = ()) -> bytes:
        """The page."""
        requests = Family(
            "cyberai_http_requests_total",
            "counter",
            "Requests by route template and status.",
            [
                ({"method": method, "route": route, "status": str(status)}, n)
                for (method, route, status), n in sorted(self._requests.items())
            ],
        )
        lines = [line for family in (requests, *further) for line in _family(family)]
        return "\n".join([*lines, *self._histogram(), ""]).encode()

    def _histogram(self) -> list[str]:
        name = "cyberai_http_request_duration_seconds"
        lines = [f"# HELP {name} Seconds until the reply was handed over.", f"# TYPE {name} histogram"]
        for route, buckets in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
                total += count
                lines.append(f"{name}_bucket{_labels({'route': route, 'le': bound})} {total}")
            lines.append(f"{name}_sum{_labels({'route': route})} {self._seconds[route]:.6f}")
            lines.append(f"{name}_count{_labels({'route': route})} {total}")
        return lines


def _family(family: Family) -> list[str]:
    lines = [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
    return lines + [f"{family.name}{_labels(labels)} {value:g}" for labels, value in family.samples]


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
