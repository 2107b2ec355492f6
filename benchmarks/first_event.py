"""How soon a WebSocket client hears of a scan, beside the reply to its POST; how soon a server is ready.

`python -m benchmarks.first_event`. A real server, a connected client, `POST /v1/scans` to a port where nobody listens; the time from sending the
request to the first frame about that scan.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import Row, show
from cyberai.cli.client import ApiClient
from cyberai.cli.place import Place, on_platform
from cyberai.cli.processes import Child, free_port

ROUNDS = 20
START_SECONDS = 40


def main() -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="cyberai-bench-") as folder:
        data = Path(folder) / "data"
        port = str(free_port())
        arguments = ["serve", "--port", port, "--data-dir", str(data), "--allow", "127.0.0.0/8"]
        client = ApiClient(f"http://127.0.0.1:{port}", new_key(data))
        started = time.perf_counter()
        with Child("server", arguments, Path(folder) / "log") as server:
            while not client.is_ready():
                if not server.running or time.perf_counter() - started > START_SECONDS:
                    raise server.failure("The server did not start")
                time.sleep(0.02)
            ready = time.perf_counter() - started
            pairs = [first_event(client) for _ in range(ROUNDS)]
    replies, events = ([pair[side] for pair in pairs] for side in (0, 1))
    reply = statistics.median(replies)
    rows = [
        Row("reply to POST /v1/scans, median", f"{reply * 1000:.1f} ms", 1.0),
        Row(
            "first event, median",
            f"{statistics.median(events) * 1000:.1f} ms",
            statistics.median(events) / reply,
        ),
        Row("first event, slowest", f"{max(events) * 1000:.1f} ms", max(events) / reply),
        Row("server ready after its start", f"{ready:.2f} s"),
    ]
    return show(f"the reply to the POST; {ROUNDS} scans", rows)


def new_key(data: Path) -> str:
    from cyberai.app.requests import KeyRequest

    request = KeyRequest(name="benchmark", plan="enterprise")
    place = Place(data_dir=data, may_be_new=True)
    return str(on_platform(place, lambda platform: platform.create_key(request)).key)


def first_event(client: ApiClient) -> tuple[float, float]:
    """Seconds from POST to its reply, and to the first frame about its scan."""
    with client.events() as frames:
        sent = time.perf_counter()
        scan_id = client.call("POST", "/v1/scans", {"target": f"http://127.0.0.1:{free_port()}/"})["id"]
        replied = time.perf_counter() - sent
        while frames.next(10)["data"].get("id") != scan_id:
            pass
        return replied, time.perf_counter() - sent


if __name__ == "__main__":
    sys.exit(main())
