"""A small client of our own API: what `cyberai demo` and `watch` need, errors with their codes."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

TIMEOUT = 30.0
FRAME_LIMIT = 16 * 1024 * 1024


class ApiError(Exception):
    """The API said no: its envelope."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        details = error.get("details") or {}
        super().__init__(str(error.get("message") or f"The server answered {status}"))
        self.status = status
        self.code = str(error.get("code") or "internal_error")
        self.field = details.get("field")
        self.reason = str(details.get("reason") or "")
        self.request_id = str(error.get("request_id") or "")


class ApiClient:
    """One server, one key. Every call is one connection: the client lives for a few requests."""

    def __init__(self, base_url: str, key: str, ca_file: str | None = None) -> None:
        parts = urlsplit(base_url)
        self.base_url = base_url.rstrip("/")
        self._host = parts.hostname or "127.0.0.1"
        self._tls = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._key = key

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The decoded answer; raise ApiError, or OSError when there is no answer."""
        return json.loads(self.fetch(method, path, body))

    def fetch(self, method: str, path: str, body: object = None) -> bytes:
        """The answer's body as it is."""
        status, content = self._exchange(method, path, body)
        if status >= 400:
            raise ApiError(status, _envelope(content))
        return content

    def is_ready(self) -> bool:
        """True when GET /ready answers 200."""
        try:
            return self._exchange("GET", "/ready", None)[0] == 200
        except OSError:
            return False

    @contextmanager
    def events(self, since: int | None = None) -> Iterator["Frames"]:
        """The workspace's events from now on, or those after number `since` first, until the block ends; raise
        ApiError on refusal."""
        from websockets.exceptions import InvalidStatus
        from websockets.sync.client import connect

        host = f"[{self._host}]" if ":" in self._host else self._host
        after = "" if since is None else f"?since={since}"
        url = f"{'wss' if self._tls else 'ws'}://{host}:{self._port}/v1/ws{after}"
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            socket = connect(url, additional_headers=headers, max_size=FRAME_LIMIT, proxy=None, ssl=self._tls)
        except InvalidStatus as refusal:
            raise ApiError(refusal.response.status_code, _envelope(refusal.response.body or b"")) from refusal
        with socket:
            yield Frames(socket)

    def _exchange(self, method: str, path: str, body: object) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "*/*"}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = (
            HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=self._tls)
            if self._tls
            else HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        )
        try:
            connection.request(method, path, content, headers)
            answer: HTTPResponse = connection.getresponse()
            return answer.status, answer.read()
        except HTTPException as error:
            raise ConnectionError(f"{self.base_url} gave no HTTP answer: {type(error).__name__}") from error
        finally:
            connection.close()


class Frames:
    """Frames as they come."""

    def __init__(self, socket: "ClientConnection") -> None:
        self._socket = socket

    def next(self, timeout: float) -> dict[str, Any]:
        """The next one; raise TimeoutError, or ConnectionError when the server closed."""
        from websockets.exceptions import ConnectionClosed

        try:
            frame: dict[str, Any] = json.loads(self._socket.recv(timeout))
        except ConnectionClosed as error:
            raise ConnectionResetError("The server closed the event stream") from error
        return frame


def _envelope(content: bytes | bytearray) -> dict[str, Any]:
    try:
        error = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
