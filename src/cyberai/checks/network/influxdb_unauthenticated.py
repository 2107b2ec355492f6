"""An InfluxDB server answers queries of anyone who can reach its port.

## Impact
All measurements can be read, changed and deleted; what machines, meters and applications reported is there, and users
can be made.

## Remediation
Make an administrator and set `auth-enabled = true` in the section `[http]` of `influxdb.conf`, bind the server to the
addresses that need it (`bind-address`), or upgrade to version 2, which always asks for a token.

## How it is proven
`SHOW DATABASES` is answered with the list of databases, twice. Nothing is written.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Exchange, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_LIST = Pattern(r"\"name\":\s?\"databases\",\s?\"columns\":\s?\[\"name\"\]")
_NAME = Pattern(r"\[\"([^\"]{1,200})\"\]")
_QUERY = "/query?q=SHOW%20DATABASES"


@check(
    id="network.influxdb-unauthenticated",
    title="InfluxDB without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://docs.influxdata.com/influxdb/v1/administration/authentication_and_authorization/",),
    tags=("influxdb", "database", "exposure"),
)
async def influxdb_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One query, and once more when it is answered."""
    if (
        not speaks(service, {"influxdb"})
        or _found(await probe.get(web_root(service).with_target(_QUERY))) is None
    ):
        return
    again = await probe.get(web_root(service).with_target(_QUERY))
    match = _found(again)
    if match is None:
        return
    found = _NAME.finditer(again.response.body)
    names = [name for name in (excerpt(row.groups[0]) for row in found) if name != "name"][:1_000]
    version = (again.response.header("x-influxdb-version") or "of unknown version")[:40]
    yield shown(
        service,
        again,
        match=match,
        note=f"Databases are listed without a log-in: {listed(names)}",
        detail=f"InfluxDB {version}; databases: {listed(names)}",
    )


def _found(exchange: Exchange) -> str | None:
    match = _LIST.search(exchange.response.body)
    if exchange.response.status != 200 or match is None:
        return None
    return excerpt(match.text)
