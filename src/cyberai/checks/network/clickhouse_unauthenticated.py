"""A ClickHouse server answers queries of its user `default` without a password.

## Impact
All tables that this user may see, by default all there are, can be read, changed and deleted; table functions reach files
and other servers from the host.

## Remediation
Give the user `default` a password (`users.d`, `password_sha256_hex`) or limit it to the host itself (`networks`), make users
with rights of their own, and bind the server to the addresses that need it (`listen_host`).

## How it is proven
`SELECT version()` and `SHOW DATABASES` are answered over HTTP without credentials, in the server's read-only mode
(`readonly=2` for GET requests). Nothing is written.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_VERSION = Pattern(r"^\d{1,4}(?:\.\d{1,6}){2,4}\s*$")
_SYSTEM = Pattern(r"(?m)^system$")


@check(
    id="network.clickhouse-unauthenticated",
    title="ClickHouse without a password",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://clickhouse.com/docs/operations/settings/settings-users",),
    tags=("clickhouse", "database", "exposure"),
)
async def clickhouse_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The version, then the databases."""
    if not speaks(service, {"clickhouse"}):
        return
    about = await probe.get(web_root(service).with_target("/?query=SELECT%20version()"))
    version = _VERSION.search(about.response.body)
    if about.response.status != 200 or version is None:
        return
    databases = await probe.get(web_root(service).with_target("/?query=SHOW%20DATABASES"))
    if databases.response.status != 200 or _SYSTEM.search(databases.response.body) is None:
        return
    names = [excerpt(line) for line in databases.response.body[:65_536].splitlines() if line][:1_000]
    yield shown(
        service,
        databases,
        match="system",
        note=f"Two queries are answered without credentials; databases: {listed(names)}",
        detail=f"ClickHouse {excerpt(version.text).strip()}; databases: {listed(names)}",
    )
