"""A file server shows the files of a share to anyone, without an account.

## Impact
Everything in the share can be read by whoever reaches the port; where the share can be written as well, files can be
replaced by others that people then open.

## Remediation
Samba: `map to guest = never`, `guest ok = no` for every share and `restrict anonymous = 2`. Windows: disable the account
Guest, and take `Everyone` and `Anonymous Logon` out of the permissions of shares and folders. Other devices: give the
share to named users.

## How it is proven
A session is opened as nobody, or with a random name and no right password, which a server then treats as a guest. The
server lists its shares (`NetrShareEnum`), and the names in the first folder of a share come back. The control is a
share with a random name, which must be refused. Nothing is opened but folders, and nothing is ever written, so whether
a share can be written is not told.
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
    TransportReason,
    check,
)
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.smb_session import Files, SmbSession

_PORTS = frozenset({445})
_SHARES = 5
_SHOWN = 8


@check(
    id="network.smb-guest-shares",
    title="File share open to everyone",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-306", "CWE-552"),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=60,
    references=("https://wiki.samba.org/index.php/Setting_up_Samba_as_a_Standalone_Server",),
    tags=("smb", "exposure"),
)
async def smb_guest_shares(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """As nobody, then as a guest; what was readable is read a second time on a connection of its own."""
    if not speaks(service, ("smb",), _PORTS):
        return
    absent = probe.token(10)
    for user in ("", probe.token(10)):
        found = await _look(service, probe, user, absent)
        if not found:
            continue
        again = await _look(service, probe, user, absent)
        seen = tuple(files for files in found if files.share in {other.share for other in again})
        if seen:
            yield _hit(service, user, seen)
            return


async def _look(service: ServiceAsset, probe: Probe, user: str, absent: str) -> tuple[Files, ...]:
    async def visit(conversation: Conversation) -> tuple[Files, ...]:
        session = SmbSession(conversation, service.host)
        await session.negotiate()
        if not await session.log_in(user):
            return ()
        disks = [share.name for share in await session.shares() if share.is_disk and share.name[-1:] != "$"]
        if not disks or await session.connect(absent) is not None:
            return ()
        found = [await session.files(share) for share in disks[:_SHARES]]
        return tuple(files for files in found if files is not None)

    try:
        return await probe.converse(service.host, service.port, visit)
    except ValueError:
        return ()
    except TransportError as error:
        # Servers that let nobody in without an account often just hang up.
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return ()
        raise


def _hit(service: ServiceAsset, user: str, found: tuple[Files, ...]) -> Hit:
    shares = ", ".join(files.share for files in found)
    names = ", ".join(found[0].names[:_SHOWN]) or "no names"
    who = f"-U {user}%x" if user else "-N"
    listing = "\n".join(f"{files.share}: {', '.join(files.names)}" for files in found)
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                b"",
                listing.encode()[:2048],
                f"smbclient {who} -p {service.port} //{service.host}/{found[0].share} -c ls",
                found[0].share,
                f"Read {'as a guest' if user else 'as nobody'}: {shares}. In {found[0].share}: {names}. "
                "A share with a random name is refused.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Shares without an account: {shares}",
    )
