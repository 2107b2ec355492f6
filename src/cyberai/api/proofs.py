"""The proof of one vulnerability: handlers."""

from cyberai.api.call import Call
from cyberai.api.pages import one_reply
from cyberai.api.reply import Reply
from cyberai.app.proof_view import explain_vulnerability, vulnerability_evidence


async def evidence(call: Call) -> Reply:
    """GET /v1/vulnerabilities/{id}/evidence."""
    return one_reply(call, await vulnerability_evidence(call.app, call.workspace, call.id))


async def explain(call: Call) -> Reply:
    """GET /v1/vulnerabilities/{id}/explain."""
    return one_reply(call, await explain_vulnerability(call.app, call.workspace, call.id))
