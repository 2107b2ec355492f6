"""A TLS server gives out bytes of its memory when a session is resumed with a short session id (Ticketbleed,
CVE-2016-9244).

## Impact
Anyone reads the memory of the load balancer, up to 31 bytes per connection and as often as wanted: session ids of other
visitors, and whatever else lies there.

## Remediation
Update the firmware of the F5 BIG-IP (advisory K05121675), or switch off session tickets in the client SSL profile until
then.

## How it is proven
A handshake is finished to be given a session ticket. It is used twice with a fresh random session id of 31 bytes, where 32
are usual: a server that takes the ticket has to send back exactly these (RFC 5077, section 3.4). A vulnerable one sends 32
that begin with ours. The one byte more is not looked at. The control is a session id of 32 bytes, which comes back as it
was. A server that begins a new session instead chooses an id of its own, which does not begin with ours.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Oracle, Probe, Proof, Scope, Severity, TlsAsset, check, replace
from cyberai.checkkit.tls_client import establish
from cyberai.checkkit.tls_dialogue import SERVER_HELLO, TlsDialogue, offer_of
from cyberai.checkkit.tls_visit import by_testssl, seen, visit

_SHORT, _WHOLE = 31, 32


@check(
    id="tls.ticketbleed",
    title="Ticketbleed: memory of the server can be read",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-200",),
    owasp=("A06:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=5,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2016-9244",
        "https://filippo.io/Ticketbleed/",
        "https://my.f5.com/manage/s/article/K05121675",
    ),
    tags=("tls", "memory"),
)
async def ticketbleed(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """A ticket; a short id, the whole one, a short one again."""
    if endpoint.profile is not None and endpoint.profile.session_tickets is False:
        return
    ticket = await visit(endpoint, probe, lambda dialogue: _ticket(endpoint, dialogue))
    if not ticket or not await _adds(endpoint, probe, ticket, _SHORT):
        return
    if await _adds(endpoint, probe, ticket, _WHOLE) or not await _adds(endpoint, probe, ticket, _SHORT):
        return
    facts = (
        ("session id sent with a ticket", f"{_SHORT} bytes"),
        ("session id in the answer", f"{_WHOLE} bytes, the first {_SHORT} our own"),
        (f"session id of {_WHOLE} bytes", "comes back as it was"),
    )
    yield seen(
        endpoint,
        Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        facts,
        by_testssl(endpoint, "--assume-http --ticketbleed"),
        note="One byte more than was sent came back, twice; it was not kept.",
        detail=f"A session id of {_SHORT} bytes is answered with {_WHOLE}",
        cve=("CVE-2016-9244",),
    )


async def _ticket(endpoint: TlsAsset, dialogue: TlsDialogue) -> bytes:
    """A fresh session ticket, empty where the server gives none."""
    greeting = await dialogue.greet(replace(offer_of(endpoint.server_name), session_ticket=b""))
    return (await establish(dialogue, greeting)).ticket


async def _adds(endpoint: TlsAsset, probe: Probe, ticket: bytes, size: int) -> bool:
    """Whether the session id in the answer is ours of this size and more."""

    async def resume(dialogue: TlsDialogue) -> bool:
        own = dialogue.fresh(size)
        offer = replace(offer_of(endpoint.server_name), session_ticket=ticket, session_id=own)
        answered = (await dialogue.greet(offer, last=SERVER_HELLO)).session_id
        return len(answered) > size and answered.startswith(own)

    return await visit(endpoint, probe, resume) or False
