"""The client: `Client` here, `AsyncClient` in `cyberai_sdk.async_client`; both have the same methods."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx2

from cyberai_sdk import _resources as resources
from cyberai_sdk._build import calls_for, http_settings
from cyberai_sdk._download import Download
from cyberai_sdk._event_values import concerns
from cyberai_sdk._events import EventStream
from cyberai_sdk._files import Destination
from cyberai_sdk._requests import Arguments, Operation
from cyberai_sdk._sync_caller import Caller, Pages
from cyberai_sdk._waiting import wait_for_report, wait_for_scan
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


class Events(resources.Events):
    """`client.events`."""

    def stream(
        self, after_seq: int | None = None, *, scan_id: str | None = None, call: CallOptions | None = None
    ) -> Iterator[Event]:
        """Events as they happen, from after number `after_seq` or from now on, each once, without end.

        A connection that breaks is made again from the last event. Where the server does not keep events as old as
        `after_seq`, an event of type `resync` comes first: read the state again. `scan_id` leaves out what is about
        other scans. It raises when the key is refused or the server stays away.
        """
        for event in self._caller.walk(EventStream(self._caller.calls, call).follow(after_seq)):
            if scan_id is None or concerns(event, scan_id):
                yield event


class Reports(resources.Reports):
    """`client.reports`."""

    def download(
        self, id: str, to: str | os.PathLike[str] | BinaryIO, *, call: CallOptions | None = None
    ) -> int:
        """Write a report's file to a path or an open binary file, in pieces; the number of bytes.

        A path appears only when it is complete. A connection that breaks is taken up where it broke.
        """
        with Destination(to) as destination:
            flow = Download(self._caller.calls, id, call).pieces()
            return self._caller.run(flow, destination.write)

    def wait(
        self,
        id: str,
        timeout: float | None = None,
        on_progress: Callable[[Report], object] | None = None,
        *,
        check: bool = True,
    ) -> Report:
        """The report once it is made; raise ReportFailed (unless `check` is False), WaitTimedOut."""
        report = self._caller.run(wait_for_report(self._caller.calls, id, timeout), on_progress)
        if check and report.status is not ReportStatus.COMPLETED:
            raise ReportFailed(report)
        return report


class Scans(resources.Scans):
    """`client.scans`."""

    def wait(
        self,
        id: str,
        timeout: float | None = None,
        on_progress: Callable[[Scan], object] | None = None,
        *,
        check: bool = True,
        live: bool = True,
    ) -> Scan:
        """The scan once it has ended; `on_progress` sees each state on the way.

        Over the event stream, else (or with `live=False`) by looking every two seconds. Raise ScanFailed where it did not complete (unless
        `check` is False), WaitTimedOut after `timeout` seconds.
        """
        scan = self._caller.run(wait_for_scan(self._caller.calls, id, timeout, live), on_progress)
        if check and scan.status is not ScanStatus.COMPLETED:
            raise ScanFailed(scan)
        return scan


class Client:
    """A Cyber AI server and your key.

    What is not given comes from the environment (`CYBERAI_BASE_URL`, `CYBERAI_API_KEY`), else from the profile
    (`CYBERAI_PROFILE` or the default one of `~/.config/cyberai/profiles.json`), else it is http://127.0.0.1:8080/v1.

    `timeout` is in seconds for each try; `ca_file` names the certificates that are trusted instead of the system's (by default the profile's);
    `transport` takes a `cyberai_sdk.testing.FakeServer` in tests. Safe to share between threads. Its
    connections are given back by `close`, at the end of a `with` block, or when nothing uses it any more.
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
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        calls = calls_for(base_url, api_key, profile, timeout, retry, limits, user_agent)
        self._http = httpx2.Client(transport=transport, **http_settings(calls.client.server, ca_file))
        self._caller = Caller(calls, self._http)
        # Not of the client: a list that is being read outlives `Client().scan(...).wait().vulnerabilities()`.
        self._close = weakref.finalize(self._caller, self._http.close)
        self.base_url = calls.client.server.base_url
        self.scans = Scans(self._caller)
        self.vulnerabilities = resources.Vulnerabilities(self._caller)
        self.reports = Reports(self._caller)
        self.assets = resources.Assets(self._caller)
        self.api_keys = resources.ApiKeys(self._caller)
        self.account = resources.Account(self._caller)
        self.events = Events(self._caller)
        self.system = resources.System(self._caller)

    def scan(self, target: str, **members: Any) -> ScanHandle:
        """Start a scan; `members` are those of `scans.create`. `client.scan("example.com").wait().vulnerabilities()`"""
        return ScanHandle(self, self.scans.create(target=target, **members))

    def request(
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
        return self._caller.raw(operation, Arguments(query=query, body=body), call)

    def close(self) -> None:
        """Give the connections back."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"


class ScanHandle:
    """A scan that was started, and what one does with it. `scan` is its last known state."""

    def __init__(self, client: Client, scan: Scan) -> None:
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

    def wait(
        self,
        timeout: float | None = None,
        on_progress: Callable[[Scan], object] | None = None,
        *,
        check: bool = True,
        live: bool = True,
    ) -> ScanHandle:
        """This handle once the scan has ended; see `client.scans.wait`."""
        self.scan = self._client.scans.wait(self.id, timeout, on_progress, check=check, live=live)
        return self

    def refresh(self) -> ScanHandle:
        """This handle with the scan's state as it is now."""
        self.scan = self._client.scans.get(self.id)
        return self

    def cancel(self) -> ScanHandle:
        """Cancel the scan; what it found stays."""
        self.scan = self._client.scans.cancel(self.id)
        return self

    def vulnerabilities(self, **filters: Any) -> Pages[VulnerabilityPage, Vulnerability]:
        """What it found; `filters` are those of `scans.vulnerabilities`."""
        return self._client.scans.vulnerabilities(self.id, **filters)

    def events(self) -> Iterator[Event]:
        """What happens to it, as it happens."""
        return self._client.events.stream(scan_id=self.id)

    def report(self, to: str | Path, format: str | None = None, **members: Any) -> Report:
        """Make a report, wait for it and write it to a file; the format comes from the file's suffix."""
        wanted = format or Path(to).suffix.removeprefix(".") or "json"
        made = self._client.reports.create(scan_id=self.id, format=FORMATS.get(wanted, wanted), **members)
        report = self._client.reports.wait(made.id)
        self._client.reports.download(report.id, to)
        return report

    def __repr__(self) -> str:
        return f"ScanHandle({self.id!r}, {self.scan.status.value})"


FORMATS = {"md": "markdown", "htm": "html", "junit.xml": "junit"}
"""Suffix of a file -> the API's word for the format, where they differ."""
