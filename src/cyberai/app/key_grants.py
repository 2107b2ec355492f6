"""What one key may give to another: nothing that it does not have itself."""

from collections.abc import Iterable

from cyberai.app.keys import Principal
from cyberai.domain.api_key import ApiScope, Plan
from cyberai.domain.errors import Forbidden

_ELSEWHERE = "the operator's `cyberai keys create` can give more"


def require_within(giver: Principal | None, plan: Plan, scopes: Iterable[ApiScope]) -> None:
    """Raise Forbidden when a key with this plan and these scopes could do more than `giver`, which is None for the
    operator at the machine itself. Without this, `keys:admin` alone would be every other scope and any limit."""
    if giver is None:
        return
    if plan.requests_per_minute > giver.plan.requests_per_minute:
        raise Forbidden(
            "A key cannot give more than it has",
            field="plan",
            reason=f"This key's plan is {giver.plan.value}; {_ELSEWHERE}",
        )
    beyond = sorted(scope.value for scope in set(scopes) - giver.scopes)
    if beyond:
        raise Forbidden(
            "A key cannot give more than it has",
            field="scopes",
            reason=f"This key lacks {', '.join(beyond)}; {_ELSEWHERE}",
        )
