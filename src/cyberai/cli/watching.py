"""Following a scan's events from the store or from a server, through restarts of either."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cyberai.app.resources import ScanResource
from cyberai.app.times import parse_time
from cyberai.cli.client import ApiClient, ApiError
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.following import Follower, Update
from cyberai.cli.store_access import on_existing_store
from cyberai.domain.scan import ScanStatus, Verdict, VerdictResult

if TYPE_CHECKING:
    from cyberai.app.context import App

TURN = 0.5
"""Seconds to wait for an event before looking again."""
SILENCE = 20.0
"""Seconds without an event after which a server is asked how the scan stands."""
LOST_SECONDS = 5.0
"""How often it is looked whether the process of the scan is gone."""
RETRIES = 30
_ALIVE = "running,queued,pausing,paused,cancelling"


def watch_store(data_dir: Path | None, scan_id: str | None, following: Follower) -> ScanResource:
    """Until the scan ends; the scan then. Raise Failure or NotFound."""
    from cyberai.app.admission import tidy
    from cyberai.app.events import events_after
    from cyberai.app.resume_scan import found_so_far
    from cyberai.app.scans import get_scan, list_scans
    from cyberai.domain.ids import DEFAULT_WORKSPACE
    from cyberai.ports.repositories import ScanFilter

    async def watched(app: "App") -> ScanResource:
        where = ScanFilter(status=tuple(_ALIVE.split(",")))
        page = await list_scans(app, DEFAULT_WORKSPACE, where, limit=1, cursor=None)
        wanted = scan_id or (page.data[0].id if page.data else _nothing_runs())
        scan = await get_scan(app, DEFAULT_WORKSPACE, wanted)
        seq, found = await found_so_far(app, DEFAULT_WORKSPACE, wanted)
        following.start(found)
        following(_now(scan, app.clock.now()))
        looked_at = app.clock.monotonic()
        while not ScanStatus(scan.status).terminal:
            if app.clock.monotonic() - looked_at > LOST_SECONDS:
                # Where no server runs, nobody else ends the scan of a process that was killed.
                await tidy(app)
                looked_at = app.clock.monotonic()
            for event in await events_after(app, DEFAULT_WORKSPACE, seq, 500):
                seq = event.seq
                if event.scan_id == wanted:
                    following(Update(event.type.value, event.at, msgspec.json.decode(event.data)))
            await app.store.changed(TURN)
            scan = await get_scan(app, DEFAULT_WORKSPACE, wanted)
        return scan

    return on_existing_store(data_dir, watched)


def watch_server(
    url: str, key: str, ca_file: str | None, scan_id: str | None, following: Follower
) -> ScanResource:
    """The same over a server's API. The connection may break: events go on where they stopped."""
    if not url.startswith(("http://", "https://")):
        raise Failure(
            f"{url!r} is no address of a server", next_step="Write http://127.0.0.1:8080", code=ExitCode.USAGE
        )
    client = ApiClient(url, key, ca_file)
    try:
        page = client.call("GET", f"/v1/scans?limit=1&status={_ALIVE}")
        wanted = scan_id or (str(page["data"][0]["id"]) if page["data"] else _nothing_runs())
        return _Watch(client, wanted, following).run()
    except OSError as error:
        raise Failure(
            f"{client.base_url} does not answer",
            why=error.strerror or str(error),
            next_step="See that the server runs there and that nothing stands between",
        ) from error


class _Watch:
    def __init__(self, client: ApiClient, scan_id: str, following: Follower) -> None:
        self._client = client
        self._id = scan_id
        self._following = following
        self._seq: int | None = None
        self._failures = 0

    def run(self) -> ScanResource:
        while True:
            try:
                return self._watch()
            except (ConnectionError, ApiError) as error:
                gone = isinstance(error, ConnectionError) or error.status in (500, 502, 503)
                self._failures += 1
                if not gone or self._failures > RETRIES:
                    raise
                self._pause()

    def _watch(self) -> ScanResource:
        with self._client.events(self._seq) as frames:
            # Asked for once the stream is open: nothing falls between the two.
            scan = self._scan()
            self._failures = 0
            if self._seq is None:
                self._following.start(self._found())
            self._following(Update("scan.progress", _at(scan.updated_at), msgspec.to_builtins(scan)))
            quiet = 0.0
            while not ScanStatus(scan.status).terminal:
                try:
                    frame = frames.next(TURN)
                except TimeoutError:
                    quiet += TURN
                    if quiet >= SILENCE:
                        scan, quiet = self._scan(), 0.0
                    continue
                quiet = 0.0
                if self._take(frame) and frame["type"].startswith("scan."):
                    scan = msgspec.convert(frame["data"], ScanResource)
            return scan

    def _take(self, frame: dict[str, Any]) -> bool:
        if frame.get("type") == "resync" or "data" not in frame:
            return False
        self._seq = int(frame["seq"])
        data = frame["data"]
        if data.get("id") != self._id and data.get("scan_id") != self._id:
            return False
        self._following(Update(str(frame["type"]), _at(str(frame["timestamp"])), data))
        return True

    def _scan(self) -> ScanResource:
        return msgspec.convert(self._client.call("GET", f"/v1/scans/{self._id}"), ScanResource)

    def _found(self) -> int:
        """Findings so far; none for a key that may not read them: it hears of no further ones either."""
        try:
            page = self._client.call("GET", f"/v1/vulnerabilities?scan_id={self._id}&limit=1&include=total")
        except ApiError as error:
            if error.status != 403:
                raise
            return 0
        return int(page["total"])

    def _pause(self) -> None:
        import time

        time.sleep(1)


def verdict_of(scan: ScanResource) -> ExitCode:
    """OK for a complete, conclusive scan."""
    conclusive = isinstance(scan.verdict, Verdict) and scan.verdict.result is not VerdictResult.INCONCLUSIVE
    done = scan.status == ScanStatus.COMPLETED.value and conclusive
    return ExitCode.OK if done else ExitCode.INCOMPLETE


def _now(scan: ScanResource, at: int) -> Update:
    return Update("scan.progress", at, msgspec.to_builtins(scan))


def _at(text: str) -> int:
    return parse_time(text)


def _nothing_runs() -> str:
    raise Failure(
        "No scan is running",
        next_step="Name one that has ended to see how; cyberai findings list shows what was found",
        code=ExitCode.USAGE,
    )
