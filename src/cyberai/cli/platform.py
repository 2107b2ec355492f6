"""What the commands ask of Cyber AI: the same of this machine's store and of a server, so that they print the same."""

from collections.abc import Callable
from typing import Any, Protocol

from cyberai.app.certificate_calendar import ExpiringCertificate
from cyberai.app.inventory_view import AssetChangeResource, AssetResource
from cyberai.app.listing import ListPage
from cyberai.app.requests import AuthRequest, KeyRequest, ReportRequest, ScanRequest
from cyberai.app.resources import KeyResource, ScanResource, VulnerabilityResource
from cyberai.app.results import ScanResult
from cyberai.app.retest_view import RetestResource
from cyberai.app.scan_diff import DiffResource
from cyberai.cli.following import Update

OnUpdate = Callable[[Update], None]


class Scans(Protocol):
    """Scans: run, followed, listed, compared. Every method that takes an id raises NotFound."""

    async def scan(self, request: ScanRequest, on_update: OnUpdate) -> str:
        """Run a scan to its end; its id. Cancelling this cancels the scan, which keeps what it found, and re-raises."""
        ...

    async def resume(self, scan_id: str, on_update: OnUpdate) -> str:
        """Go on with a scan, to its end, as above; raise Conflict where there is nothing to go on with."""
        ...

    async def may_resume(self, scan_id: str) -> bool:
        """Whether `cyberai scan --resume` may go on with it, now or once nobody works on it."""
        ...

    async def watch(self, scan_id: str, on_update: OnUpdate) -> ScanResource:
        """Follow a scan of others until it ends; cancelling this leaves the scan alone."""
        ...

    async def found_so_far(self, scan_id: str) -> int:
        """Findings of the scan until now."""
        ...

    async def scans(
        self, *, limit: int, status: tuple[str, ...] = (), target: tuple[str, ...] = ()
    ) -> ListPage[ScanResource]:
        """The newest scans first."""
        ...

    async def result(self, scan_id: str, *, evidence: bool) -> ScanResult:
        """Everything about a scan; the evidence where it is asked for, and perhaps where not."""
        ...

    async def diff(self, scan_id: str, against: str) -> DiffResource:
        """What became of the findings, whole."""
        ...

    async def rendered(self, request: ReportRequest, ignored: frozenset[str] = frozenset()) -> bytes:
        """The file of a report, in which the findings `ignored` (ids) carry that tag."""
        ...


class Findings(Protocol):
    """What scans have found, and what people decide about it."""

    async def findings(self, asked: dict[str, str], *, limit: int) -> ListPage[VulnerabilityResource]:
        """A list; `asked` are query parameters of GET /v1/vulnerabilities. Raise InvalidRequest."""
        ...

    async def finding(self, id: str) -> VulnerabilityResource:
        """One with its evidence."""
        ...

    async def known_findings(self, scan_id: str) -> frozenset[str]:
        """The ids of what a scan saw."""
        ...

    async def decide(self, id: str, members: dict[str, Any]) -> VulnerabilityResource:
        """Change one; `members` are those of PATCH /v1/vulnerabilities/{id}. Raise InvalidRequest, Conflict."""
        ...

    async def retest(self, id: str, login: AuthRequest | None) -> RetestResource:
        """Repeat the proof and store what it says; the retest once it is done."""
        ...


class Assets(Protocol):
    """The inventory; `asked` are query parameters of GET /v1/assets, /v1/assets/expiring and /v1/assets/changes, which
    raise InvalidRequest."""

    async def assets(self, asked: dict[str, str], *, limit: int) -> ListPage[AssetResource]:
        """Assets, the newest first."""
        ...

    async def asset(self, id: str) -> AssetResource:
        """One asset; raise NotFound."""
        ...

    async def expiring(self, asked: dict[str, str], *, limit: int) -> ListPage[ExpiringCertificate]:
        """Certificates that services present, the first to end first."""
        ...

    async def asset_changes(self, asked: dict[str, str], *, limit: int) -> ListPage[AssetChangeResource]:
        """Changes, the newest first."""
        ...


class Keys(Protocol):
    """API keys."""

    async def keys(self) -> list[KeyResource]:
        """All, the newest first."""
        ...

    async def create_key(self, request: KeyRequest) -> KeyResource:
        """A new one, with its secret; raise InvalidRequest."""
        ...

    async def revoke_key(self, id: str) -> KeyResource:
        """One that is no longer good; raise NotFound."""
        ...


class Platform(Scans, Findings, Assets, Keys, Protocol):
    """All of it."""
