"""Vulnerabilities counted by what they can be filtered by."""

from enum import StrEnum

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.listing import MOST_COUNTED
from cyberai.domain.finding import Tier
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, VulnerabilityStatus
from cyberai.ports.facets import DIMENSIONS, FacetTally
from cyberai.ports.repositories import VulnerabilityFilter

_CLOSED: dict[str, type[StrEnum]] = {
    "severity": Severity,
    "status": VulnerabilityStatus,
    "detection": Detection,
    "tier": Tier,
}
"""Dimensions whose values are known beforehand: each is given, in their own order, with 0 where there is none."""


class FacetValue(Struct, kw_only=True):
    """A value and how many vulnerabilities have it."""

    value: str
    count: int


class FacetResource(Struct, kw_only=True):
    """The values of one dimension. `is_capped`: not everything was counted, each count is at least so many;
    `has_more`: only the most frequent values are given."""

    values: list[FacetValue]
    is_capped: bool
    has_more: bool


class FacetsResource(Struct, kw_only=True):
    """How many vulnerabilities match, the risk of these together (null where not all were counted), and how many of
    them have which value. With `target` it is the target's risk as it is now."""

    total: int
    total_is_capped: bool
    risk_score: float | None
    severity: FacetResource
    status: FacetResource
    detection: FacetResource
    tier: FacetResource
    type: FacetResource
    check_id: FacetResource
    target: FacetResource


async def vulnerability_facets(
    app: App, workspace: WorkspaceId, where: VulnerabilityFilter
) -> FacetsResource:
    """The counts of what matches."""
    counts = await app.store.read(workspace, lambda tx: tx.vulnerabilities.facets(where, MOST_COUNTED))
    return FacetsResource(
        total=counts.total,
        total_is_capped=counts.capped,
        risk_score=counts.risk,
        **{name: _resource(name, counts.by[name]) for name in DIMENSIONS},
    )


def _resource(name: str, tally: FacetTally) -> FacetResource:
    values = tally.values
    if name in _CLOSED:
        known = dict(values)
        values = tuple((member.value, known.get(member.value, 0)) for member in _CLOSED[name])
    return FacetResource(
        values=[FacetValue(value=value, count=n) for value, n in values],
        is_capped=tally.capped,
        has_more=tally.more,
    )
