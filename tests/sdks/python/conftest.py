"""One server and one target for the tests of the Python SDK."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from support.processes import Server, running_server


class PlainPage(http.server.BaseHTTPRequestHandler):
    """A page without any protection, so that a scan finds something at once."""

    def do_GET(self) -> None:
        body = b"<html><title>plain</title><p>hello</p></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture(scope="package")
def target() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), PlainPage) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{site.server_address[1]}/"
        site.shutdown()
        thread.join(5)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("sdk") / "data", "--workers", "1") as running:
        yield running
