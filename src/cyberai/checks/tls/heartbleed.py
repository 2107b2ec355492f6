"""A TLS server answers a heartbeat that says to be longer than it is, with bytes of its own memory (Heartbleed,
CVE-2014-0160).

## Impact
Anyone reads the memory of the server process, up to 64 KiB at a time and as often as wanted, without a trace in its logs:
private keys, passwords and sessions of other visitors, what they send and receive.

## Remediation
Update OpenSSL to 1.0.1g or later (of the distributions: the package of April 2014 or later), or the appliance's firmware,
and restart what uses it. Then replace the certificate with a new key, revoke the old one, end all sessions and have
passwords changed: what was read before the update stays known.

## How it is proven
Where the server agrees to heartbeats (RFC 6520), one is sent before the handshake ends whose length reaches over its own
padding, and is to be dropped; what a vulnerable server sends back of it is our own. Only where it does, two more without
padding ask for 16 bytes more than was sent. They are counted and thrown away: no byte of them is kept or shown. A correct
heartbeat in between is answered with exactly what it held, or not at all.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Oracle, Probe, Proof, Scope, Severity, TlsAsset, check, replace
from cyberai.checkkit.tls_dialogue import FINISHED, TlsDialogue, offer_of
from cyberai.checkkit.tls_visit import by_nmap, seen, visit
from cyberai.domain.tls.hello import HEARTBEAT_EXTENSION
from cyberai.domain.tls.records import ALERT, HANDSHAKE, HEARTBEAT, handshake_message

_OWN, _PADDING, _BEYOND = 8, 16, 16
_ROUNDS = 4


@check(
    id="tls.heartbleed",
    title="Heartbleed: memory of the server can be read",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-125", "CWE-1395"),
    owasp=("A06:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=8,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2014-0160",
        "https://datatracker.ietf.org/doc/html/rfc6520",
        "https://heartbleed.com/",
    ),
    tags=("tls", "memory"),
)
async def heartbleed(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """First within what was sent, then a correct one, then beyond, twice."""
    within = await _beat(endpoint, probe, padding=_PADDING, claims=_OWN + _PADDING)
    if not within or within <= _OWN:
        return
    correct = await _beat(endpoint, probe, padding=_PADDING, claims=_OWN)
    counts = [await _beat(endpoint, probe, padding=0, claims=_OWN + _BEYOND) for _ in range(2)]
    if correct is None or correct > _OWN or any(count != _OWN + _BEYOND for count in counts):
        return
    facts = (
        ("heartbeat sent", f"{_OWN} bytes, said to be {_OWN + _BEYOND}"),
        ("heartbeat answered", f"{_OWN + _BEYOND} bytes, the first {_OWN} our own"),
        ("correct heartbeat", "answered with what it held" if correct else "not answered"),
    )
    yield seen(
        endpoint,
        Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        facts,
        by_nmap(endpoint, "ssl-heartbleed"),
        note=f"{_BEYOND} bytes beyond what was sent came back, twice; they were counted and not kept.",
        detail=f"A heartbeat of {_OWN} bytes is answered with {_OWN + _BEYOND}",
        cve=("CVE-2014-0160",),
    )


async def _beat(endpoint: TlsAsset, probe: Probe, *, padding: int, claims: int) -> int | None:
    """The bytes that come back of a heartbeat that says to hold so many, 0 where none does; None where there is no
    answer to it at all: no heartbeats, or no handshake."""

    async def talk(dialogue: TlsDialogue) -> int | None:
        greeting = await dialogue.greet(replace(offer_of(endpoint.server_name), heartbeat=True))
        if HEARTBEAT_EXTENSION not in greeting.extensions:
            return None
        own = dialogue.fresh(_OWN)
        request = b"\1" + claims.to_bytes(2, "big") + own + dialogue.fresh(padding)
        # A message out of turn behind it has every server answer at once: nobody waits for a heartbeat that is dropped.
        out_of_turn = handshake_message(FINISHED, bytes(12))
        await dialogue.say(dialogue.framed(HEARTBEAT, request), dialogue.framed(HANDSHAKE, out_of_turn))
        return await _returned(dialogue, own)

    return await visit(endpoint, probe, talk)


async def _returned(dialogue: TlsDialogue, own: bytes) -> int:
    for _ in range(_ROUNDS):
        found = await dialogue.hear()
        if found is None or found.kind == ALERT:
            break
        if found.kind == HEARTBEAT and found.payload[:1] == b"\2" and found.payload[3:].startswith(own):
            # Behind what it says to hold stands padding.
            return min(int.from_bytes(found.payload[1:3], "big"), len(found.payload) - 3)
    return 0
