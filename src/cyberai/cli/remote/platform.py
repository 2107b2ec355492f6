"""The platform of a server: what the commands ask, over its API."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, TypeVar

import msgspec

from cyberai import __version__
from cyberai.app.certificate_calendar import ExpiringCertificate
from cyberai.app.inventory_view import AssetChangeResource, AssetResource, services_shown
from cyberai.app.listing import ListPage
from cyberai.app.requests import AuthRequest, KeyRequest, ReportRequest, ScanRequest
from cyberai.app.resources import KeyResource, ScanResource, VulnerabilityResource
from cyberai.app.results import MOST_SERVICES, ScanResult, worst_first
from cyberai.app.retest_view import RetestResource
from cyberai.app.scan_diff import DiffResource
from cyberai.app.usage import MeResource
from cyberai.cli.platform import OnUpdate
from cyberai.cli.remote.failures import told
from cyberai.cli.remote.scanning import RemoteScan
from cyberai.cli.server_login import ServerLogin
from cyberai.domain.errors import NotFound
from cyberai.domain.report import CoverageRow
from cyberai_sdk import AsyncClient
from cyberai_sdk.options import CallOptions, RawResponse

T = TypeVar("T")

PAGE = 200
AT_ONCE = 4
"""Requests at a time for the evidence of findings."""
RETEST_SECONDS = 20
"""How long the server is asked to hold back its answer to the question whether a retest is done."""
_DONE = ("completed", "failed")


@asynccontextmanager
async def opened_server(login: ServerLogin) -> "AsyncIterator[RemotePlatform]":
    """The platform until the block ends; whatever the SDK raises in it becomes a Failure or the server's own error."""
    with told(login):
        async with AsyncClient(
            login.base_url,
            login.key,
            ca_file=login.ca_file,
            user_agent=f"cyberai-cli/{__version__}",
        ) as client:
            yield RemotePlatform(client, login)


