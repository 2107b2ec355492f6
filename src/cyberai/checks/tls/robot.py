"""A TLS server tells by its answers whether what was encrypted to its RSA key is well-formed (Bleichenbacher's oracle,
ROBOT).

## Impact
Who recorded a connection whose keys were exchanged with RSA decrypts it with some ten thousand to millions of questions to
the server, and can have things signed in the server's name. Other servers with the same key are concerned too.

## Remediation
Switch off the cipher suites that exchange keys with RSA (`TLS_RSA_...`): every client of the last ten years can do without.
Update the TLS library or the appliance's firmware (the site of the ROBOT researchers lists makers and numbers).

## How it is proven
A key exchange is sent that is formed as PKCS #1 v1.5 and the protocol want it, and four that are wrong in one way each: the
first two bytes, the place of the zero byte, no zero byte, the version. None can be finished, so that a correct server
answers all alike. Where one is answered differently, all five are asked twice more, and only when each is answered the same
way three times it is a finding. Once the messages that follow are sent along (ChangeCipherSpec, Finished), once a message
out of turn. The oracle is strong where the first bytes alone make a difference, which takes the fewest questions.
Source: Böck, Somorovsky, Young, "Return Of Bleichenbacher's Oracle Threat", USENIX Security 2018.
"""

from collections.abc import AsyncIterator, Callable

from cyberai.checkkit import Grain, Hit, Oracle, Probe, Proof, Scope, Severity, Struct, TlsAsset, check
from cyberai.checkkit.tls_client import non_zero, rsa_key
from cyberai.checkkit.tls_dialogue import CLIENT_KEY_EXCHANGE, FINISHED, Greeting, TlsDialogue, offer_of
from cyberai.checkkit.tls_protection import RSA_SUITES
from cyberai.checkkit.tls_visit import SILENCE, by_testssl, reaction, seen, visit
from cyberai.domain.tls.records import CHANGE_CIPHER, HANDSHAKE, handshake_message

_WEAK = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"
_ROUNDS = 3
_SECRET = 48
_FINISHED = 64
"""Bytes of a Finished that nobody can decrypt: whole blocks of every cipher."""

Form = Callable[[bytes, bytes, bytes], bytes]
"""Given bytes without a zero, the version and a secret: the block that is encrypted, always of the same length."""


def _right(filling: bytes, version: bytes, secret: bytes) -> bytes:
    return b"\0\2" + filling + b"\0" + version + secret


def _wrong_start(filling: bytes, version: bytes, secret: bytes) -> bytes:
    return b"\x41\x17" + filling + b"\0" + version + secret


def _zero_elsewhere(filling: bytes, version: bytes, secret: bytes) -> bytes:
    return b"\0\2" + filling + b"\x11" + version + secret[:-1] + b"\0"


def _no_zero(filling: bytes, version: bytes, secret: bytes) -> bytes:
    return b"\0\2" + filling + b"\x11" + version + secret


def _wrong_version(filling: bytes, _version: bytes, secret: bytes) -> bytes:
    return b"\0\2" + filling + b"\0\2\2" + secret


_FORMS: tuple[tuple[str, Form], ...] = (
    ("well-formed", _right),
    ("wrong first bytes", _wrong_start),
    ("zero byte in another place", _zero_elsewhere),
    ("no zero byte", _no_zero),
    ("wrong version", _wrong_version),
)


class _Flow(Struct, frozen=True):
    """What follows the key exchange: `whole` as it should be, else a message out of turn."""

    whole: bool
    name: str


_FLOWS = (_Flow(True, "with ChangeCipherSpec and Finished"), _Flow(False, "without ChangeCipherSpec"))


@check(
    id="tls.robot",
    title="TLS server tells whether RSA ciphertexts are well-formed",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=("CWE-203", "CWE-327"),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=60,
    references=(
        "https://robotattack.org/",
        "https://www.usenix.org/conference/usenixsecurity18/presentation/bock",
    ),
    tags=("tls", "oracle"),
)
async def robot(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One round of each flow; three where the answers differ."""
    if endpoint.profile is not None and not endpoint.profile.suites.intersection(RSA_SUITES):
        return
    for flow in _FLOWS:
        answers = await _round(endpoint, probe, flow)
        if not answers:
            return
        if len(set(answers)) == 1:
            continue
        for _ in range(_ROUNDS - 1):
            if await _round(endpoint, probe, flow) != answers:
                break
        else:
            yield _hit(endpoint, flow, answers)
            return


async def _round(endpoint: TlsAsset, probe: Probe, flow: _Flow) -> tuple[str, ...]:
    """The answer to each form; empty where they cannot be had: no RSA key exchange, or silence where an answer is due."""
    answers: list[str] = []
    for _, form in _FORMS:
        answer = await _ask(endpoint, probe, flow, form)
        if answer is None or (answer == SILENCE and not answers):
            return ()
        answers.append(answer)
    return tuple(answers)


async def _ask(endpoint: TlsAsset, probe: Probe, flow: _Flow, form: Form) -> str | None:
    async def talk(dialogue: TlsDialogue) -> str:
        greeting = await dialogue.greet(offer_of(endpoint.server_name, RSA_SUITES))
        exchange = _exchange(dialogue, greeting, form)
        if flow.whole:
            unfinished = dialogue.framed(HANDSHAKE, dialogue.fresh(_FINISHED))
            await dialogue.say(exchange, dialogue.framed(CHANGE_CIPHER, b"\1"), unfinished)
        else:
            out_of_turn = handshake_message(FINISHED, bytes(12))
            await dialogue.say(exchange, dialogue.framed(HANDSHAKE, out_of_turn))
        return await reaction(dialogue)

    return await visit(endpoint, probe, talk)


def _exchange(dialogue: TlsDialogue, greeting: Greeting, form: Form) -> bytes:
    key = rsa_key(greeting)
    filling = non_zero(dialogue, key.size - 3 - _SECRET)
    block = form(filling, greeting.offered.to_bytes(2, "big"), non_zero(dialogue, _SECRET - 2))
    # Modulo the key: a block that begins with another byte than zero may be larger.
    encrypted = key.encrypted(block)
    message = handshake_message(CLIENT_KEY_EXCHANGE, len(encrypted).to_bytes(2, "big") + encrypted)
    return dialogue.framed(HANDSHAKE, message)


def _hit(endpoint: TlsAsset, flow: _Flow, answers: tuple[str, ...]) -> Hit:
    # Strong: wrong first bytes are told from all else that is wrong.
    strong = answers[1] not in (answers[2], answers[3])
    names = [name for name, _ in _FORMS]
    facts = (("key exchange", flow.name), *zip(names, answers, strict=True))
    more = {} if strong else {"severity": Severity.MEDIUM, "cvss": _WEAK}
    return seen(
        endpoint,
        Proof(Oracle.DIFFERENTIAL, repeats=_ROUNDS, control_silent=True),
        facts,
        by_testssl(endpoint, "--robot"),
        note=f"Each form was answered the same way in {_ROUNDS} rounds on connections of their own.",
        detail=f"A {'strong' if strong else 'weak'} oracle: " + ", ".join(f"{n}: {a}" for n, a in facts[1:]),
        cause="strong" if strong else "weak",
        **more,
    )
