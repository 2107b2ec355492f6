"""The async client, on asyncio or trio: the methods of `Client`, awaited."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx2

from cyberai_sdk import _async_resources as resources
from cyberai_sdk._async_caller import AsyncCaller, AsyncPages
from cyberai_sdk._build import calls_for, http_settings
from cyberai_sdk._download import Download
from cyberai_sdk._event_values import concerns
from cyberai_sdk._events import EventStream
from cyberai_sdk._files import Destination
from cyberai_sdk._requests import Arguments, Operation
from cyberai_sdk._waiting import wait_for_report, wait_for_scan
from cyberai_sdk.client import FORMATS
from cyberai_sdk.errors import ReportFailed, ScanFailed
from cyberai_sdk.models import (
    Event,
    Report,
    ReportStatus,
    Scan,
    ScanStatus,
    VerdictResult,
    Vulnerability,
    VulnerabilityPage,
)
from cyberai_sdk.options import CallOptions, Limits, RawResponse, RetryPolicy


class AsyncEvents(resources.AsyncEvents):
    """`client.events`."""

    async def stream(
        self, after_seq: int | None = None, *, scan_id: str | None = None, call: CallOptions | None = None
    ) -> AsyncIterator[Event]:
        """Events as they happen, from after number `after_seq` or from now on, each once, without end.

        A connection that breaks is made again from the last event. Where the server does not keep events as old as
        `after_seq`, an event of type `resync` comes first: read the state again. `scan_id` leaves out what is about
        other scans. It raises when the key is refused or the server stays away.
        """
        flow = EventStream(self._caller.calls, call).follow(after_seq)
        async with aclosing(self._caller.walk(flow)) as events:
            async for event in events:
                if scan_id is None or concerns(event, scan_id):
                    yield event


class AsyncReports(resources.AsyncReports):
    """`client.reports`."""

    async def download(
        self, id: str, to: str | os.PathLike[str] | BinaryIO, *, call: CallOptions | None = None
    ) -> int:
        """Write a report's file to a path or an open binary file, in pieces; the number of bytes.

        A path appears only when it is complete. A connection that breaks is taken up where it broke.
        """
        with Destination(to) as destination:
            flow = Download(self._caller.calls, id, call).pieces()
            return await self._caller.run(flow, destination.write)

    async def wait(
        self,
        id: str,
        timeout: float | None = None,
        on_progress: Callable[[Report], object] | None = None,
        *,
        check: bool = True,
    ) -> Report:
        """The report once it is made; raise ReportFailed (unless `check` is False), WaitTimedOut."""
        report = await self._caller.run(wait_for_report(self._caller.calls, id, timeout), on_progress)
        if check and report.status is not ReportStatus.COMPLETED:
            raise ReportFailed(report)
        return report


class AsyncScans(resources.AsyncScans):
    """`client.scans`."""

    async def wait(
        self,
        id: str,
        timeout: float | None = None,
        on_progress: Callable[[Scan], object] | None = None,
        *,
        check: bool = True,
        live: bool = True,
    ) -> Scan:
        """The scan once it has ended; `on_progress`, a function or a coroutine function, sees each state.

        Over the event stream, else (or with `live=False`) by looking every two seconds. Raise ScanFailed where it did not complete (unless
        `check` is False), WaitTimedOut after `timeout` seconds.
        """
        scan = await self._caller.run(wait_for_scan(self._caller.calls, id, timeout, live), on_progress)
        if check and scan.status is not ScanStatus.COMPLETED:
            raise ScanFailed(scan)
        return scan


class AsyncClient:
    """A Cyber AI server and your key.

    What is not given comes from the environment (`CYBERAI_BASE_URL`, `CYBERAI_API_KEY`), else from the profile
    (`CYBERAI_PROFILE` or the default one of `~/.config/cyberai/profiles.json`), else it is http://127.0.0.1:8080/v1.

    `timeout` is in seconds for each try; `ca_file` names the certificates that are trusted instead of the system's (by default the profile's);
    `transport` takes a `cyberai_sdk.testing.FakeServer` in tests. Close it, or use it as an async context manager.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        profile: str | None = None,
        timeout: float = 30.0,
        retry: RetryPolicy | None = None,
        limits: Limits | None = None,
        user_agent: str = "",
        ca_file: str | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        calls = calls_for(base_url, api_key, profile, timeout, retry, limits, user_agent)
        self._http = httpx2.AsyncClient(transport=transport, **http_settings(calls.client.server, ca_file))
        self._caller = AsyncCaller(calls, self._http)
        self.base_url = calls.client.server.base_url
        self.scans = AsyncScans(self._caller)
        self.vulnerabilities = resources.AsyncVulnerabilities(self._caller)
        self.reports = AsyncReports(self._caller)
        self.assets = resources.AsyncAssets(self._caller)
        self.api_keys = resources.AsyncApiKeys(self._caller)
        self.account = resources.AsyncAccount(self._caller)
        self.events = AsyncEvents(self._caller)
        self.system = resources.AsyncSystem(self._caller)

    async def scan(self, target: str, **members: Any) -> AsyncScanHandle:
        """Start a scan; `members` are those of `scans.create`."""
        return AsyncScanHandle(self, await self.scans.create(target=target, **members))

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        call: CallOptions | None = None,
    ) -> RawResponse:
        """Any request, such as `client.request("GET", "/v1/scans", query={"fields": "id"})`; the answer as it came.

        Retries, limits and errors are the same as everywhere.
        """
        operation = Operation("request", method.upper(), path)
        return await self._caller.raw(operation, Arguments(query=query, body=body), call)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self.base_url!r})"


