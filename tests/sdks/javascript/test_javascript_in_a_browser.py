"""The JavaScript SDK in a real Chromium, from the one minified file, talking to a server of another origin."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.browser import Tab, browser

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


@pytest.fixture
def tab(package_page: str, tmp_path: Path) -> Iterator[Tab]:
    with browser(tmp_path) as tab:
        tab.open(package_page + "/operations.js")
        yield tab


def test_a_page_scans_waits_and_reads(tab: Tab, world_of: Callable[[str], dict[str, Any]]) -> None:
    world = world_of("browser")
    names = {"BASE": world["origin"], "KEY": world["key"], "TARGET": world["target"]}
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