class RemotePlatform:
    """A Platform over a server's API, in the workspace of the key."""

    def __init__(self, client: AsyncClient, login: ServerLogin) -> None:
        self._client = client
        self._login = login

    async def me(self) -> MeResource:
        """Whose key it is."""
        return await _as(MeResource, lambda call: self._client.account.me(call=call))

    async def scan(self, request: ScanRequest, on_update: OnUpdate) -> str:
        with told(self._login):
            return await RemoteScan(self._client, on_update).create(request)

    async def resume(self, scan_id: str, on_update: OnUpdate) -> str:
        return await RemoteScan(self._client, on_update).resume(_checked(scan_id))

    async def may_resume(self, scan_id: str) -> bool:  # noqa: ARG002 - a server goes on by itself
        return False

    async def watch(self, scan_id: str, on_update: OnUpdate) -> ScanResource:
        await RemoteScan(self._client, on_update).follow(_checked(scan_id))
        return await self._scan(scan_id)

    async def found_so_far(self, scan_id: str) -> int:
        return await RemoteScan(self._client, lambda _: None).found(_checked(scan_id))

    async def scans(
        self, *, limit: int, status: tuple[str, ...] = (), target: tuple[str, ...] = ()
    ) -> ListPage[ScanResource]:
        asked: dict[str, Any] = {"status": status or None, "target": ",".join(target) or None}
        return await _as(
            ListPage[ScanResource],
            lambda call: self._client.scans.list(limit=limit, **asked, call=call).first_page(),
        )

    async def result(self, scan_id: str, *, evidence: bool) -> ScanResult:
        scan = await self._scan(scan_id)
        rows = await self._found_by(scan_id)
        if evidence:
            turns = asyncio.Semaphore(AT_ONCE)
            rows = list(await asyncio.gather(*(self._in_turn(turns, row.id) for row in rows)))
        coverage = await _all(CoverageRow, lambda **page: self._client.scans.coverage(scan_id, **page))
        assets = await _all(
            AssetResource, lambda **page: self._client.scans.assets(scan_id, kind="service", **page)
        )
        return ScanResult(
            scan=scan,
            vulnerabilities=worst_first(rows),
            coverage=coverage,
            services=services_shown(assets)[:MOST_SERVICES],
        )

    async def diff(self, scan_id: str, against: str) -> DiffResource:
        diff, cursor = None, None
        while diff is None or cursor:
            page = await self._diff_page(scan_id, against, cursor)
            cursor = page.next_cursor if page.has_more else None
            if diff is None:
                diff = page
            else:
                diff.data += page.data
        diff.has_more, diff.next_cursor = False, None
        return diff

    async def rendered(self, request: ReportRequest, ignored: frozenset[str] = frozenset()) -> bytes:  # noqa: ARG002
        report = await self._client.reports.create(**_members(request))
        await self._client.reports.wait(report.id)
        file = BytesIO()
        await self._client.reports.download(report.id, file)
        return file.getvalue()

    async def findings(self, asked: dict[str, str], *, limit: int) -> ListPage[VulnerabilityResource]:
        given: dict[str, Any] = dict(asked)
        return await _as(
            ListPage[VulnerabilityResource],
            lambda call: self._client.vulnerabilities.list(limit=limit, **given, call=call).first_page(),
        )

    async def finding(self, id: str) -> VulnerabilityResource:
        return await _as(
            VulnerabilityResource, lambda call: self._client.vulnerabilities.get(_checked(id), call=call)
        )

    async def known_findings(self, scan_id: str) -> frozenset[str]:
        await self._scan(scan_id)
        return frozenset(row.id for row in await self._found_by(scan_id))

    async def decide(self, id: str, members: dict[str, Any]) -> VulnerabilityResource:
        return await _as(
            VulnerabilityResource,
            lambda call: self._client.vulnerabilities.update(_checked(id), **members, call=call),
        )

    async def retest(self, id: str, login: AuthRequest | None) -> RetestResource:  # noqa: ARG002 - refused before
        vulnerabilities = self._client.vulnerabilities
        done = await _as(
            RetestResource,
            lambda call: vulnerabilities.retest(_checked(id), prefer_wait=RETEST_SECONDS, call=call),
        )
        while done.status not in _DONE:
            done = await _as(
                RetestResource,
                lambda call: vulnerabilities.get_retest(id, prefer_wait=RETEST_SECONDS, call=call),
            )
        return done

    async def assets(self, asked: dict[str, str], *, limit: int) -> ListPage[AssetResource]:
        given: dict[str, Any] = dict(asked)
        return await _as(
            ListPage[AssetResource],
            lambda call: self._client.assets.list(limit=limit, **given, call=call).first_page(),
        )

    async def asset(self, id: str) -> AssetResource:
        return await _as(AssetResource, lambda call: self._client.assets.get(id, call=call))

    async def expiring(self, asked: dict[str, str], *, limit: int) -> ListPage[ExpiringCertificate]:
        given: dict[str, Any] = dict(asked)
        return await _as(
            ListPage[ExpiringCertificate],
            lambda call: self._client.assets.expiring(limit=limit, **given, call=call).first_page(),
        )

    async def asset_changes(self, asked: dict[str, str], *, limit: int) -> ListPage[AssetChangeResource]:
        given: dict[str, Any] = dict(asked)
        return await _as(
            ListPage[AssetChangeResource],
            lambda call: self._client.assets.changes(limit=limit, **given, call=call).first_page(),
        )

    async def keys(self) -> list[KeyResource]:
        return await _all(KeyResource, lambda **page: self._client.api_keys.list(**page))

    async def create_key(self, request: KeyRequest) -> KeyResource:
        members = _members(request)
        return await _as(KeyResource, lambda call: self._client.api_keys.create(**members, call=call))

    async def revoke_key(self, id: str) -> KeyResource:
        return await _as(KeyResource, lambda call: self._client.api_keys.revoke(_checked(id), call=call))

    async def _scan(self, scan_id: str) -> ScanResource:
        return await _as(ScanResource, lambda call: self._client.scans.get(_checked(scan_id), call=call))

    async def _found_by(self, scan_id: str) -> list[VulnerabilityResource]:
        return await _all(
            VulnerabilityResource, lambda **page: self._client.scans.vulnerabilities(scan_id, **page)
        )

    async def _in_turn(self, turns: asyncio.Semaphore, id: str) -> VulnerabilityResource:
        async with turns:
            return await self.finding(id)

    async def _diff_page(self, scan_id: str, against: str, cursor: str | None) -> DiffResource:
        return await _as(
            DiffResource,
            lambda call: self._client.scans.diff(
                _checked(scan_id), against=against, limit=PAGE, cursor=cursor, call=call
            ).first_page(),
        )


async def _as(kind: type[T], ask: Callable[[CallOptions], Coroutine[Any, Any, object]]) -> T:
    """What the SDK was answered, as the resource that the local commands print: byte for byte the same."""
    answers: list[RawResponse] = []
    await ask(CallOptions(on_response=answers.append))
    return answers[-1].parse(kind)


async def _all(kind: type[T], ask: Callable[..., Any]) -> list[T]:
    """Every member of a list, through all its pages."""
    found: list[T] = []
    cursor: str | None = None
    while True:
        page = await _page(kind, ask, cursor)
        found += page.data
        if not page.has_more or page.next_cursor in (None, cursor):
            return found
        cursor = page.next_cursor


async def _page(kind: type[T], ask: Callable[..., Any], cursor: str | None) -> ListPage[T]:
    pages: type[ListPage[T]] = ListPage[kind]  # type: ignore[valid-type]
    return await _as(pages, lambda call: ask(limit=PAGE, cursor=cursor, call=call).first_page())


def _members(request: msgspec.Struct) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(request)
    return members


def _checked(id: str) -> str:
    """The id; raise NotFound for what would be another path."""
    if id in ("", ".", ".."):
        raise NotFound(
            f"There is nothing with the id {id!r}", field="id", reason="Use an id that a list shows"
        )
    return id
