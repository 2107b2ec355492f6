"""A real browser as the oracle: does it call our function when it shows this answer?

Headless Chromium, driven over its DevTools protocol. Every request of the page is answered here, so nothing leaves
the process; the only connection is the one to the browser itself, on loopback.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from cyberai.domain.http import HttpResponse

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = "http://shop.test/page"
_SETTLED = 0.4
"""Seconds after `load` within which handlers that fire by themselves have fired."""


class Chromium:
    """One browser with one tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._answer = HttpResponse(200)
        self._called = False
        self._loaded = False
        for method, parameters in (
            ("Page.enable", {}),
            ("Runtime.enable", {}),
            ("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}),
            ("Runtime.addBinding", {"name": "reportCall"}),
            ("Emulation.setFocusEmulationEnabled", {"enabled": True}),
        ):
            self._ask(method, parameters)

    def close(self) -> None:
        """Ask the browser to end, with all its processes."""
        self._post("Browser.close", {})

    def calls(self, answer: HttpResponse, name: str, *, clicks: bool = False) -> bool:
        """Whether the browser, showing this answer, calls `name` by itself (or when what names it is clicked, too)."""
        self._answer, self._called, self._loaded = answer, False, False
        source = f"globalThis.{name} = () => {{ reportCall('called'); return ''; }};"
        kept = self._ask("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        self._ask("Page.navigate", {"url": PAGE})
        self._wait(lambda: self._loaded or self._called, 5.0)
        self._wait(lambda: self._called, _SETTLED)
        if clicks and not self._called:
            self._click_what_names(name)
            self._wait(lambda: self._called, _SETTLED)
        self._ask("Page.removeScriptToEvaluateOnNewDocument", {"identifier": kept["identifier"]})
        called = self._called
        self._answer = HttpResponse(200)
        self._ask("Page.navigate", {"url": "about:blank"})
        return called

    def _click_what_names(self, name: str) -> None:
        for index in range(8):
            box = self._ask(
                "Runtime.evaluate",
                {
                    "returnByValue": True,
                    "expression": "(() => { const e = [...document.querySelectorAll('*')].filter("
                    f"e => [...e.attributes].some(a => a.value.includes('{name}')))[{index}];"
                    "if (!e) return null; const t = e.querySelector('summary, rect, text') || e;"
                    "t.scrollIntoView(); const b = t.getBoundingClientRect();"
                    "return [b.x + b.width / 2, b.y + b.height / 2]; })()",
                },
            )["result"].get("value")
            if box is None or self._called:
                return
            for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
                self._ask(
                    "Input.dispatchMouseEvent",
                    {"type": kind, "x": box[0], "y": box[1], "button": "left", "clickCount": 1},
                )

    def _ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = self._post(method, parameters)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            message = self._next(until)
            if message.get("id") == number:
                return dict(message.get("result", {}))
        raise TimeoutError(method)

    def _post(self, method: str, parameters: dict[str, Any]) -> int:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        return self._number

    def _wait(self, done: Any, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not done() and time.monotonic() < until:
            try:
                self._next(until)
            except TimeoutError:
                return

    def _next(self, until: float) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=max(0.01, until - time.monotonic())))
        match message.get("method"):
            case "Fetch.requestPaused":
                self._fulfil(message["params"])
            case "Runtime.bindingCalled":
                self._called = True
            case "Page.loadEventFired":
                self._loaded = True
        return message

    def _fulfil(self, paused: dict[str, Any]) -> None:
        url = paused["request"]["url"]
        answer = self._answer if url == PAGE else HttpResponse(404)
        if ".example" in url and url != PAGE:
            name = url.split("//")[1].split(".")[0]
            answer = HttpResponse(200, (("Content-Type", "text/javascript"),), f"{name}()".encode())
        self._post(
            "Fetch.fulfillRequest",
            {
                "requestId": paused["requestId"],
                "responseCode": answer.status,
                "responseHeaders": [{"name": name, "value": value} for name, value in answer.headers],
                "body": base64.b64encode(answer.body).decode(),
            },
        )


@contextmanager
def chromium() -> Iterator[Chromium]:
    """A browser for the block; it is ended by its own process id."""
    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        command += ["--no-first-run", "--disable-dev-shm-usage", f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_tab(Path(folder)), max_size=None, compression=None) as socket:
                browser = Chromium(socket)
                yield browser
                browser.close()
                process.wait(10)
        finally:
            process.kill()
            process.wait(10)


def _tab(folder: Path) -> str:
    until = time.monotonic() + 30
    port_file = folder / "DevToolsActivePort"
    while not port_file.exists() or not port_file.read_text().strip():
        assert time.monotonic() < until, "the browser did not start"
        time.sleep(0.05)
    port = port_file.read_text().split()[0]
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            tabs = [tab for tab in json.load(answer) if tab["type"] == "page"]
        if tabs:
            return str(tabs[0]["webSocketDebuggerUrl"])
        assert time.monotonic() < until
        time.sleep(0.05)
