"""The platform of this machine: its use cases over its own store, in this process."""

import os
from typing import Any

import msgspec

from cyberai.api.assets import wanted as wanted_assets
from cyberai.api.assets import wanted_changes, wanted_expiring
from cyberai.api.query import Query
from cyberai.api.vulnerabilities import wanted
from cyberai.app import keys, results, resume_scan, run_scan, vulnerabilities
from cyberai.app.certificate_calendar import FIRST_ENDING, ExpiringCertificate, list_expiring
from cyberai.app.context import App
from cyberai.app.inventory_view import (
    AssetChangeResource,
    AssetResource,
    get_asset,
    list_assets,
    list_changes,
)
from cyberai.app.listing import Asked, ListPage
from cyberai.app.rendered import rendered_report
from cyberai.app.requests import AuthRequest, KeyRequest, ReportRequest, ScanRequest, VulnerabilityPatch
from cyberai.app.resources import KeyResource, ScanResource, VulnerabilityResource
from cyberai.app.retest_view import RetestResource
from cyberai.app.retest_work import retest_now
from cyberai.app.scan_diff import DiffResource, scan_diff
from cyberai.app.scans import list_scans
from cyberai.cli.following import Update
from cyberai.cli.platform import OnUpdate
from cyberai.cli.watching import watch_store
from cyberai.domain.event import Event
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.repositories import ScanFilter


class LocalPlatform:
    """A Platform over an open store, in one workspace."""

    def __init__(self, app: App, workspace: WorkspaceId) -> None:
        self._app = app
        self._space = workspace

    async def scan(self, request: ScanRequest, on_update: OnUpdate) -> str:
        ended = await run_scan.scan_in_process(
            self._app, self._space, request, owner=self._owner(), on_event=_told_to(on_update)
        )
        return ended.id

    async def resume(self, scan_id: str, on_update: OnUpdate) -> str:
        ended = await resume_scan.resume_in_process(
            self._app, self._space, scan_id, owner=self._owner(), on_event=_told_to(on_update)
        )
        return ended.id

    async def may_resume(self, scan_id: str) -> bool:
        return await resume_scan.may_resume(self._app, self._space, scan_id)

    async def watch(self, scan_id: str, on_update: OnUpdate) -> ScanResource:
        return await watch_store(self._app, self._space, scan_id, on_update)

    async def found_so_far(self, scan_id: str) -> int:
        return (await resume_scan.found_so_far(self._app, self._space, scan_id))[1]

    async def scans(
        self, *, limit: int, status: tuple[str, ...] = (), target: tuple[str, ...] = ()
    ) -> ListPage[ScanResource]:
        where = ScanFilter(status=status, target=target)
        return await list_scans(self._app, self._space, where, limit=limit, cursor=None)

    async def result(self, scan_id: str, *, evidence: bool) -> results.ScanResult:  # noqa: ARG002 - costs nothing here
        return await results.scan_result(self._app, self._space, scan_id)

    async def diff(self, scan_id: str, against: str) -> DiffResource:
        return await scan_diff(self._app, self._space, scan_id, against)

    async def rendered(self, request: ReportRequest, ignored: frozenset[str] = frozenset()) -> bytes:
        return (await rendered_report(self._app, self._space, request, ignored=ignored)).content

    async def findings(self, asked: dict[str, str], *, limit: int) -> ListPage[VulnerabilityResource]:
        query = Query(asked)
        where = wanted(query, query.texts("scan_id"))
        return await vulnerabilities.list_vulnerabilities(
            self._app, self._space, where, limit=limit, cursor=None, sort=query.sort()
        )

    async def finding(self, id: str) -> VulnerabilityResource:
        return await vulnerabilities.get_vulnerability(self._app, self._space, id)

    async def known_findings(self, scan_id: str) -> frozenset[str]:
        return await results.known_findings(self._app, self._space, scan_id)

    async def decide(self, id: str, members: dict[str, Any]) -> VulnerabilityResource:
        patch = VulnerabilityPatch(**members)
        return await vulnerabilities.update_vulnerability(self._app, self._space, id, patch, by=OPERATOR)

    async def retest(self, id: str, login: AuthRequest | None) -> RetestResource:
        return await retest_now(self._app, self._space, id, login)

    async def assets(self, asked: dict[str, str], *, limit: int) -> ListPage[AssetResource]:
        where = wanted_assets(Query(asked))
        return await list_assets(self._app, self._space, where, Asked(limit=limit))

    async def asset(self, id: str) -> AssetResource:
        return await get_asset(self._app, self._space, id)

    async def expiring(self, asked: dict[str, str], *, limit: int) -> ListPage[ExpiringCertificate]:
        wanted = Asked(limit=limit, sort=FIRST_ENDING)
        return await list_expiring(self._app, self._space, wanted_expiring(Query(asked)), wanted)

    async def asset_changes(self, asked: dict[str, str], *, limit: int) -> ListPage[AssetChangeResource]:
        where = wanted_changes(Query(asked))
        return await list_changes(self._app, self._space, where, Asked(limit=limit))

    async def keys(self) -> list[KeyResource]:
        return await keys.list_keys(self._app, self._space)

    async def create_key(self, request: KeyRequest) -> KeyResource:
        return await keys.create_key(self._app, self._space, request)

    async def revoke_key(self, id: str) -> KeyResource:
        return await keys.revoke_key(self._app, self._space, id)

    def _owner(self) -> str:
        return f"cli-{os.getpid()}-{self._app.rng.letters(8)}"


def _told_to(on_update: OnUpdate) -> Any:
    def on_event(event: Event) -> None:
        on_update(
            Update(event.type.value, event.at, msgspec.json.decode(event.data), str(event.scan_id or ""))
        )

    return on_event
