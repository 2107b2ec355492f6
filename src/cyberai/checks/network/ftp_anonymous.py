"""An FTP server lets anyone in as `anonymous` and shows its files.

## Impact
Everything below the start folder can be fetched by anyone who can reach the port: backups, configuration and
documents that were put there for someone else. Where a folder can be written as well, strangers exchange their files
there, or replace what others fetch.

## Remediation
Switch anonymous log-ins off (`anonymous_enable=NO` in vsftpd, no `<Anonymous>` section in ProFTPD). If files are meant
for everyone, publish them by HTTPS, in a folder that holds nothing else and cannot be written.

## How it is proven
`USER anonymous` and a made-up mail address as password are accepted, and `PWD` names the start folder: two commands
that a server answers to those only who are logged in. The control is the log-in of a user with a random name, which
must be refused: a server that lets every name in is no FTP server or one of another kind, and silent here. `STAT /`
shows the names in the start folder where the server lists by it (RFC 959, section 4.1.3); nothing is fetched, and
nothing is ever written, so whether a folder can be written is not told.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Conversation,
    Grain,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    ServiceAsset,
    ServiceEvidence,
    Severity,
    TransportError,
    check,
)
from cyberai.checkkit.line_dialogue import LineDialogue, Reply
from cyberai.checkkit.service_port import authority, is_elsewhere, speaks

_PORTS = frozenset({21, 2121})
_PASSWORD = "scan@example.com"  # noqa: S105 - by custom the visitor's address
_SHOWN = 8


class _Visit:
    """What an anonymous visitor saw: the dialogue, where it stood, and the listing."""

    def __init__(self, spoken: LineDialogue) -> None:
        self.spoken = spoken
        self.folder = ""
        self.names: tuple[str, ...] = ()


@check(
    id="network.ftp-anonymous",
    title="Anonymous FTP",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    cwe=("CWE-306", "CWE-552"),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=12,
    references=(
        "https://www.rfc-editor.org/rfc/rfc1635",
        "https://capec.mitre.org/data/definitions/115.html",
    ),
    tags=("ftp", "exposure"),
)
async def ftp_anonymous(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One visit as anonymous, and one by a name nobody has."""
    if not speaks(service, ("ftp",), _PORTS, opening="220"):
        return
    stranger = probe.token(10)
    try:
        visit = await probe.converse(service.host, service.port, _visit, tls=service.tls)
        if visit is None or await probe.converse(
            service.host, service.port, lambda c: _lets_in(LineDialogue(c), stranger), tls=service.tls
        ):
            return
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    yield _hit(service, visit)


async def _visit(conversation: Conversation) -> _Visit | None:
    visit = _Visit(LineDialogue(conversation))
    if not await _lets_in(visit.spoken, "anonymous"):
        return None
    where = await visit.spoken.ask("PWD")
    if where.code != 257:
        return None
    visit.folder = where.lines[0].partition('"')[2].partition('"')[0] if where.lines else ""
    visit.names = _names(await visit.spoken.ask("STAT /"))
    await visit.spoken.say("QUIT")
    return visit


async def _lets_in(spoken: LineDialogue, user: str) -> bool:
    if (await spoken.greeting()).code != 220:
        return False
    answer = await spoken.ask(f"USER {user}")
    if answer.code == 331:
        answer = await spoken.ask(f"PASS {_PASSWORD}")
    return answer.code == 230


def _names(listing: Reply) -> tuple[str, ...]:
    """The last words of the lines that look as `ls -l` does."""
    if listing.code not in (211, 212, 213):
        return ()
    rows = [raw.decode("latin-1").strip() for raw in listing.text.split(b"\n")[1:-2]]
    fields = [row.removeprefix(f"{listing.code}-").split(None, 8) for row in rows]
    names = (row[8] for row in fields if len(row) == 9 and row[0][:1] in ("-", "d", "l"))
    return tuple(name[:60] for name in names if name not in (".", ".."))


def _hit(service: ServiceAsset, visit: _Visit) -> Hit:
    shown = ", ".join(visit.names[:_SHOWN])
    if len(visit.names) > _SHOWN:
        shown += f" and {len(visit.names) - _SHOWN} more"
    secure = "--ssl-reqd --insecure " if service.tls else ""
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                visit.spoken.sent,
                visit.spoken.heard[:2048],
                f"curl --silent --show-error {secure}ftp://{authority(service)}/",
                "230",
                f"anonymous is let in and stands in {visit.folder or '/'}; a random name is refused. "
                f"Seen there: {shown or 'nothing'}",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"anonymous is let in; the start folder shows: {shown}" if shown else "anonymous is let in",
    )
