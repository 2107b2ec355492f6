"""A service lets people in with a name and password that come from the factory or that everyone tries first.

## Impact
Whoever knows the product, or tries the usual pairs, has the account: files by FTP, the command line by Telnet. Worms do
nothing else all day, and devices taken over so make up the largest botnets.

## Remediation
Set passwords of your own before a device goes on the network, disable accounts that nobody needs, and let log-ins wait
after failures. Telnet and FTP belong switched off.

## How it is proven
Five fixed pairs are tried, each once, only in intrusive mode. By FTP the log-in is accepted and `PWD` answered; by
Telnet a prompt for commands comes after the password. The accepted pair is tried a second time, and the control, a random name
with a random password, must be refused. Nothing is done with the account but asking for the folder, and leaving.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

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
from cyberai.checkkit.line_dialogue import LineDialogue
from cyberai.checkkit.service_port import authority
from cyberai.checkkit.telnet import TelnetDialogue, command_prompt_in, prompt_in

_PAIRS = (
    ("admin", "admin"),
    ("root", "root"),
    ("user", "user"),
    ("admin", "password"),
    ("test", "test"),
)


@check(
    id="network.default-login",
    title="Default log-in",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1392", "CWE-521"),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=60,
    references=("https://www.cisa.gov/news-events/alerts/2013/06/24/risks-default-passwords-internet",),
    tags=("ftp", "telnet", "default-login"),
    intrusive=True,
)
async def default_login(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Few pairs, each on a connection of its own; the accepted one again, and one that nobody has."""
    attempt = _ATTEMPTS.get(service.protocol)
    if attempt is None:
        return
    for user, password in _PAIRS:
        heard = await _try(service, probe, attempt, user, password)
        if not heard:
            continue
        if await _try(service, probe, attempt, probe.token(9), probe.token(9)):
            return
        if await _try(service, probe, attempt, user, password):
            yield _hit(service, user, password, heard)
            return


Attempt = Callable[[Conversation, str, str], Awaitable[bytes]]
"""What the service said to who was let in; empty where it refuses."""


async def _try(service: ServiceAsset, probe: Probe, attempt: Attempt, user: str, password: str) -> bytes:
    try:
        return await probe.converse(
            service.host, service.port, lambda c: attempt(c, user, password), tls=service.tls
        )
    except TransportError as error:
        # Some hang up, or fall silent for long, on a wrong password.
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return b""
        raise


async def _ftp(conversation: Conversation, user: str, password: str) -> bytes:
    spoken = LineDialogue(conversation)
    if (await spoken.greeting()).code != 220:
        return b""
    answer = await spoken.ask(f"USER {user}")
    if answer.code != 331 or (await spoken.ask(f"PASS {password}")).code != 230:
        return b""
    inside = (await spoken.ask("PWD")).code == 257
    await spoken.say("QUIT")
    return spoken.heard if inside else b""


async def _telnet(conversation: Conversation, user: str, password: str) -> bytes:
    spoken = TelnetDialogue(conversation)
    if not await spoken.prompt():
        return b""
    await spoken.say(user)
    if "pass" not in (await spoken.prompt()).lower():
        return b""
    await spoken.say(password)
    said = await spoken.hear(lambda text: bool(command_prompt_in(text) or prompt_in(text)))
    if not command_prompt_in(said):
        return b""
    await spoken.say("exit")
    return spoken.heard


_ATTEMPTS: dict[str, Attempt] = {"ftp": _ftp, "telnet": _telnet}


def _hit(service: ServiceAsset, user: str, password: str, heard: bytes) -> Hit:
    command = f"telnet {service.host} {service.port}"
    if service.protocol == "ftp":
        command = f"curl --silent --show-error --user {user}:{password} ftp://{authority(service)}/"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                f"{user} / {password}".encode(),
                heard[-2048:],
                command,
                "",
                f"{user} with the password {password} is let in twice; a random pair is refused.",
            ),
        ),
        host=service.host,
        port=service.port,
        cause=service.protocol,
        detail=f"{user} with the password {password} is let in",
        title=f"Default log-in by {service.protocol.upper()}"
        if service.protocol == "ftp"
        else "Default log-in by Telnet",
    )
