"""A TLS server does not look at the padding of records that are encrypted with CBC, or tells by its answers what of a
record was wrong (POODLE against TLS, padding oracles such as Zombie POODLE and GOLDENDOODLE).

## Impact
Someone on the way who can make a visitor's browser send requests decrypts a session cookie byte by byte, with some hundred
requests per byte: the padding of each record that was changed on the way says whether a guess was right.

## Remediation
Switch off the cipher suites with CBC and leave those with GCM or ChaCha20-Poly1305, which have no padding. Update the TLS
library or the appliance's firmware (F5, A10, Cisco, Citrix and others had faults of this kind).

## How it is proven
With a suite of CBC a handshake is finished once as it should be, which succeeds. Then its last record, Finished, is sent
with a right MAC and padding bytes that TLS does not allow (RFC 5246, section 6.2.3.2): a server that finishes that handshake
too, twice, does not look. Else records are compared that are wrong in different ways: padding, MAC, and a length that leaves
no room for a MAC. A correct server answers them alike; an oracle is one where they differ, in the same way three times.
Sources: Langley, "POODLE attacks on TLS" (2014); Young, "Zombie POODLE and GOLDENDOODLE" (2019).
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    TlsAsset,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.tls_client import establish
from cyberai.checkkit.tls_dialogue import Refused, TlsDialogue, offer_of
from cyberai.checkkit.tls_protection import CBC_SUITES, Bend
from cyberai.checkkit.tls_visit import HANGS_UP, SILENCE, Facts, by_openssl, seen, visit

_FINISHED = "finished handshake"
_ROUNDS = 3


def _other_padding(plain: bytes, mac: bytes, padding: bytes) -> bytes:
    """What SSLv3 would allow: only the last byte is right."""
    return plain + mac + bytes(byte ^ 0x5A for byte in padding[:-1]) + padding[-1:]


def _other_mac(plain: bytes, mac: bytes, padding: bytes) -> bytes:
    return plain + mac[:-1] + bytes([mac[-1] ^ 1]) + padding


def _no_room(plain: bytes, mac: bytes, padding: bytes) -> bytes:
    """Padding that is right by itself and leaves no room for a MAC."""
    size = len(plain) + len(mac) + len(padding)
    return bytes([size - 1]) * size


_WRONG: tuple[tuple[str, Bend], ...] = (
    ("wrong padding", _other_padding),
    ("wrong MAC", _other_mac),
    ("no room for a MAC", _no_room),
)


@check(
    id="tls.cbc-padding",
    title="TLS server tells or ignores wrong padding of CBC records",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-203", "CWE-327"),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=20,
    references=(
        "https://www.imperialviolet.org/2014/12/08/poodleagain.html",
        "https://nvd.nist.gov/vuln/detail/CVE-2014-8730",
        "https://datatracker.ietf.org/doc/html/rfc5246#section-6.2.3.2",
    ),
    tags=("tls", "oracle"),
)
async def cbc_padding(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One round of wrong records; more where something is taken or told."""
    if endpoint.profile is not None and not endpoint.profile.suites.intersection(CBC_SUITES):
        return
    if await _shake(endpoint, probe, None) != _FINISHED:
        return
    answers = await _round(endpoint, probe)
    if answers[0] == _FINISHED:
        if answers[1] != _FINISHED and await _shake(endpoint, probe, _other_padding) == _FINISHED:
            yield _unchecked(endpoint, answers)
        return
    if len(set(answers)) == 1 or None in answers or _FINISHED in answers:
        return
    for _ in range(_ROUNDS - 1):
        if await _round(endpoint, probe) != answers:
            return
    yield _oracle(endpoint, answers)


async def _round(endpoint: TlsAsset, probe: Probe) -> tuple[str | None, ...]:
    answers: list[str | None] = []
    for _, bend in _WRONG:
        answers.append(await _shake(endpoint, probe, bend))
        if answers[-1] in (None, SILENCE):
            break
    return tuple(answers)


async def _shake(endpoint: TlsAsset, probe: Probe, bend: Bend | None) -> str | None:
    """How a handshake ends whose last record of ours is bent so; None where it does not get so far."""

    async def talk(dialogue: TlsDialogue) -> str:
        greeting = await dialogue.greet(offer_of(endpoint.server_name, CBC_SUITES))
        try:
            await establish(dialogue, greeting, bend)
        except Refused as refusal:
            return refusal.alert.name if refusal.alert is not None else HANGS_UP
        except TransportError as error:
            if error.reason is TransportReason.TIMEOUT:
                return SILENCE
            raise
        return _FINISHED

    return await visit(endpoint, probe, talk)


def _facts(answers: tuple[str | None, ...]) -> Facts:
    return tuple((name, answer or "") for (name, _), answer in zip(_WRONG, answers, strict=False))


def _command(endpoint: TlsAsset) -> str:
    # No public tool tests this: the command shows that such suites are spoken.
    return f"{by_openssl(endpoint, '-tls1_2 -cipher AES128-SHA:ECDHE+SHA:@SECLEVEL=0')} </dev/null"


def _unchecked(endpoint: TlsAsset, answers: tuple[str | None, ...]) -> Hit:
    return seen(
        endpoint,
        Proof(Oracle.EXECUTED, repeats=2, control_silent=True),
        _facts(answers),
        _command(endpoint),
        note="A handshake was finished with a record whose padding is wrong, twice; with a wrong MAC it was not. The command "
        "shows that suites with CBC are spoken; no public tool sends such records.",
        detail="Padding that TLS does not allow is taken",
        cause="unchecked",
        title="TLS server ignores wrong padding of CBC records",
        cwe=("CWE-354",),
    )


def _oracle(endpoint: TlsAsset, answers: tuple[str | None, ...]) -> Hit:
    facts = _facts(answers)
    return seen(
        endpoint,
        Proof(Oracle.DIFFERENTIAL, repeats=_ROUNDS, control_silent=True),
        facts,
        _command(endpoint),
        note=f"Each was answered the same way in {_ROUNDS} rounds. The command shows that suites with CBC are spoken; no "
        "public tool sends such records.",
        detail=", ".join(f"{name}: {answer}" for name, answer in facts),
        cause="oracle",
        title="TLS server tells wrong padding of CBC records from a wrong MAC",
    )
