"""A PostgreSQL server lets its superuser in over the network without a password.

## Impact
All databases can be read, changed and deleted, and a superuser runs commands on the host (`COPY ... TO PROGRAM`).

## Remediation
Replace `trust` by `scram-sha-256` in every `host` line of `pg_hba.conf`, narrow the addresses in these lines, give the
roles passwords, reload the server, and listen only where it is needed (`listen_addresses`). In containers do not set
`POSTGRES_HOST_AUTH_METHOD=trust`.

## How it is proven
After a start-up message for the user `postgres` the server says that authentication is complete, without having asked
for anything, and then answers `SELECT version()`. TLS is taken where the server offers it, as the rules for plain
connections may differ. Nothing is changed, and no password is tried.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_SSL_REQUEST = struct.pack(">II", 8, 80_877_103)
_PARAMETERS = b"user\0postgres\0database\0postgres\0application_name\0cyberai\0\0"
_STARTUP = struct.pack(">II", 8 + len(_PARAMETERS), 196_608) + _PARAMETERS
_SQL = b"SELECT version()\0"
_QUERY = b"Q" + struct.pack(">I", 4 + len(_SQL)) + _SQL
_AUTHENTICATED = b"R" + struct.pack(">II", 8, 0)
_READY = Pattern(r"Z\x00\x00\x00\x05[ITE]$", dot_all=True)
_VERSION = Pattern(r"D\x00\x00[\s\S]{8}([\x20-\x7e]{4,200})")


@check(
    id="network.postgresql-unauthenticated",
    title="PostgreSQL without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",),
    tags=("postgresql", "database", "exposure"),
)
async def postgresql_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: TLS where it is offered, the start-up message, one query."""
    if not speaks(service, {"postgresql"}, {5432, 5433}):
        return
    answer = await ask(service, probe, _select)
    version = _VERSION.search(answer) if answer is not None else None
    if answer is None or version is None:
        return
    told = excerpt(version.groups[0])
    yield observed(
        service,
        _QUERY,
        answer,
        f'psql -w "host={service.host} port={service.port} user=postgres dbname=postgres" -c "SELECT version()"',
        match=told[:60],
        note="The user postgres is let in without a password, and a query is answered.",
        detail=told,
    )


async def _select(conversation: Conversation) -> bytes | None:
    """The answer to the query, when the server lets us in unasked."""
    await conversation.send(_SSL_REQUEST)
    offer = await conversation.receive_exactly(1)
    if offer == b"S":
        await conversation.start_tls()
    elif offer != b"N":
        return None
    await conversation.send(_STARTUP)
    admitted = await conversation.receive(quiet=0.3)
    if not admitted.startswith(_AUTHENTICATED) or _READY.search(admitted) is None:
        return None
    await conversation.send(_QUERY)
    return await conversation.receive(quiet=0.3)
