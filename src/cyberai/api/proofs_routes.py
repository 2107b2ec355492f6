"""The proof of one vulnerability: the operations."""

from cyberai.api import proofs
from cyberai.api.query import FIELDS
from cyberai.api.routes import Answer, Route
from cyberai.app.proof_view import ExplanationResource, ProofResource
from cyberai.domain.api_key import ApiScope

_TAG = "Vulnerabilities"

ROUTES = (
    Route(
        method="GET",
        path="/v1/vulnerabilities/{id}/evidence",
        handler=proofs.evidence,
        operation="getEvidence",
        summary="The evidence of a vulnerability in full",
        description=(
            "Each exchange, its harmless control, the command that shows it again, and the messages as text as they were on "
            "the wire. Secrets are taken out; bodies are as long as they were kept (64 KiB around what proves it)."
        ),
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_READ,
        answer=Answer(kind=ProofResource, description="The evidence", headers=("ETag",)),
    ),
    Route(
        method="GET",
        path="/v1/vulnerabilities/{id}/explain",
        handler=proofs.explain,
        operation="explainVulnerability",
        summary="Why a vulnerability is believed",
        description=(
            "The technique, what its confidence is made of, why it is confirmed, strong or a lead, the harmless requests that "
            "were compared, what proves it in the answer, and what would make it false."
        ),
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_READ,
        query=(FIELDS,),
        answer=Answer(kind=ExplanationResource, description="The explanation", headers=("ETag",)),
    ),
)
