"""How true a scan's estimate is: `estimated_completion` and `progress` against what then happened, on the whole lab.

`python -m benchmarks.progress`. One server, the whole practice target, the same scan twice: the first one knows
nothing of the target, the second has its predecessor to learn from. From 20 % of the wall time on, the estimate's
error is set against the time that was really left; a plateau is the longest time without a step of `current`.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.first_event import new_key
from benchmarks.table import Row, show
from cyberai.cli.client import ApiClient
from cyberai.cli.processes import Child, free_port

START_SECONDS = 40
SCAN_SECONDS = 400
SETTLED = 0.2
"""Share of the run after which the estimate has to be true."""
LAST_SECONDS = 2.0
"""What is left at the very end is below the resolution of whole seconds and of one event a second."""

Sample = tuple[float, float, int]
"""(seconds since the start, seconds said to be left, progress)."""


def observe(client: ApiClient, targets: list[str]) -> tuple[list[Sample], float]:
    """Samples of one scan, and how long it took."""
    with client.events() as frames:
        scan_id = client.call("POST", "/v1/scans", {"targets": targets})["id"]
        started = time.perf_counter()
        samples: list[Sample] = []
        while time.perf_counter() - started < SCAN_SECONDS:
            frame: dict[str, Any] = frames.next(30)
            if not frame["type"].startswith("scan.") or frame["data"]["id"] != scan_id:
                continue
            now = time.perf_counter() - started
            if frame["type"] == "scan.completed":
                return samples, now
            progress = frame["data"]["progress"]
            if progress["eta_seconds"] is not None:
                samples.append((now, float(progress["eta_seconds"]), progress["current"]))
    raise SystemExit("the scan did not end")


def worst_error(samples: list[Sample], total: float) -> float:
    """The largest error of an estimate as a share of the time really left."""
    judged = [
        abs(now + left - total) / (total - now)
        for now, left, _ in samples
        if now >= SETTLED * total and total - now >= LAST_SECONDS
    ]
    return max(judged, default=0.0)


def longest_plateau(samples: list[Sample], total: float) -> float:
    """The longest stretch without a step of progress, as a share of the run."""
    longest, since, current = 0.0, 0.0, -1
    for now, _, reached in [*samples, (total, 0.0, 100)]:
        if reached > current:
            longest, since, current = max(longest, now - since), now, reached
    return longest / total


def main() -> int:
    """Print the table; 1 when a bound is missed."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cyberai-bench-") as folder:
        data = Path(folder) / "data"
        port = str(free_port())
        arguments = ["serve", "--port", port, "--data-dir", str(data), "--allow", "127.0.0.0/8"]
        client = ApiClient(f"http://127.0.0.1:{port}", new_key(data))
        with (
            Child("lab", ["lab", "--port", "0", "--json"], Path(folder) / "lab.log") as lab,
            Child("server", arguments, Path(folder) / "log") as server,
        ):
            deadline = time.perf_counter() + START_SECONDS
            while not client.is_ready():
                if not server.running or time.perf_counter() > deadline:
                    raise server.failure("The server did not start")
                time.sleep(0.02)
            targets = [
                entry["target"] for entry in json.loads(lab.output.readline())["targets"] if not entry["auth"]
            ]
            for name in ("first scan", "same again"):
                samples, total = observe(client, targets)
                if "--trace" in sys.argv:
                    for now, left, current in samples:
                        print(
                            f"{now:7.1f} s  said {left:5.0f} s left, were {total - now:6.1f}  {current:3} %"
                        )
                rows.append(
                    Row(f"{name}: error / time left", f"{total:.0f} s", worst_error(samples, total), 0.5)
                )
                rows.append(Row(f"{name}: plateau / run", "", longest_plateau(samples, total), 0.2))
    return show("what then happened; the whole lab, default options", rows)


if __name__ == "__main__":
    sys.exit(main())
