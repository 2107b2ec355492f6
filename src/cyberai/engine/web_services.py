"""Services that speak HTTP and are no website: what their start page says of them, and what is asked where it says too
little."""

from msgspec import Struct

from cyberai.checkkit.text import Pattern
from cyberai.domain.http import HttpResponse


class Sign(Struct, frozen=True):
    """`pattern` in one header of the answer, or in the start of its body where `header` is empty."""

    protocol: str
    header: str
    pattern: Pattern
    status: int = 0


class Asked(Struct, frozen=True):
    """Where the start page shows `sign`, the page at `path` is that of `protocol` if its body matches `pattern`."""

    sign: Sign
    path: str
    protocol: str
    pattern: Pattern


_SIGNS: tuple[Sign, ...] = (
    Sign("couchdb", "", Pattern(r"^\{\"couchdb\":\s?\"Welcome\"")),
    Sign("docker", "server", Pattern(r"^Docker/[\w.\-+]+ \(")),
    Sign("docker", "api-version", Pattern(r"^1\.\d{1,2}$")),
    Sign("rabbitmq-management", "", Pattern(r"<title>RabbitMQ Management</title>")),
    Sign("influxdb", "x-influxdb-version", Pattern(r"^v?[\d.]+")),
    Sign("prometheus", "location", Pattern(r"^/(?:graph|query|classic/graph)$"), 302),
    Sign("prometheus", "", Pattern(r"<title>Prometheus(?: Time Series Collection[^<]{0,60})?</title>")),
    Sign("jupyter", "location", Pattern(r"^/(?:tree|lab)\?$|^/login\?next=%2F(?:tree|lab)%3F"), 302),
    Sign("yarn", "location", Pattern(r"/cluster$"), 302),
    Sign("spark", "", Pattern(r"<title>Spark Master at spark://")),
    Sign("solr", "location", Pattern(r"/solr/$"), 302),
    Sign("kubernetes", "", Pattern(r"\"kind\":\s?\"Status\"[\s\S]{0,300}system:anonymous")),
    Sign("kubernetes", "", Pattern(r"\"kind\":\s?\"Status\"[\s\S]{0,300}\"reason\":\s?\"Unauthorized\"")),
    Sign("kubernetes", "", Pattern(r"\"paths\":\s?\[[\s\S]{0,200}\"/api/v1\"")),
    Sign("clickhouse", "x-clickhouse-server-display-name", Pattern(r".")),
)
_GO = Sign("", "", Pattern(r"^404 page not found\s*$"), 404)
_GRAFANA = Sign("", "location", Pattern(r"^/login$"), 302)
_CONSUL = Sign("", "location", Pattern(r"^/ui/$"), 301)
_CLICKHOUSE = Sign("", "", Pattern(r"^Ok\.\n$"), 200)
ASKED: tuple[Asked, ...] = (
    Asked(_GO, "/version", "etcd", Pattern(r"^\{\"etcdserver\":\s?\"[\d.]+")),
    Asked(
        _GO,
        "/pods",
        "kubelet",
        Pattern(r"^\{\"kind\":\s?\"PodList\"|^Unauthorized$|^Forbidden \(user=system:anonymous"),
    ),
    Asked(_GRAFANA, "/api/health", "grafana", Pattern(r"\"database\":\s?\"ok\"[\s\S]{0,80}\"version\":")),
    Asked(_CONSUL, "/v1/status/leader", "consul", Pattern(r"^\"[\d.:\[\]a-f]{9,60}\"\s*$")),
    Asked(_CLICKHOUSE, "/ping", "clickhouse", Pattern(r"^Ok\.\n$")),
)
START = 4_000


def named(response: HttpResponse) -> str:
    """The protocol that this start page names; empty for an ordinary website."""
    return next((sign.protocol for sign in _SIGNS if shows(response, sign)), "")


def shows(response: HttpResponse, sign: Sign) -> bool:
    """Whether the answer bears the sign."""
    if sign.status and response.status != sign.status:
        return False
    text = response.body[:START] if not sign.header else (response.header(sign.header) or "").encode()
    return sign.pattern.search(text) is not None
