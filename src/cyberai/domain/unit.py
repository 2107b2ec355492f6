"""Units of work and the shards that hold them. The table of units is the frontier: no other checkpoint."""

import hashlib
from enum import IntEnum

from msgspec import Struct

from cyberai.domain.asset import Asset
from cyberai.domain.change import Change
from cyberai.domain.check import CheckOutcome
from cyberai.domain.ids import ScanId, ShardId, WorkspaceId
from cyberai.domain.inventory import CertificateFacts
from cyberai.domain.service import ServiceFact
from cyberai.domain.tls.assessment import TlsAssessment


class Stage(IntEnum):
    """Stages in the order in which a shard works through them: all units of a lower one come first."""

    DISCOVER = 10
    """Which ports are open."""
    IDENTIFY = 20
    """What speaks there: HTTP, TLS, another protocol."""
    CRAWL = 30
    """Fetch a request, look at the page (page checks run here), find further requests."""
    REVISIT = 35
    """Look for what the scan itself has stored on the site, and test what shows it."""
    CHECK = 40
    """Run the active checks on an asset."""
    MEASURE = 50
    """Run a check again that has to measure times, with nothing else going on."""


class Unit(Struct, frozen=True):
    """One asset x one stage. `id` is derived from both, so that the same work found twice is one row."""

    stage: Stage
    asset: Asset
    depth: int = 0

    @property
    def id(self) -> str:
        """32 hex characters of SHA-256 over stage and asset key."""
        return hashlib.sha256(f"{int(self.stage)}|{self.asset.key}".encode()).hexdigest()[:32]


class UnitCounts(Struct, frozen=True):
    """How many units of a stage are known and done."""

    stage: Stage
    total: int
    done: int


class UnitResult(Struct, frozen=True):
    """What came of a unit: stored in one transaction with its outcomes, findings and newly found units.

    `requests` counts requests sent; `urls` counts distinct URLs fetched. `failure` is a transport reason when
    the whole unit could not be done (the entry page of the target was unreachable, for instance). `notes` are for the
    scan's log: what happened to the login meanwhile. `changes` is what was seen to be created or changed on the target
    since the last result. `certificates` are those that the unit's port presented, the server's own first. `services`
    is what was recognised on a port, `tls` what was measured of one that speaks TLS.
    """

    unit: Unit
    outcomes: tuple[CheckOutcome, ...] = ()
    found: tuple[Unit, ...] = ()
    requests: int = 0
    urls: int = 0
    failure: str = ""
    detail: str = ""
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    certificates: tuple[CertificateFacts, ...] = ()
    services: tuple[ServiceFact, ...] = ()
    tls: TlsAssessment | None = None


SIFTED = 1
"""The `not_before` of a shard whose host is known to answer: any time is late enough."""


class Shard(Struct, frozen=True):
    """The part of a scan that one worker does at a time: one host. `not_before` is UTC microseconds."""

    id: ShardId
    workspace: WorkspaceId
    scan_id: ScanId
    host: str
    not_before: int = 0


class Reserved(Struct, frozen=True):
    """A shard that nobody else may claim until its time is up, without anybody working on it as a whole."""

    shard: Shard
    fence: int


class Lease(Struct, frozen=True):
    """The right to work on a shard until it expires. `fence` grows with every claim; a write whose fence is
    not the shard's current one rolls back (Kleppmann's fencing token)."""

    shard: Shard
    owner: str
    fence: int
    resumed: bool = False
    """True when an earlier holder lost this shard: its in-flight units are being repeated."""
