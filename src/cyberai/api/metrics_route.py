"""`/metrics`: outside /v1, without a key unless the operator wants one."""

from cyberai import __version__
from cyberai.api.call import Call
from cyberai.api.envelope import no_such_route
from cyberai.api.incoming import key_of
from cyberai.api.metrics import MEDIA_TYPE, Family
from cyberai.api.reply import Reply
from cyberai.api.routes import Answer, Route
from cyberai.app.keys import authenticate
from cyberai.domain.errors import ErrorCode, Unauthorized
from cyberai.domain.ids import SYSTEM
from cyberai.domain.scan import ScanStatus
from cyberai.ports.store import Tx


async def metrics(call: Call) -> Reply:
    """GET /metrics."""
    await _admit(call)
    app, live = call.app, call.live
    now = app.clock.now()

    def load(tx: Tx) -> tuple[dict[ScanStatus, int], int | None, int, int]:
        return (
            tx.scans.open_counts(),
            tx.scans.queued_since(),
            tx.workers.live_slots(now),
            tx.scans.count_active(),
        )

    counts, since, slots, busy = await app.store.read(SYSTEM, load)
    open_states = [status for status in ScanStatus if not status.terminal]
    waited = max(0.0, (now - since) / 1_000_000) if since is not None else 0.0
    families = [
        Family("cyberai_build_info", "gauge", "The version that runs.", [({"version": __version__}, 1)]),
        Family(
            "cyberai_scans",
            "gauge",
            "Scans that have not ended, by state.",
            [({"status": status.value}, counts.get(status, 0)) for status in open_states],
        ),
        _one("cyberai_queue_age_seconds", "gauge", "How long the oldest queued scan has waited.", waited),
        _one("cyberai_worker_slots", "gauge", "Slots of live workers.", slots),
        _one("cyberai_worker_slots_used", "gauge", "Slots that scans have taken.", busy),
        _one("cyberai_store_commits_total", "counter", "Commits of the API process.", app.store.commits),
        _one("cyberai_event_readers", "gauge", "Open WebSockets and event streams.", live.stream.readers),
        _one("cyberai_events_lag", "gauge", "Events that readers have yet to get.", await live.stream.lag()),
    ]
    return Reply(200, live.metrics.render(families), MEDIA_TYPE)


def _one(name: str, kind: str, help: str, value: float) -> Family:
    return Family(name, kind, help, [({}, value)])


async def _admit(call: Call) -> None:
    access = call.live.metrics_access
    if access == "off":
        raise no_such_route(call.path)
    if access == "key":
        key = key_of({"headers": list(call.headers.items())})
        if isinstance(key, Unauthorized):
            raise key
        await authenticate(call.app, key)


ROUTE = Route(
    method="GET",
    path="/metrics",
    handler=metrics,
    operation="getMetrics",
    summary="Counters in the text format of Prometheus",
    description="Needs an API key when the operator set `metrics` to `key`, and is not there when it is `off`.",
    tag="Operation",
    answer=Answer(media_type="text/plain", description="The counters", text="cyberai_worker_slots 2\n"),
    errors=(ErrorCode.UNAUTHORIZED, ErrorCode.KEY_EXPIRED, ErrorCode.NOT_FOUND),
)
