"""Hostile bytes as the body of the form of a new scan: a request the use case can judge, or InvalidRequest."""

from cyberai.api.query import pairs
from cyberai.app.requests import ScanRequest
from cyberai.domain.errors import InvalidRequest
from cyberai.web.scan_fields import scan_request


def fuzz_one(data: bytes) -> None:
    """The bytes are the whole body."""
    try:
        form = {name: value for name, value in pairs(data) if value.strip()}
        request = scan_request(form)
    except InvalidRequest:
        return
    assert isinstance(request, ScanRequest)
    assert request.target == form.get("target", "").strip() or "target" not in form
