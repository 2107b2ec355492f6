"""The JavaScript SDK in a real Chromium, from the one minified file, talking to a server of another origin."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from javascript_runs import PACKAGE

from support.browser import Tab, browser
from support.processes import Server, running_server

PROGRAM = """
(async () => {
  const { Client, NotFoundError, UsageError } = await import("/index.min.js");
  const client = new Client({ baseUrl: BASE + "/v1", apiKey: KEY });
  const scan = await client.scan(TARGET, { options: { depth: 1, checks: { include: ["passive."] } } });
  const progress = [];
  await scan.wait({ onProgress: ({ current }) => progress.push(current) });
  const titles = [];
  for await (const { title } of scan.vulnerabilities({ limit: 2 })) titles.push(title);
  const types = [];
  for await (const { type } of client.events.stream(0)) if (types.push(type) === 2) break;
  const missing = await client.scans.get("scan_none").catch((error) => error);
  const keyless = await new Client().scans.list().then(String, (error) => error);
  let report = await client.reports.create({ scan_id: scan.id, format: "json" });
  while (report.status !== "completed") report = await client.reports.get(report.id, {}, { headers: { Prefer: "wait=5" } });
  let size = 0;
  for await (const piece of await client.reports.open(report.id)) size += piece.length;
  return {
    status: scan.data.status, progress, titles, types, report: size > 0 && size === report.size,
    errors: [missing instanceof NotFoundError, keyless instanceof UsageError],
  };
})()
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    """A web site that serves the package's files and an empty page."""
    handler = functools.partial(_Quiet, directory=str(PACKAGE / "src"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}"
        finally:
            site.shutdown()
            thread.join(5)


@pytest.fixture
def opened(page: str, tmp_path: Path) -> Iterator[tuple[Tab, Server]]:
    with contextlib.ExitStack() as stack:
        flags = ("--workers", "1", "--cors-origin", page)
        server = stack.enter_context(running_server(tmp_path / "data", *flags))
        tab = stack.enter_context(browser(tmp_path))
        tab.open(page + "/operations.js")
        yield tab, server


def test_a_page_scans_waits_and_reads(opened: tuple[Tab, Server], world: dict[str, Any]) -> None:
    tab, server = opened
    names = {"BASE": server.base, "KEY": server.key, "TARGET": world["target"]}
    declared = "".join(f"window.{name} = '{value}';" for name, value in names.items())
    tab.run(f"{declared} window.found = null; {PROGRAM.strip()}.then((all) => (window.found = all), "
            "(error) => (window.found = { failed: String(error) })); 0")  # fmt: skip
    tab.wait_for("window.found", 120)
    found = tab.run("window.found")
    assert found.get("status") == "completed", (found, tab.complaints)
    assert found["progress"] == sorted(found["progress"])
    assert found["progress"][-1] == 100
    assert len(found["titles"]) >= 3
    assert found["types"][0] == "scan.created"
    assert found["report"] is True
    assert found["errors"] == [True, True]
    assert [text for text in tab.complaints if "404" not in text] == []
    assert not any("node.js" in url for url in tab.requests)
