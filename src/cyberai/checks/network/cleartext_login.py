"""A service asks for passwords over a connection that is not encrypted, and offers no way to encrypt it.

## Impact
Whoever can listen anywhere on the way (the same Wi-Fi, a tapped switch, a provider) reads names and passwords and can
use them from then on, here and wherever else they fit.

## Remediation
Telnet: use SSH instead. FTP: use SFTP, or give the server a certificate and require TLS (`force_local_logins_ssl=YES`
in vsftpd). SMTP, POP3 and IMAP: give the server a certificate, offer `STARTTLS`, and accept log-ins only after it
(`smtpd_tls_auth_only=yes` in Postfix, `disable_plaintext_auth=yes` in Dovecot), or use the ports that begin with TLS.

## How it is proven
The server's own words, on two connections: FTP asks for the password of a random name and refuses `AUTH TLS`; SMTP
lists `AUTH` with `PLAIN` or `LOGIN` and no `STARTTLS`; POP3 lists no `STLS` and takes a random user name; IMAP lists
neither `STARTTLS` nor `LOGINDISABLED`; Telnet shows a prompt for a name or a password. No password is sent. A server that
offers encryption without requiring it is silent here.
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
    check,
)
from cyberai.checkkit.line_dialogue import LineDialogue, block_length, line_length, tagged_length
from cyberai.checkkit.service_port import is_elsewhere, speaks
from cyberai.checkkit.telnet import TelnetDialogue
from cyberai.checkkit.text import Pattern

_PASSWORDS_IN_CLEAR = Pattern(r"\n250[ -]AUTH[ =][^\n]*\b(PLAIN|LOGIN)\b", ignore_case=True)
_STARTTLS = Pattern(r"\n250[ -]STARTTLS\b", ignore_case=True)
_STLS = Pattern(r"\nSTLS\b", ignore_case=True)
_IMAP_SAFE = Pattern(r"\b(STARTTLS|LOGINDISABLED)\b", ignore_case=True)

Spoken = LineDialogue | TelnetDialogue
Seen = tuple[Spoken, str]
"""The dialogue, and what of it asked for a password; empty where nothing did."""


@check(
    id="network.cleartext-login",
    title="Log-in without encryption",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-319", "CWE-523"),
    owasp=("A02:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=12,
    references=(
        "https://www.rfc-editor.org/rfc/rfc8314",
        "https://www.rfc-editor.org/rfc/rfc4217",
    ),
    tags=("ftp", "smtp", "pop3", "imap", "telnet", "clear-text"),
)
async def cleartext_login(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two looks at what the service offers to who wants to log in."""
    kind = _kind(service)
    if service.tls or kind not in _LOOKS:
        return
    user = probe.token(10)
    look = _LOOKS[kind]
    try:
        spoken, asked = await probe.converse(service.host, service.port, lambda c: look(c, user))
        if not asked:
            return
        _, again = await probe.converse(service.host, service.port, lambda c: look(c, user))
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    if again:
        yield _hit(service, kind, spoken, asked)


def _kind(service: ServiceAsset) -> str:
    if service.protocol:
        return service.protocol
    for kind, ports in _USUAL.items():
        if speaks(service, (), ports):
            return kind
    return ""


async def _ftp(conversation: Conversation, user: str) -> Seen:
    spoken = LineDialogue(conversation)
    if (await spoken.greeting()).code != 220:
        return spoken, ""
    # 503 and the like would say that something else is wrong than that it knows no TLS.
    if (await spoken.ask("AUTH TLS")).code not in (500, 501, 502, 504, 530, 534):
        return spoken, ""
    answer = await spoken.ask(f"USER {user}")
    return spoken, answer.lines[0] if answer.code == 331 else ""


async def _smtp(conversation: Conversation, _user: str) -> Seen:
    spoken = LineDialogue(conversation)
    if (await spoken.greeting()).code != 220:
        return spoken, ""
    offered = b"\n" + (await spoken.ask("EHLO scan.example.com")).text
    found = _PASSWORDS_IN_CLEAR.search(offered)
    if found is None or _STARTTLS.search(offered) is not None:
        return spoken, ""
    return spoken, found.text.decode("latin-1").strip()


async def _pop3(conversation: Conversation, user: str) -> Seen:
    spoken = LineDialogue(conversation)
    if not (await spoken.hear(line_length)).startswith(b"+OK"):
        return spoken, ""
    await spoken.say("CAPA")
    if _STLS.search(await spoken.hear(block_length)) is not None:
        return spoken, ""
    await spoken.say(f"USER {user}")
    answer = await spoken.hear(line_length)
    return spoken, answer.decode("latin-1").strip() if answer.startswith(b"+OK") else ""


async def _imap(conversation: Conversation, _user: str) -> Seen:
    spoken = LineDialogue(conversation)
    if not (await spoken.hear(line_length)).startswith(b"* OK"):
        return spoken, ""
    await spoken.say("a1 CAPABILITY")
    offered = await spoken.hear(tagged_length("a1"))
    if b"\na1 OK" not in offered or _IMAP_SAFE.search(offered) is not None:
        return spoken, ""
    return spoken, offered.partition(b"\n")[0].decode("latin-1").strip()


async def _telnet(conversation: Conversation, _user: str) -> Seen:
    spoken = TelnetDialogue(conversation)
    return spoken, await spoken.prompt()


_LOOKS: dict[str, Callable[[Conversation, str], Awaitable[Seen]]] = {
    "ftp": _ftp,
    "smtp": _smtp,
    "pop3": _pop3,
    "imap": _imap,
    "telnet": _telnet,
}
_USUAL = {
    "ftp": frozenset({21, 2121}),
    "smtp": frozenset({25, 587, 2525}),
    "pop3": frozenset({110}),
    "imap": frozenset({143}),
    "telnet": frozenset({23, 2323}),
}
_ASK = {
    "ftp": "AUTH TLS\\r\\nUSER someone\\r\\nQUIT\\r\\n",
    "smtp": "EHLO scan.example.com\\r\\nQUIT\\r\\n",
    "pop3": "CAPA\\r\\nUSER someone\\r\\nQUIT\\r\\n",
    "imap": "a1 CAPABILITY\\r\\na2 LOGOUT\\r\\n",
}
_NAMES = {"ftp": "FTP", "smtp": "SMTP", "pop3": "POP3", "imap": "IMAP", "telnet": "Telnet"}


def _hit(service: ServiceAsset, kind: str, spoken: Spoken, asked: str) -> Hit:
    where = f"{service.host} {service.port}"
    # The pause lets servers greet first that drop clients who speak too early.
    command = f"(sleep 1; printf '{_ASK[kind]}'; sleep 1) | nc {where}" if kind in _ASK else f"telnet {where}"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                spoken.sent[:2048],
                spoken.heard[:2048],
                command,
                asked[:200],
                f"{_NAMES[kind]} takes passwords on this connection and offers no encryption.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"{_NAMES[kind]} takes passwords without encryption",
        title=f"{_NAMES[kind]} log-in without encryption",
    )
