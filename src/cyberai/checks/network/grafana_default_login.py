"""Grafana accepts the log-in `admin` with the password `admin`, which everybody knows.

## Impact
The administrator sees all dashboards, queries every data source behind them with the rights Grafana has there, and
installs plug-ins, which is running code on the host.

## Remediation
Change the administrator's password (`grafana cli admin reset-admin-password`, or `GF_SECURITY_ADMIN_PASSWORD` before the
first start), or take accounts from a directory and set `disable_initial_admin_creation`.

## How it is proven
`/api/org` and `/api/user` answer admin/admin with the organisation and the user, and the same user with a random password
is refused. Three requests, in the intrusive mode only; nothing is changed.
"""

from base64 import b64encode
from collections.abc import AsyncIterator

from cyberai.checkkit import Exchange, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_ORGANISATION = Pattern(r"^\{\"id\":\s?\d{1,10},\s?\"name\":\s?\"([^\"]{1,200})\"")
_USER = Pattern(r"\"login\":\s?\"admin\"")


@check(
    id="network.grafana-default-login",
    title="Grafana with the default log-in admin",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1392",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/",),
    tags=("grafana", "monitoring", "default-login"),
    intrusive=True,
)
async def grafana_default_login(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two readings with the known password, and one that must fail."""
    if not speaks(service, {"grafana"}):
        return
    first = await _get(service, probe, "/api/org", "admin")
    organisation = _ORGANISATION.search(first.response.body)
    if first.response.status != 200 or organisation is None:
        return
    control = await _get(service, probe, "/api/org", probe.token(16))
    if control.response.status not in (401, 403):
        return
    user = await _get(service, probe, "/api/user", "admin")
    login = _USER.search(user.response.body)
    if user.response.status != 200 or login is None:
        return
    yield shown(
        service,
        user,
        match=excerpt(login.text),
        note="admin/admin is let in twice; admin with a random password is refused.",
        detail=f"Organisation: {excerpt(organisation.groups[0])}",
        control=control,
    )


async def _get(service: ServiceAsset, probe: Probe, path: str, password: str) -> Exchange:
    secret = b64encode(f"admin:{password}".encode()).decode()
    return await probe.get(
        web_root(service).with_target(path),
        (("Authorization", f"Basic {secret}"), ("Accept", "application/json")),
    )
