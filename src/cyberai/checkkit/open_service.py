"""What checks of open services share: dialogues that the service may break off, the evidence, and commands that repeat
it."""

from collections.abc import Awaitable, Callable
from shlex import quote
from typing import Any, TypeVar

from cyberai.checkkit.probe import Probe
from cyberai.checkkit.service_port import authority, is_elsewhere
from cyberai.domain.asset import ServiceAsset
from cyberai.domain.finding import Hit, HttpEvidence, Oracle, Proof, ServiceEvidence
from cyberai.domain.http import Exchange, Url
from cyberai.domain.transport import Transport
from cyberai.ports.network import Conversation, TransportError, TransportReason

_KEPT = 2_048
Answer = TypeVar("Answer")


async def ask(
    service: ServiceAsset, probe: Probe, dialogue: Callable[[Conversation], Awaitable[Answer]]
) -> Answer | None:
    """What the dialogue came to. None when the service broke it off, which is how many refuse a stranger, and when a port
    of unknown kind did not understand it; raise TransportError for every other trouble."""
    try:
        return await probe.converse(service.host, service.port, dialogue, tls=service.tls)
    except TransportError as error:
        if error.reason is TransportReason.RESET or is_elsewhere(service, error):
            return None
        raise


def observed(
    service: ServiceAsset,
    sent: bytes,
    received: bytes,
    command: str,
    *,
    match: str,
    note: str,
    detail: str,
    control: bool = False,
    **more: Any,
) -> Hit:
    """The hit of something seen twice: `sent` and `received` (capped here) are the last exchange, `control` says that a
    request which must be refused was refused. `more` are further members of Hit."""
    evidence = ServiceEvidence(
        service.host,
        service.port,
        sent[:_KEPT],
        received[:_KEPT],
        command,
        match,
        note[:500],
        transport=service.transport,
    )
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=control),
        evidence=(evidence,),
        host=service.host,
        port=service.port,
        detail=detail[:500],
        **more,
    )


def shown(
    service: ServiceAsset,
    exchange: Exchange,
    *,
    match: str,
    note: str,
    detail: str,
    control: Exchange | None = None,
    **more: Any,
) -> Hit:
    """The same for a service that speaks HTTP: `exchange` was answered so twice."""
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=control is not None),
        evidence=(HttpEvidence(exchange, control, match, note[:500]),),
        host=service.host,
        port=service.port,
        detail=detail[:500],
        **more,
    )


def web_root(service: ServiceAsset) -> Url:
    """The start page of a service that speaks HTTP."""
    return Url("https" if service.tls else "http", service.host, service.port)


def piped(service: ServiceAsset, data: bytes) -> str:
    """A shell command that sends these bytes and shows what comes back."""
    reach = f"nc -w 3 {quote(service.host)} {service.port}"
    if service.transport is Transport.UDP:
        reach = f"nc -u -w 3 {quote(service.host)} {service.port}"
    elif service.tls:
        reach = f"openssl s_client -quiet -connect {quote(authority(service))}"
    return f"(printf '{_escaped(data)}'; sleep 2) | {reach} | cat -v"


def _escaped(data: bytes) -> str:
    """Bytes as printf of POSIX writes them inside single quotes."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "'\\%" else f"\\{byte:03o}" for byte in data
    )


def listed(names: list[str], most: int = 8) -> str:
    """The first of the names, and how many more there are."""
    shown_names = ", ".join(name[:80] for name in names[:most])
    left = len(names) - most
    return (shown_names + (f" and {left} more" if left > 0 else "")) or "none"
