"""A CouchDB server has no administrator: everyone who reaches its port is one ("admin party").

## Impact
All databases can be read, changed and deleted, and the configuration changed, which in old versions is a way to running
commands on the host.

## Remediation
Make an administrator (`[admins]` in `local.ini`, or the setup page), set `require_valid_user = true`, bind the server to
the addresses that need it (`bind_address`), and upgrade to CouchDB 3, which does not start without an administrator.

## How it is proven
The start page is CouchDB's, `/_session` says that a visitor without a name has the role `_admin`, and `/_all_dbs` lists
the databases. All three are read-only.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_START = Pattern(r"^\{\"couchdb\":\s?\"Welcome\"")
_VERSION = Pattern(r"\"version\":\s?\"([\w.\-+]{1,40})\"")
_ADMIN = Pattern(r"\"userCtx\":\s?\{\"name\":\s?null,\s?\"roles\":\s?\[\"_admin\"\]\}")
_LIST = Pattern(r"^\s*\[[^{}]*\]\s*$")
_NAME = Pattern(r"\"([^\"]{1,200})\"")


@check(
    id="network.couchdb-unauthenticated",
    title="CouchDB without an administrator",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://docs.couchdb.org/en/stable/intro/security.html",),
    tags=("couchdb", "database", "exposure"),
)
async def couchdb_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The start page, who we are, and what there is."""
    if not speaks(service, {"couchdb"}):
        return
    start = await probe.get(web_root(service))
    if start.response.status != 200 or _START.search(start.response.body) is None:
        return
    session = await probe.get(web_root(service).with_target("/_session"))
    admin = _ADMIN.search(session.response.body)
    if session.response.status != 200 or admin is None:
        return
    databases = await probe.get(web_root(service).with_target("/_all_dbs"))
    if databases.response.status != 200 or _LIST.search(databases.response.body) is None:
        return
    names = [excerpt(match.groups[0]) for match in _NAME.finditer(databases.response.body)][:1_000]
    version = _VERSION.search(start.response.body)
    told = excerpt(version.groups[0]) if version is not None else "of unknown version"
    yield shown(
        service,
        session,
        match=excerpt(admin.text),
        note=f"A visitor without a name has the role _admin; databases: {listed(names)}",
        detail=f"CouchDB {told}; databases: {listed(names)}",
    )
