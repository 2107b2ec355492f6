"""Whether a WebSocket handshake is let in, in the order of the edge: key, rate limit, then everything else."""

from msgspec import Struct

from cyberai.api.admission import Admission
from cyberai.api.call import Call
from cyberai.api.envelope import no_such_route
from cyberai.api.incoming import Scope, key_of, unauthorized
from cyberai.api.interest import topics_of
from cyberai.api.query import Param, pairs, parse_query
from cyberai.app.keys import Principal
from cyberai.app.tickets import PREFIX as TICKET
from cyberai.app.tickets import use_ticket
from cyberai.domain.errors import InvalidRequest, Unauthorized

PATH = "/v1/ws"
TOKEN = Param(
    name="token",
    description="The API key, or a ticket of POST /v1/ws/tickets, for clients that cannot set headers.",
)
SINCE = Param(name="since", description="Replay the events after this `seq`, then go live.", kind="integer")
PARAMETERS = {TOKEN.name: TOKEN, SINCE.name: SINCE}


class Handshake(Struct, frozen=True):
    """A handshake that was let in. `topics` are the parts of event types that the key may read."""

    principal: Principal
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
        is_ticket = isinstance(key, str) and key.startswith(TICKET) and b"token=" in scope["query_string"]
        if is_ticket:
            principal = await self._admission.admit_ticket(call, str(key))
        else:
            principal = await self._admission.admit(call, key)
        query = parse_query(scope["query_string"], PARAMETERS)
        since = _since(query.values.get("since"))
        topics = topics_of(principal, "token")
        if is_ticket:
            await use_ticket(call.app, str(key))
        return Handshake(principal, since, topics)


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
