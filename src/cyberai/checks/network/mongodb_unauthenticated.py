"""A MongoDB server lists its databases to anyone who can reach its port, without a log-in.

## Impact
All data in it can be read, changed and deleted. Open servers are found within hours; their data is copied, deleted
and offered back for money.

## Remediation
Start the server with `security.authorization: enabled` (or `--auth`) after making an administrator, bind it to the
addresses that need it (`net.bindIp`) and put a firewall before the port.

## How it is proven
`hello` is answered as a MongoDB server does, and on a connection of its own `listDatabases`, names only, with
`ok: 1` and the list; both change nothing. A server with authorization answers the second with an error, and is
silent here.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    ServiceAsset,
    ServiceEvidence,
    Severity,
    Transport,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.mongo import Document, command, query, read_message

_PORTS = frozenset({27017, 27018, 27019})
_HELLO: Document = {"hello": 1, "helloOk": True, "$db": "admin"}
_LIST: Document = {"listDatabases": 1, "nameOnly": True, "$db": "admin"}
_SILENT = frozenset(
    {TransportReason.TIMEOUT, TransportReason.RESET, TransportReason.MALFORMED, TransportReason.TLS_FAILED}
)
_SHOWN = 8


@check(
    id="network.mongodb-unauthenticated",
    title="MongoDB without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=4,
    references=("https://www.mongodb.com/docs/manual/administration/security-checklist/",),
    tags=("mongodb", "database", "exposure"),
)
async def mongodb_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two read-only commands, in the old form too where a server does not know the new one."""
    if service.transport is not Transport.TCP:
        return
    unnamed = service.protocol == "" and not service.banner and service.port in _PORTS
    if service.protocol != "mongodb" and not unnamed:
        return
    legacy = False
    hello = await _ask(service, probe, command(1, _HELLO))
    if hello is None:
        legacy = True
        hello = await _ask(service, probe, query(1, {"isMaster": 1}))
    if hello is None or hello[1].get("ok") != 1 or "maxWireVersion" not in hello[1]:
        return
    sent = query(2, {"listDatabases": 1}) if legacy else command(2, _LIST)
    answer = await _ask(service, probe, sent)
    if answer is None or answer[1].get("ok") != 1 or not isinstance(answer[1].get("databases"), list):
        return
    yield _hit(service, sent, *answer)


async def _ask(service: ServiceAsset, probe: Probe, message: bytes) -> tuple[bytes, Document] | None:
    try:
        raw = await probe.talk(service.host, service.port, message, tls=service.tls)
        return raw, read_message(raw)[2]
    except ValueError:
        return None
    except TransportError as error:
        # A port of unknown kind that does not answer, or a server that hangs up on the new form.
        if error.reason in _SILENT:
            return None
        raise


def _hit(service: ServiceAsset, sent: bytes, received: bytes, answer: Document) -> Hit:
    rows = [row for row in answer["databases"] if isinstance(row, dict)]
    names = [str(row.get("name", ""))[:60] for row in rows]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    tls = " --tls --tlsAllowInvalidCertificates" if service.tls else ""
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                sent,
                received[:2048],
                f"mongosh --host {service.host} --port {service.port}{tls} --eval 'db.adminCommand({{listDatabases: 1}})'",
                names[0] if names else "databases",
                f"hello and listDatabases are answered without a log-in. Databases: {shown or 'none'}",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Databases: {shown or 'none'}",
    )
