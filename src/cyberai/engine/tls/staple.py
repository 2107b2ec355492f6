"""What a stapled OCSP response says (RFC 6960)."""

from datetime import UTC, datetime

from cryptography.x509 import ocsp

from cyberai.checkkit.library_errors import UNREADABLE, quiet


def staple_status(response: bytes, now: int) -> str:
    """`good`, `revoked` or `unknown`; else what is wrong: `malformed`, `expired`, or the responder's own word for why it
    does not answer. `now` is UTC microseconds."""
    try:
        with quiet():
            found = ocsp.load_der_ocsp_response(response)
            if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                return found.response_status.name.lower()
            status, until = found.certificate_status.name.lower(), found.next_update_utc
    except UNREADABLE:
        return "malformed"
    if until is not None and until < datetime.fromtimestamp(now / 1_000_000, UTC):
        return "expired"
    return status
