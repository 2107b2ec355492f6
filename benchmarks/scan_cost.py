"""What a scan costs: requests, CPU and wall time per confirmed finding on the practice site; requests per page of a
static site without a flaw.

`python -m benchmarks.scan_cost [--pages 1000]`. Both are scanned with default options by the command line; the sites
count what they are asked.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.counted_site import Cost, CountedSite, timed
from benchmarks.table import Row, show
from cyberai.lab.connection import Respond
from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.site import Site

SCAN_SECONDS = 550
REQUESTS_PER_FINDING = 110
REQUESTS_PER_PAGE = 1.2
PER_HOST = 150
PER_SHAPE = 2
"""Design, section 7: a site without inputs costs at most 1.2 requests per page for the crawl, 2 per page shape, and
150 per host; all pages of this one are of one shape but the start page."""
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    (
        "Content-Security-Policy",
        "default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'",
    ),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
)


def scan(respond: Respond) -> tuple[list[dict[str, Any]], int, Cost]:
    """(vulnerabilities, requests, cost) of one scan with default options."""
    site = CountedSite(respond)
    with site.running() as url, tempfile.TemporaryDirectory(prefix="cyberai-bench-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "cyberai", "scan", url, "--allow", "127.0.0.0/8", "--no-config"]
        flags = ["--data-dir", str(folder / "data"), "-o", f"json:{folder / 'result'}", "--quiet"]
        cost = timed([*command, *flags], folder, SCAN_SECONDS)
        if not cost.ended:
            raise SystemExit(f"the scan did not end in {SCAN_SECONDS} s")
        return json.loads((folder / "result").read_text())["vulnerabilities"], site.requests, cost


class StaticSite:
    """Pages of text in folders of 40, a folder page for each, and a missing page."""

    def __init__(self, pages: int) -> None:
        self._pages = {"/": self._links(f"/part-{n}/" for n in range((pages + 39) // 40))}
        for number in range(pages):
            folder = f"/part-{number // 40}/"
            self._pages[f"{folder}page-{number}.html"] = self._text(number)
        for folder in {path.rpartition("/")[0] + "/" for path in self._pages if path != "/"}:
            self._pages[folder] = self._links(path for path in self._pages if path.startswith(folder))

    @staticmethod
    def _links(paths: Any) -> str:
        return "<h1>Pages</h1><ul>" + "".join(f'<li><a href="{p}">{p}</a></li>' for p in paths) + "</ul>"

    @staticmethod
    def _text(number: int) -> str:
        return f"<h1>Page {number}</h1><p>Ropes of {number} metres.</p><a href='/'>Start</a>"

    def __len__(self) -> int:
        return len(self._pages)

    def respond(self, request: LabRequest) -> LabResponse:
        """The page, or the missing page."""
        if request.method not in ("GET", "HEAD"):
            return LabResponse(405, (*_HEADERS, ("Allow", "GET, HEAD")))
        body = self._pages.get(request.path)
        text = (
            f"<!doctype html><html><head><title>Ropes</title></head><body>{body or 'Missing'}</body></html>"
        )
        return LabResponse(404 if body is None else 200, _HEADERS, text.encode())


def main() -> int:
    """Print the table; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    options = parser.parse_args()
    found, requests, cost = scan(Site().respond)
    confirmed = sum(row["tier"] == "confirmed" for row in found)
    rows = [
        Row("practice site: confirmed findings", str(confirmed)),
        Row("requests per finding", f"{requests:,} sent", requests / confirmed, REQUESTS_PER_FINDING),
        Row("CPU per finding", f"{cost.cpu:.1f} s", cost.cpu / confirmed),
        Row("wall time per finding", f"{cost.wall:.0f} s", cost.wall / confirmed),
    ]
    site = StaticSite(options.pages)
    found, requests, cost = scan(site.respond)
    allowed = REQUESTS_PER_PAGE * len(site) + PER_HOST + 3 * PER_SHAPE
    rows += [
        Row("static site: claims", str(len(found)), len(found), 0),
        Row(f"requests / allowed for {len(site):,} pages", f"{requests:,} sent", requests / allowed, 1),
        Row("requests per page", f"{cost.wall:.0f} s", requests / len(site), 2),
        Row("CPU per page, ms", f"{cost.cpu:.1f} s", cost.cpu / len(site) * 1000),
    ]
    return show("findings and pages; default options", rows)


if __name__ == "__main__":
    sys.exit(main())
