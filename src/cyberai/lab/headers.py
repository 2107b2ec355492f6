"""The security headers that every response of the lab carries unless its very flaw is to lack one."""

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.parsing import Pairs

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURE_HEADERS: Pairs = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
TRANSPORT_SECURITY = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def secured(response: LabResponse, *further: tuple[str, str]) -> LabResponse:
    """The response with each default header that it neither has nor omits."""
    present = {name.lower() for name, _ in response.headers} | set(response.omitted)
    defaults = (*SECURE_HEADERS, *further)
    return response.with_headers(*(header for header in defaults if header[0].lower() not in present))


def for_method(request: LabRequest, response: LabResponse) -> LabResponse:
    """HEAD is GET without a body; the length still tells what GET would send."""
    if request.method != "HEAD":
        return response
    length = ("Content-Length", str(len(response.body)))
    return LabResponse(response.status, (*response.headers, length), b"", response.delay)
