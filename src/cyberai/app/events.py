"""Events: making them, reading them back, and the frame clients receive."""

import msgspec
from msgspec import Raw, Struct

from cyberai.app.context import App
from cyberai.app.resources import ScanResource, report_resource, scan_resource, vulnerability_resource
from cyberai.app.times import rfc3339_millis
from cyberai.domain.event import Event, EventType, NewEvent
from cyberai.domain.ids import EventId, ScanId, WorkspaceId
from cyberai.domain.report import Report
from cyberai.domain.scan import Scan
from cyberai.domain.vulnerability import Vulnerability


class Frame(Struct):
    """One message on the WebSocket."""

    id: str
    type: str
    timestamp: str
    seq: int
    data: Raw


_ENCODER = msgspec.json.Encoder()


def scan_event(app: App, type: EventType, scan: Scan, at: int) -> NewEvent:
    """An event whose data is the whole scan."""
    return shown_scan_event(app, type, scan_resource(scan), at)


def shown_scan_event(app: App, type: EventType, resource: ScanResource, at: int) -> NewEvent:
    """The same of a scan whose resource is there already."""
    data = Raw(_ENCODER.encode(resource))
    return NewEvent(EventId(app.ids.new("evt")), type, at, data, ScanId(resource.id))


def vulnerability_event(app: App, type: EventType, row: Vulnerability, at: int) -> NewEvent:
    """An event whose data is the whole vulnerability, without evidence."""
    data = Raw(_ENCODER.encode(vulnerability_resource(row)))
    return NewEvent(EventId(app.ids.new("evt")), type, at, data, row.scan_id)


def report_event(app: App, type: EventType, report: Report, at: int) -> NewEvent:
    """An event whose data is the report."""
    return NewEvent(EventId(app.ids.new("evt")), type, at, Raw(_ENCODER.encode(report_resource(report))))


async def events_after(app: App, workspace: WorkspaceId, seq: int, limit: int) -> list[Event]:
    """Events with a larger number, in order, at most `limit`."""
    return await app.store.read(workspace, lambda tx: tx.events.after(seq, limit))


async def head(app: App, workspace: WorkspaceId) -> int:
    """The newest number of the workspace; 0 when there is none."""
    return await app.store.read(workspace, lambda tx: tx.events.head())


async def oldest(app: App, workspace: WorkspaceId) -> int:
    """The oldest number kept; 0 when there is none."""
    return await app.store.read(workspace, lambda tx: tx.events.oldest())


def frame(event: Event) -> bytes:
    """The JSON text a client receives."""
    return _ENCODER.encode(frame_value(event))


def frame_value(event: Event) -> Frame:
    """The frame before it is encoded."""
    return Frame(event.id, event.type.value, rfc3339_millis(event.at), event.seq, event.data)