class AsyncScanHandle:
    """A scan that was started, and what one does with it. `scan` is its last known state."""

    def __init__(self, client: AsyncClient, scan: Scan) -> None:
        self._client = client
        self.scan = scan

    @property
    def id(self) -> str:
        """The scan's id."""
        return self.scan.id

    @property
    def status(self) -> ScanStatus:
        """The last known one; see `refresh`."""
        return self.scan.status

    @property
    def verdict(self) -> VerdictResult | None:
        """`pass`, `fail` or `inconclusive`; None until the scan has ended."""
        return self.scan.verdict.result if self.scan.verdict is not None else None

    async def wait(
        self,
        timeout: float | None = None,
        on_progress: Callable[[Scan], object] | None = None,
        *,
        check: bool = True,
        live: bool = True,
    ) -> AsyncScanHandle:
        """This handle once the scan has ended; see `client.scans.wait`."""
        self.scan = await self._client.scans.wait(self.id, timeout, on_progress, check=check, live=live)
        return self

    async def refresh(self) -> AsyncScanHandle:
        """This handle with the scan's state as it is now."""
        self.scan = await self._client.scans.get(self.id)
        return self

    async def cancel(self) -> AsyncScanHandle:
        """Cancel the scan; what it found stays."""
        self.scan = await self._client.scans.cancel(self.id)
        return self

    def vulnerabilities(self, **filters: Any) -> AsyncPages[VulnerabilityPage, Vulnerability]:
        """What it found; `filters` are those of `scans.vulnerabilities`."""
        return self._client.scans.vulnerabilities(self.id, **filters)

    def events(self) -> AsyncIterator[Event]:
        """What happens to it, as it happens."""
        return self._client.events.stream(scan_id=self.id)

    async def report(self, to: str | Path, format: str | None = None, **members: Any) -> Report:
        """Make a report, wait for it and write it to a file; the format comes from the file's suffix."""
        wanted = format or Path(to).suffix.removeprefix(".") or "json"
        made = await self._client.reports.create(
            scan_id=self.id, format=FORMATS.get(wanted, wanted), **members
        )
        report = await self._client.reports.wait(made.id)
        await self._client.reports.download(report.id, to)
        return report

    def __repr__(self) -> str:
        return f"AsyncScanHandle({self.id!r}, {self.scan.status.value})"
