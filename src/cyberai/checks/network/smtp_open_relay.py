"""A mail server takes mail from strangers for other people's domains: it is an open relay.

## Impact
Anyone can send spam and forged mail through it. Its address lands on block lists within hours, and the mail of its
rightful users is refused from then on.

## Remediation
Relay for authenticated users and named networks only. Postfix: `smtpd_relay_restrictions = permit_mynetworks,
permit_sasl_authenticated, reject_unauth_destination`, with `mynetworks` no wider than needed. Exim: keep the hosts of
`relay_from_hosts` to those that need it. If the scanner stands in a network that may relay, scan from outside of it as
well before you change anything.

## How it is proven
In one dialogue the server accepts (250 or 251) two recipients at foreign domains and addresses, each for a sender of
another foreign domain; all of them are reserved for examples (RFC 2606, RFC 5737). The control is a recipient that is
no address, which a server must refuse: one that accepts everything is a trap for spam, and silent here. `RSET` follows
each, and `DATA` is never sent: no mail comes into being. Recipients such as `user%domain@server` are not asked for,
since many servers take them as local names and send them back later.
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
from cyberai.checkkit.line_dialogue import LineDialogue
from cyberai.checkkit.service_port import authority, is_elsewhere, speaks

_PORTS = frozenset({25, 26, 465, 587, 2525})
_FOREIGN = "example.net"
_LITERAL = "[192.0.2.25]"
_ACCEPTED = frozenset({250, 251})


@check(
    id="network.smtp-open-relay",
    title="Open mail relay",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:L",
    cwe=("CWE-284",),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=20,
    references=(
        "https://www.rfc-editor.org/rfc/rfc5321#section-7.1",
        "https://www.postfix.org/SMTPD_ACCESS_README.html#relay",
    ),
    tags=("smtp", "relay", "spam"),
)
async def smtp_open_relay(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One dialogue of envelopes that are all taken back."""
    if not speaks(service, ("smtp",), _PORTS, opening="220"):
        return
    word = probe.token(8)
    try:
        found = await probe.converse(service.host, service.port, lambda c: _relays(c, word), tls=service.tls)
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    if found is not None:
        yield _hit(service, *found)


async def _relays(conversation: Conversation, word: str) -> tuple[LineDialogue, str, str] | None:
    """The dialogue, a sender and a recipient that were accepted; None where the server does not relay."""
    spoken = LineDialogue(conversation)
    if (await spoken.greeting()).code != 220:
        return None
    if (await spoken.ask("EHLO scan.example.com")).code != 250:
        return None
    accepted: list[tuple[str, str]] = []
    for sender, recipient in _envelopes(word):
        if await _takes(spoken, sender, recipient):
            accepted.append((sender, recipient))
        if len(accepted) == 2:
            break
    # "@@" and a space are in no address that was ever valid (RFC 5321, section 4.1.2).
    relays = len(accepted) == 2 and not await _takes(spoken, accepted[0][0], f"{word} @@ {_FOREIGN}")
    await spoken.say("QUIT")
    return (spoken, *accepted[0]) if relays else None


def _envelopes(word: str) -> tuple[tuple[str, str], ...]:
    """Senders and recipients, ordinary ones first. Some servers ask the DNS about a domain and refuse one that takes no
    mail; an address in brackets needs none."""
    return (
        (f"{word}@example.com", f"{word}@{_FOREIGN}"),
        (f"{word}@example.com", f"{word}@{_LITERAL}"),
        ("", f"{word}@{_FOREIGN}"),
        (f"{word}@{_LITERAL}", f"{word}@[192.0.2.26]"),
    )


async def _takes(spoken: LineDialogue, sender: str, recipient: str) -> bool:
    taken = (await spoken.ask(f"MAIL FROM:<{sender}>")).code == 250
    taken = taken and (await spoken.ask(f"RCPT TO:<{recipient}>")).code in _ACCEPTED
    await spoken.ask("RSET")
    return taken


def _hit(service: ServiceAsset, spoken: LineDialogue, sender: str, recipient: str) -> Hit:
    secure = "--tls-on-connect " if service.tls else ""
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                spoken.sent[:2048],
                spoken.heard[:2048],
                f"swaks --quit-after RCPT {secure}--server {authority(service)} --helo scan.example.com "
                f"--from '{sender or '<>'}' --to '{recipient}'",
                "250",
                f"Mail from <{sender}> to <{recipient}> is accepted; a recipient that is no address is refused.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Mail from <{sender}> to <{recipient}> is accepted",
    )
