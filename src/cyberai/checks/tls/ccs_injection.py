"""A TLS server changes over to encryption before keys are agreed on, when someone tells it to (CCS injection,
CVE-2014-0224).

## Impact
Someone on the way who tells both sides to change over too early knows the keys that they then use, and reads and changes
everything they say, where the client has the same fault (OpenSSL before June 2014).

## Remediation
Update OpenSSL to 1.0.1h, 1.0.0m, 0.9.8za or later (of the distributions: the package of June 2014 or later), or the
appliance's firmware, and restart what uses it.

## How it is proven
Right after the server's first part of the handshake a ChangeCipherSpec is sent, which is out of turn, and a record that is
not encrypted behind it. A correct server refuses the former (unexpected_message). A vulnerable one has changed over: it
tries to decrypt the latter and complains that this fails (bad_record_mac), twice. The control is the same record without
the ChangeCipherSpec, which is refused for another reason. Silence or a closed connection proves nothing and is no finding.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Oracle, Probe, Proof, Scope, Severity, TlsAsset, check
from cyberai.checkkit.tls_dialogue import TlsDialogue, offer_of
from cyberai.checkkit.tls_visit import by_nmap, reaction, seen, visit
from cyberai.domain.tls.records import CHANGE_CIPHER, HANDSHAKE, handshake_message

_NOT_DECRYPTED = frozenset({"bad_record_mac", "decryption_failed"})
_UNENCRYPTED = 64
"""Bytes of the record behind it: whole blocks of every cipher, and more than a MAC."""


@check(
    id="tls.ccs-injection",
    title="TLS server changes over to encryption too early",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=("CWE-326",),
    owasp=("A06:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=6,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2014-0224",
        "https://openssl-library.org/news/secadv/20140605.txt",
    ),
    tags=("tls",),
)
async def ccs_injection(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Out of turn, without, and out of turn again."""
    first = await _said(endpoint, probe, early=True)
    if first not in _NOT_DECRYPTED:
        return
    control = await _said(endpoint, probe, early=False)
    second = await _said(endpoint, probe, early=True)
    if second != first or control is None or control in _NOT_DECRYPTED:
        return
    facts = (
        ("ChangeCipherSpec out of turn, then a record in the clear", first),
        ("the record alone", control),
    )
    yield seen(
        endpoint,
        Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        facts,
        by_nmap(endpoint, "ssl-ccs-injection"),
        note="The server tries to decrypt before there are keys: it took the ChangeCipherSpec.",
        detail="A ChangeCipherSpec is taken before keys are agreed on",
        cve=("CVE-2014-0224",),
    )


async def _said(endpoint: TlsAsset, probe: Probe, *, early: bool) -> str | None:
    """The answer to an unencrypted record, with a ChangeCipherSpec in front of it or without; None without a handshake."""

    async def talk(dialogue: TlsDialogue) -> str:
        await dialogue.greet(offer_of(endpoint.server_name))
        change = dialogue.framed(CHANGE_CIPHER, b"\1") if early else b""
        # A whole message, of a kind that is none.
        message = handshake_message(0xFF, dialogue.fresh(_UNENCRYPTED - 4))
        record = dialogue.framed(HANDSHAKE, message)
        await dialogue.say(change, record)
        return await reaction(dialogue)

    return await visit(endpoint, probe, talk)
