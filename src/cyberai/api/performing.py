"""A request that is let in: judged, then answered by its route's handler, or as it was answered before."""

from cyberai.api.call import Call
from cyberai.api.idempotency import HEADER as IDEMPOTENCY_KEY
from cyberai.api.idempotency import Idempotency
from cyberai.api.incoming import Receive, Scope, key_of
from cyberai.api.reply import Reply
from cyberai.api.routes import Node, Route
from cyberai.api.validation import validate


class Performer:
    """Answers requests whose route is known."""

    def __init__(self) -> None:
        self._idempotency = Idempotency()

    async def perform(self, call: Call, node: Node, route: Route, scope: Scope, receive: Receive) -> Reply:
        """The reply; raise the CyberAIError that refuses the request."""
        await validate(call, node, route, scope, receive)
        if route.method == "POST" and IDEMPOTENCY_KEY in call.headers and call.principal is not None:
            key = str(key_of(scope))
            return await self._idempotency.answer(call, route.handler, key, scope["query_string"])
        return await route.handler(call)
