"""What checks of TLS implementations share: a dialogue with a port, and the hit with commands that repeat it."""

from collections.abc import Awaitable, Callable
from shlex import quote
from typing import Any, TypeVar

from cyberai.checkkit.probe import Probe
from cyberai.checkkit.starttls import s_client
from cyberai.checkkit.tls_dialogue import Refused, TlsDialogue
from cyberai.domain.asset import TlsAsset
from cyberai.domain.finding import Hit, Proof, TlsEvidence
from cyberai.domain.tls.records import ALERT, Record, alert_of
from cyberai.ports.network import TransportError, TransportReason

Answer = TypeVar("Answer")
Facts = tuple[tuple[str, str], ...]
SILENCE, HANGS_UP = "nothing", "end of the connection"


async def visit(
    endpoint: TlsAsset, probe: Probe, dialogue: Callable[[TlsDialogue], Awaitable[Answer]]
) -> Answer | None:
    """What the dialogue came to, over a connection of its own: one request, and one for every `say` in it. None where the
    server ended the handshake, or does not keep to the protocol. Raise TransportError."""
    seed = f"{endpoint.key} {probe.token(24)}".encode()
    try:
        return await probe.converse(
            endpoint.host,
            endpoint.port,
            lambda conversation: dialogue(TlsDialogue(conversation, seed)),
            starttls=endpoint.starttls,
        )
    except (Refused, ValueError):
        return None


async def reaction(dialogue: TlsDialogue) -> str:
    """What comes next, in words that are the same for the same reaction: the name of an alert, SILENCE, HANGS_UP, or the
    number of another kind of record. Raise ValueError for what is no record."""
    try:
        return named(await dialogue.hear())
    except TransportError as error:
        if error.reason is TransportReason.TIMEOUT:
            return SILENCE
        raise


def named(found: Record | None) -> str:
    """The word for a record; raise ValueError for an alert that breaks off."""
    if found is None:
        return HANGS_UP
    return alert_of(found.payload).name if found.kind == ALERT else f"record {found.kind}"


def seen(
    endpoint: TlsAsset, proof: Proof, facts: Facts, command: str, *, note: str, detail: str, **more: Any
) -> Hit:
    """The hit of a port. `more` are further members of Hit."""
    evidence = TlsEvidence(endpoint.host, endpoint.port, facts, command, note[:500])
    return Hit(
        proof=proof, evidence=(evidence,), host=endpoint.host, port=endpoint.port, detail=detail[:500], **more
    )


def by_nmap(endpoint: TlsAsset, script: str) -> str:
    """The command line of nmap that runs one script on the port."""
    family = "-6 " if ":" in endpoint.host else ""
    return f"nmap {family}-Pn -p {endpoint.port} --script {script} {quote(endpoint.host)}"


def by_testssl(endpoint: TlsAsset, option: str) -> str:
    """The command line of testssl.sh that runs one of its tests on the port."""
    start = f"-t {endpoint.starttls.option} " if endpoint.starttls is not None else ""
    return f"testssl {option} {start}{_authority(endpoint)}"


def by_openssl(endpoint: TlsAsset, options: str) -> str:
    """The command line of OpenSSL's client that connects to the port."""
    return f"openssl s_client {options} {s_client(endpoint)}"


def _authority(endpoint: TlsAsset) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return quote(f"{host}:{endpoint.port}")
