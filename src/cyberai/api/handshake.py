"""Whether a WebSocket handshake is let in, in the order of the edge: key, rate limit, then everything else."""

from msgspec import Struct

from cyberai.api.admission import Admission
from cyberai.api.call import Call
from cyberai.api.envelope import no_such_route
from cyberai.api.incoming import Scope, key_of, unauthorized
from cyberai.api.query import Param, pairs, parse_query
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import Forbidden, InvalidRequest, Unauthorized

PATH = "/v1/ws"
TOKEN = Param(name="token", description="The API key, for clients that cannot set headers.")
SINCE = Param(name="since", description="Replay the events after this `seq`, then go live.", kind="integer")
PARAMETERS = {TOKEN.name: TOKEN, SINCE.name: SINCE}

_TOPIC_OF = {
    ApiScope.SCANS_READ: "scan",
    ApiScope.VULNERABILITIES_READ: "vulnerability",
    ApiScope.REPORTS_READ: "report",
}


class Handshake(Struct, frozen=True):
    """A handshake that was let in. `topics` are the parts of event types that the key may read."""

    key: str
    since: int | None
    topics: frozenset[str]


class Handshakes:
    """Judges handshakes."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def admit(self, call: Call, scope: Scope) -> Handshake:
        """Set `call.principal` and `call.rate`; raise the CyberAIError that refuses it."""
        if call.path != PATH:
            await self._admission.admit(call, key_of(scope))
            raise no_such_route(call.path)
        key = _handshake_key(scope)
        principal = await self._admission.admit(call, key)
        query = parse_query(scope["query_string"], PARAMETERS)
        topics = frozenset(topic for wanted, topic in _TOPIC_OF.items() if wanted in principal.scopes)
        if not topics:
            raise Forbidden(
                "The API key may not do this",
                field="token",
                reason=f"Use a key with at least one of the scopes {', '.join(_TOPIC_OF)}",
            )
        return Handshake(str(key), _since(query.values.get("since")), topics)


def _handshake_key(scope: Scope) -> str | Unauthorized:
    """The key in `token`, else in the Authorization header."""
    try:
        tokens = [value for name, value in pairs(scope["query_string"]) if name == "token"]
    except InvalidRequest:
        return unauthorized("Send the key once, as ?token=YOUR_API_KEY")
    if not tokens:
        return key_of(scope)
    if len(tokens) > 1 or not tokens[0]:
        return unauthorized("Send the key once, as ?token=YOUR_API_KEY")
    return tokens[0]


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidRequest(
            "Invalid query parameter", field="since", reason="Must be the seq of an event, 0 or more"
        )
    return int(text)
