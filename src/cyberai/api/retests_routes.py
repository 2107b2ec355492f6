"""`/v1/vulnerabilities/{id}/retest`: the operations."""

from cyberai.api import retests
from cyberai.api.query import FIELDS, PREFER
from cyberai.api.routes import Answer, Route
from cyberai.app.retest_view import RetestResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

_TAG = "Vulnerabilities"
_PATH = "/v1/vulnerabilities/{id}/retest"

ROUTES = (
    Route(
        method="POST",
        path=_PATH,
        handler=retests.order,
        operation="retestVulnerability",
        summary="Test a vulnerability again",
        description=(
            "A worker sends again what proved it: the attack, the harmless control, the attack once more; what was told by "
            "looking is looked at again by its check. Scope, mode, rate, headers and login are those of the scan that saw "
            "it last, and the scan's own rules decide what may be reached. What it finds becomes the `detection` of the "
            "vulnerability, by the rules for scans: `fixed_confirmed` closes what is open, `present` reopens what was "
            "fixed. With `Prefer: wait=N` the answer comes when it is done. Where a retest runs already, that one is "
            "answered with 200."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_WRITE,
        headers=(PREFER,),
        answer=Answer(
            status=201,
            kind=RetestResource,
            description="Ordered",
            headers=("Location", "Preference-Applied"),
        ),
        also=(Answer(kind=RetestResource, description="It runs already"),),
        errors=(ErrorCode.TARGET_NOT_ALLOWED, ErrorCode.CONFLICT, ErrorCode.STORAGE_FULL),
    ),
    Route(
        method="GET",
        path=_PATH,
        handler=retests.get,
        operation="getRetest",
        summary="The latest retest of a vulnerability",
        description=(
            "Each request with what answered it when the flaw was found and what answers now, redacted. 404 where it was "
            "never retested."
        ),
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_READ,
        query=(FIELDS,),
        headers=(PREFER,),
        answer=Answer(kind=RetestResource, description="The retest", headers=("ETag", "Preference-Applied")),
    ),
)
