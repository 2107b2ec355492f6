"""Wapiti and Cyber AI on the same practice site, one after the other: what each finds, and at which cost.

`python -m benchmarks.wapiti [--set demo] [--seconds 3000] [--write]`. Wapiti is installed from PyPI into build/wapiti (Python 3.12).
Both get the address of the site and their default depth; half of Wapiti's time is for its crawl, the rest is shared
out among its modules; Wapiti's modules are all that look for flaws of the site's
kinds, not only its default ones. Requests are counted by the site, CPU is that of the scanner's processes. A flaw of
the site counts as found when a report names its path and its kind; a report that names a path where the site has no
flaw of that kind counts as false. `--write` keeps the tables in benchmarks/results/wapiti.md.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.counted_site import CountedSite, timed
from cyberai import __version__
from cyberai.lab.page import Flaw, Insertion
from cyberai.lab.site import Site
from support.old_releases import ROOT, Unavailable, interpreter

RESULT = Path(__file__).with_name("results") / "wapiti.md"
INSTALLED = ROOT / "build/wapiti"
RELEASE = "3.3.2"
MODULES = (
    "exec,file,permanentxss,redirect,sql,timesql,ssrf,upload,xss,crlf,backup,methods,csrf,shellshock,ldap,xxe"
)
# Its categories, by the kinds of flaws the site has.
KINDS = {
    "web.sql-injection": ("SQL Injection", "Blind SQL Injection"),
    "web.reflected-xss": ("Reflected Cross Site Scripting", "Stored Cross Site Scripting"),
    "web.command-injection": ("Command execution",),
    "web.ssti": ("Command execution", "Server Side Template Injection"),
    "web.path-traversal": ("Path Traversal",),
    "web.traversal-by-path": ("Path Traversal",),
    "web.open-redirect": ("Open Redirect",),
    "web.redirect-by-path": ("Open Redirect",),
    "web.crlf-injection": ("CRLF Injection",),
    "web.backup-files": ("Backup file",),
    "web.http-methods": ("HTTP Methods", "Potentially dangerous file"),
}


@dataclass(frozen=True)
class Report:
    """One claim: a kind (a check's id, or a category of Wapiti) at a path of the site."""

    kind: str
    path: str
    parameter: str


@dataclass(frozen=True)
class Run:
    """What a scanner said and what it cost."""

    reports: frozenset[Report]
    requests: int
    seconds: float
    cpu: float
    remark: str = ""


def truth(site: Site) -> tuple[Flaw, ...]:
    """The site's flaws of the kinds that both look for."""
    return tuple(flaw for flaw in site.flaws if flaw.check in KINDS and not flaw.intrusive)


def ours(site: CountedSite, url: str, seconds: int) -> Run:
    """`cyberai scan` with default options."""
    before = site.requests
    with tempfile.TemporaryDirectory(prefix="cyberai-bench-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "cyberai", "scan", url, "--allow", "127.0.0.0/8", "--no-config"]
        flags = ["--data-dir", str(folder / "data"), "-o", f"json:{folder / 'result'}", "--quiet"]
        cost = timed([*command, *flags], folder, seconds)
        rows = json.loads((folder / "result").read_text())["vulnerabilities"] if cost.ended else []
    reports = frozenset(
        Report(row["check_id"], urlsplit(row["location"]["url"]).path, row["location"].get("parameter") or "")
        for row in rows
        if row["check_id"] in KINDS
    )
    return Run(reports, site.requests - before, cost.wall, cost.cpu, "" if cost.ended else "did not end")


class _Nothing(BaseHTTPRequestHandler):
    """An endpoint that nobody has called back."""

    def do_GET(self) -> None:
        """No call-backs."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@contextmanager
def endpoint() -> Iterator[str]:
    """Where Wapiti looks for call-backs instead of at its author's host, and where it has them sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Nothing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def theirs(site: CountedSite, url: str, seconds: int) -> Run:
    """Wapiti, its reports by the category's name."""
    before = site.requests
    program = installed()
    with tempfile.TemporaryDirectory(prefix="cyberai-bench-") as name, endpoint() as nowhere:
        folder = Path(name)
        flags = ["--endpoint", nowhere, "--external-endpoint", nowhere, "--internal-endpoint", nowhere]
        flags += ["--no-bugreport", "--flush-session", "-m", MODULES, "--max-scan-time", str(seconds // 2)]
        flags += ["--max-attack-time", str(seconds // 2 // len(MODULES.split(",")))]
        command = [str(program), "-u", url, *flags, "-f", "json", "-o", str(folder / "result.json")]
        cost = timed(command, folder, 2 * seconds)
        if not (folder / "result.json").exists():
            raise SystemExit(f"Wapiti left no report:\n{(folder / 'output').read_text()[-2000:]}")
        text = (folder / "result.json").read_text()
    found: dict[str, list[dict[str, Any]]] = json.loads(text).get("vulnerabilities", {})
    reports = frozenset(
        Report(category, urlsplit(row["path"]).path, row.get("parameter") or "")
        for category, rows in found.items()
        for row in rows
    )
    remark = "" if cost.ended and cost.wall < seconds else f"ended by its limit of {seconds} s"
    return Run(reports, site.requests - before, cost.wall, cost.cpu, remark)


def installed() -> Path:
    """The program, installed when it is not there; raise Unavailable."""
    program = INSTALLED / "bin/wapiti"
    if not program.exists():
        uv = str(ROOT / ".venv/bin/uv")
        for command in (
            [uv, "venv", "-q", "--no-python-downloads", "--python", interpreter("3.12"), str(INSTALLED)],
            [uv, "pip", "install", "-q", "--python", str(INSTALLED / "bin/python"), f"wapiti3=={RELEASE}"],
        ):
            if subprocess.run(command, capture_output=True, check=False).returncode:
                raise Unavailable("Wapiti could not be installed")
    return program


def names(report: Report, flaw: Flaw) -> bool:
    """The report is about that flaw: its kind, at its path."""
    # Two checks of ours may share a kind of flaw.
    if report.kind not in KINDS[flaw.check] and KINDS.get(report.kind) != KINDS[flaw.check]:
        return False
    if flaw.insertion is Insertion.PATH or flaw.check == "web.traversal-by-path":
        return report.path.startswith(flaw.path)
    return report.path == flaw.path.partition("?")[0]


def false_reports(run: Run, flaws: tuple[Flaw, ...]) -> list[Report]:
    """Reports of kinds that the site has, where it has no such flaw."""
    kinds = set(KINDS) | {category for categories in KINDS.values() for category in categories}
    judged = (report for report in run.reports if report.kind in kinds)
    wrong = {(r.kind, r.path): r for r in judged if not any(names(r, flaw) for flaw in flaws)}
    return sorted(wrong.values(), key=lambda report: (report.kind, report.path))


def table(flaws: tuple[Flaw, ...], mine: Run, other: Run) -> list[str]:
    """Flaws by kind: how many each finds, and how many only one of them finds."""
    rows = {kind: Counter[str]() for kind in KINDS}
    for flaw in flaws:
        us = any(names(report, flaw) for report in mine.reports)
        them = any(names(report, flaw) for report in other.reports)
        rows[flaw.check].update(
            all=1, us=int(us), them=int(them), we=int(us and not them), they=int(them and not us)
        )
    rows["all"] = sum(rows.values(), Counter())
    lines = [
        "| Kind | Flaws | Cyber AI | Wapiti | Only Cyber AI | Only Wapiti |",
        "|---|---|---|---|---|---|",
    ]
    for kind, row in rows.items():
        lines.append(f"| {kind} | {row['all']} | {row['us']} | {row['them']} | {row['we']} | {row['they']} |")
    return lines


def report(site: str, flaws: tuple[Flaw, ...], mine: Run, other: Run) -> str:
    """The tables as Markdown."""
    missed = [
        f"- {flaw.check} {flaw.path} ({flaw.variant})"
        for flaw in flaws
        if any(names(r, flaw) for r in other.reports) and not any(names(r, flaw) for r in mine.reports)
    ]
    cost = [
        f"| {name} | {run.requests:,} | {run.seconds:.0f} s | {run.cpu:.0f} s | {len(false_reports(run, flaws))} "
        f"| {run.remark} |"
        for name, run in (("Cyber AI", mine), ("Wapiti", other))
    ]
    return "\n".join(
        [
            "# Wapiti and Cyber AI on the practice site",
            "",
            f"Made by `python -m benchmarks.wapiti --set {site}` on {datetime.now(UTC):%Y-%m-%d}: Cyber AI {__version__} with default "
            f"options, Wapiti {RELEASE} with the modules `{MODULES}`; Python {platform.python_version()} and 3.12, one "
            "after the other on the same machine.",
            "",
            *table(flaws, mine, other),
            "",
            "| | Requests | Wall | CPU | False reports | Remark |",
            "|---|---|---|---|---|---|",
            *cost,
            "",
            "Found by Wapiti and not by Cyber AI:",
            "",
            *(missed or ["- nothing"]),
            "",
            "False reports of either:",
            "",
            *(f"- Cyber AI: {r.kind} {r.path} {r.parameter}" for r in false_reports(mine, flaws)),
            *(f"- Wapiti: {r.kind} {r.path} {r.parameter}" for r in false_reports(other, flaws)),
            "",
        ]
    )


def main() -> int:
    """Run both and print the tables; 1 when Wapiti finds what we do not, or we say what is false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3000, help="the most that each may take")
    parser.add_argument("--set", choices=("full", "demo"), default="full", help="the site, or its small part")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    try:
        installed()
    except Unavailable as error:
        print(error)
        return 2
    lab = Site(demo=options.set == "demo")
    flaws = truth(lab)
    site = CountedSite(lab.respond)
    with site.running() as url:
        mine = ours(site, url, options.seconds)
        print(
            f"Cyber AI: {len(mine.reports)} reports, {mine.requests:,} requests, {mine.seconds:.0f} s",
            flush=True,
        )
        other = theirs(site, url, options.seconds)
    text = report(options.set, flaws, mine, other)
    print(f"\n{text}")
    if options.write:
        RESULT.write_text(text)
    only_theirs = any(
        any(names(r, flaw) for r in other.reports) and not any(names(r, flaw) for r in mine.reports)
        for flaw in flaws
    )
    return int(only_theirs or bool(false_reports(mine, flaws)))


if __name__ == "__main__":
    sys.exit(main())
