"""The page that listeners about TLS itself serve: small, with every header in place."""

from cyberai.lab.headers import TRANSPORT_SECURITY, for_method, secured
from cyberai.lab.http import LabRequest, LabResponse, text_response

_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Harbour Supply staff</title></head>'
    "<body><h1>Staff entrance</h1><p>Please ring the bell.</p></body></html>\n"
)


def front_door(request: LabRequest) -> LabResponse:
    """The page at `/`, without headers of its own."""
    if request.path != "/":
        return text_response("There is no such door.\n", status=404)
    return text_response(_PAGE, "text/html; charset=utf-8")


def plain(request: LabRequest, _fixed: bool) -> LabResponse:
    """The same with every header in place, on both twins."""
    return for_method(request, secured(front_door(request), TRANSPORT_SECURITY))
