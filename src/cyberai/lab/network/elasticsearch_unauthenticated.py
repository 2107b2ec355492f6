"""Search servers of both kinds, open on the vulnerable twin; and one that shows its version and nothing more."""

import json

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.elasticsearch-unauthenticated"
MAX_HEAD = 16_384
_INDICES = [{"index": "members-2024", "docs.count": "118"}, {"index": "logs", "docs.count": "1968"}]
_REFUSED = {
    "error": {"type": "security_exception", "reason": "action is unauthorized for user [anonymous]"},
    "status": 403,
}
_UNKNOWN = {"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404}


def _start(product: str) -> dict[str, object]:
    version = {"number": "7.10.2", "build_flavor": "oss", "lucene_version": "8.7.0"}
    if product == "opensearch":
        version = {"distribution": "opensearch", "number": "2.11.1", "lucene_version": "9.7.0"}
    return {
        "name": "quay-1",
        "cluster_name": "harbour",
        "cluster_uuid": "a1",
        "version": version,
        "tagline": "Search the quay",
    }


class SearchSession:
    """One HTTP connection to a search server that holds two small indices."""

    def __init__(self, product: str, protected: bool) -> None:
        self.closed = False
        self._product = product
        self._protected = protected
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while b"\r\n\r\n" in self._buffer and not self.closed:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            output += self._answer(head.decode("latin-1"))
        if len(self._buffer) > MAX_HEAD:
            self.closed = True
        return output

    def _answer(self, head: str) -> bytes:
        method, _, rest = head.partition("\r\n")[0].partition(" ")
        target, _, protocol = rest.rpartition(" ")
        # A body is not read: whatever sends one is told so and the connection ends.
        self.closed = not protocol.startswith("HTTP/1.") or "\r\ncontent-length:" in head.lower()
        status, value = self._page(method, target)
        body = b"" if method == "HEAD" else json.dumps(value).encode()
        lines = [
            f"HTTP/1.1 {status}",
            "Content-Type: application/json; charset=UTF-8",
            f"Content-Length: {len(body)}",
        ]
        if self.closed:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def _page(self, method: str, target: str) -> tuple[str, object]:
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", {
                "error": f"Incorrect HTTP method for uri [{target[:100]}]",
                "status": 405,
            }
        path = target.partition("?")[0]
        if path == "/":
            return "200 OK", _start(self._product)
        if self._protected:
            return "403 Forbidden", _REFUSED
        return ("200 OK", _INDICES) if path == "/_cat/indices" else ("404 Not Found", _UNKNOWN)


def _elastic(fixed: bool) -> Session:
    return SearchSession("elasticsearch", protected=fixed)


def _opensearch(fixed: bool) -> Session:
    return SearchSession("opensearch", protected=fixed)


def _guarded(_fixed: bool) -> Session:
    return SearchSession("elasticsearch", protected=True)


def _flaw(variant: str) -> Flaw:
    return Flaw(
        check=CHECK,
        path="",
        method="",
        variant=variant,
        summary=f"{variant} lists its indices without a log-in.",
    )


SERVICES: tuple[Service, ...] = (
    Service(name="search", session=_elastic, checks=(CHECK,), flaws=(_flaw("Elasticsearch"),)),
    Service(name="other search", session=_opensearch, checks=(CHECK,), flaws=(_flaw("OpenSearch"),)),
    Service(name="guarded search", session=_guarded, checks=(CHECK,)),
)
