"""A mail server tells strangers which names exist on it, by `VRFY` or `EXPN`.

## Impact
Names that exist are what guessing of passwords and targeted mail begin with. `EXPN` shows the members of mailing lists
as well.

## Remediation
Postfix: `disable_vrfy_command = yes`. Exim: leave `acl_smtp_vrfy` and `acl_smtp_expn` unset. Sendmail:
`O PrivacyOptions=novrfy,noexpn`.

## How it is proven
`postmaster` or `root`, which exist on nearly every server, are confirmed (250 to 252) and two random names are refused
(550 and the like), by the same command in one dialogue. A server that answers all names alike is silent.
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
from cyberai.checkkit.service_port import is_elsewhere, speaks

_PORTS = frozenset({25, 26, 465, 587, 2525})
_KNOWN = ("postmaster", "root")
_EXISTS = frozenset({250, 251, 252})
_UNKNOWN = frozenset({550, 551, 553})


@check(
    id="network.smtp-user-names",
    title="Mail server confirms user names",
    severity=Severity.LOW,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N",
    cwe=("CWE-204", "CWE-200"),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=12,
    references=("https://www.rfc-editor.org/rfc/rfc5321#section-7.3",),
    tags=("smtp", "enumeration"),
)
async def smtp_user_names(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Names that exist against names that cannot."""
    if not speaks(service, ("smtp",), _PORTS, opening="220"):
        return
    strangers = (probe.token(12), probe.token(12))
    try:
        found = await probe.converse(
            service.host, service.port, lambda c: _tells(c, strangers), tls=service.tls
        )
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    if found is None:
        return
    spoken, verb, name = found
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                spoken.sent[:2048],
                spoken.heard[:2048],
                f"(sleep 1; printf 'EHLO scan.example.com\\r\\n{verb} {name}\\r\\n{verb} {strangers[0]}\\r\\nQUIT\\r\\n'; "
                f"sleep 1) | nc {service.host} {service.port}",
                f"{verb} {name}",
                f"{verb} confirms {name} and refuses two random names.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"{verb} tells names that exist from others",
    )


async def _tells(
    conversation: Conversation, strangers: tuple[str, str]
) -> tuple[LineDialogue, str, str] | None:
    """The dialogue, the command and the name it confirms; None where it tells nothing."""
    spoken = LineDialogue(conversation)
    if (await spoken.greeting()).code != 220:
        return None
    if (await spoken.ask("EHLO scan.example.com")).code != 250:
        return None
    for verb in ("VRFY", "EXPN"):
        if (await spoken.ask(f"{verb} {strangers[0]}")).code not in _UNKNOWN:
            continue
        for name in _KNOWN:
            if (await spoken.ask(f"{verb} {name}")).code not in _EXISTS:
                continue
            if (await spoken.ask(f"{verb} {strangers[1]}")).code in _UNKNOWN:
                await spoken.say("QUIT")
                return spoken, verb, name
    await spoken.say("QUIT")
    return None
