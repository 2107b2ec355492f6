"""RabbitMQ's management page accepts the log-in `guest` with the password `guest`, which everybody knows.

## Impact
Whoever logs in administers the broker: reads and forges messages, makes users, changes policies, and can take the
broker over for good.

## Remediation
Delete the user (`rabbitmqctl delete_user guest`) after making others with passwords of their own, leave
`loopback_users.guest = true`, and bind the management page to the addresses that need it.

## How it is proven
`/api/whoami` and `/api/overview` answer guest/guest with the user and the broker's version, and the same user with a
random password is refused. Three requests, in the intrusive mode only; nothing is changed.
"""

from base64 import b64encode
from collections.abc import AsyncIterator

from cyberai.checkkit import Exchange, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_USER = Pattern(r"\"name\"\s*:\s*\"guest\"")
_VERSION = Pattern(r"\"rabbitmq_version\"\s*:\s*\"([\w.\-+]{1,40})\"")


@check(
    id="network.rabbitmq-management-default-login",
    title="RabbitMQ management with the default log-in guest",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1392",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://www.rabbitmq.com/docs/access-control#default-state",),
    tags=("rabbitmq", "broker", "default-login"),
    intrusive=True,
)
async def rabbitmq_management_default_login(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two readings with the known password, and one that must fail."""
    if not speaks(service, {"rabbitmq-management"}):
        return
    user = await _get(service, probe, "/api/whoami", "guest")
    if user.response.status != 200 or _USER.search(user.response.body) is None:
        return
    control = await _get(service, probe, "/api/whoami", probe.token(16))
    if control.response.status not in (401, 403):
        return
    overview = await _get(service, probe, "/api/overview", "guest")
    version = _VERSION.search(overview.response.body)
    if overview.response.status != 200 or version is None:
        return
    told = excerpt(version.groups[0])
    yield shown(
        service,
        overview,
        match=excerpt(version.text),
        note="guest/guest is let in twice; guest with a random password is refused.",
        detail=f"RabbitMQ {told} lets guest in with the password guest",
        control=control,
    )


async def _get(service: ServiceAsset, probe: Probe, path: str, password: str) -> Exchange:
    secret = b64encode(f"guest:{password}".encode()).decode()
    return await probe.get(
        web_root(service).with_target(path),
        (("Authorization", f"Basic {secret}"), ("Accept", "application/json")),
    )
