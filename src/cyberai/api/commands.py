"""What a WebSocket client may ask for: `{"action":"subscribe","scan_id":...}` and `unsubscribe`."""

from typing import Any

from cyberai.api.call import Call
from cyberai.api.frames import control_frame
from cyberai.api.interest import MOST_SCANS, Command, Interest
from cyberai.app.scans import get_scan
from cyberai.domain.errors import CyberAIError, InvalidRequest, StoreError


async def obey(call: Call, interest: Interest, command: Command | None) -> str:
    """Do it; the frame that answers: `subscribed` with the scans that are left, or `error`, also of what is no
    command (None)."""
    try:
        if command is None:
            raise InvalidRequest(
                "Not a command",
                reason='Send one JSON object as text, such as {"action":"subscribe","scan_id":"scan_..."}',
            )
        await _change(call, interest, command)
    except CyberAIError as error:
        data: dict[str, Any] = {"code": error.code.value, "message": error.message, "details": error.details}
        return control_frame(call.app, "error", interest.seq, data)
    except StoreError:
        data = {"code": "unavailable", "message": "The store cannot be used at present", "details": {}}
        return control_frame(call.app, "error", interest.seq, data)
    return control_frame(call.app, "subscribed", interest.seq, {"scan_ids": list(interest.scans)})


async def _change(call: Call, interest: Interest, command: Command) -> None:
    scan_id = command.scan_id
    if scan_id is not None and not isinstance(scan_id, str):
        raise InvalidRequest("Invalid command", field="scan_id", reason="Must be the id of a scan")
    match command.action:
        case "subscribe" if scan_id is not None:
            if scan_id not in interest.scans and len(interest.scans) >= MOST_SCANS:
                raise InvalidRequest(
                    "Too many subscriptions",
                    field="scan_id",
                    reason=f"Subscribe to at most {MOST_SCANS} scans; unsubscribe from all for every event",
                )
            await get_scan(call.app, call.workspace, scan_id)
            interest.scans[scan_id] = None
        case "unsubscribe" if scan_id is not None:
            interest.scans.pop(scan_id, None)
        case "subscribe" | "unsubscribe":
            interest.scans.clear()
        case _:
            raise InvalidRequest(
                "Unknown action", field="action", reason="Must be one of: subscribe, unsubscribe"
            )
