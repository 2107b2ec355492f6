"""A Redis data store accepts one of the passwords that manuals and examples show.

## Impact
The password keeps nobody out: all data in it can be read, changed and deleted, and Redis' configuration commands are
usually a way to running commands on the host.

## Remediation
Set a long random password (`requirepass`, or ACL users with `user` rules): Redis answers hundreds of thousands of
attempts a second, so that only length protects. Bind the server to the addresses that need it and put a firewall
before the port.

## How it is proven
The server refuses a command without a password and a random password, accepts one of five fixed ones, and then answers
`INFO server` with its version. Five attempts, in the intrusive mode only; Redis locks nobody out.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_PASSWORDS = ("foobared", "redis", "password", "admin", "123456")
_INFO = b"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"
_VERSION = Pattern(r"(?:redis|valkey)_version:[0-9][\w.\-]{0,30}")
_REFUSED = (b"-WRONGPASS", b"-ERR invalid password")


@check(
    id="network.redis-default-password",
    title="Redis with a well-known password",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1392", "CWE-521"),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=8,
    references=("https://redis.io/docs/latest/operate/oss_and_stack/management/security/",),
    tags=("redis", "database", "default-login"),
    intrusive=True,
)
async def redis_default_password(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: a command, a random password as control, then the few that everybody knows."""
    if not speaks(service, {"redis"}, {6379}):
        return

    async def dialogue(conversation: Conversation) -> tuple[str, bytes] | None:
        if not (await _say(conversation, b"*1\r\n$4\r\nPING\r\n")).startswith(b"-NOAUTH"):
            return None
        if not (await _say(conversation, _auth(probe.token(16)))).startswith(_REFUSED):
            return None
        for password in _PASSWORDS:
            if (await _say(conversation, _auth(password))).startswith(b"+OK"):
                return password, await _say(conversation, _INFO)
        return None

    found = await ask(service, probe, dialogue)
    version = _VERSION.search(found[1]) if found is not None else None
    if found is None or version is None:
        return
    password, answer = found
    tls = " --tls --insecure" if service.tls else ""
    yield observed(
        service,
        _auth(password) + _INFO,
        answer,
        f"redis-cli -h {service.host} -p {service.port}{tls} -a {password} INFO server",
        match=excerpt(version.text),
        note=f"Without a password and with a random one the server refuses; with {password!r} it answers INFO server.",
        detail=excerpt(version.text).replace("_version:", " version "),
        control=True,
    )


async def _say(conversation: Conversation, command: bytes) -> bytes:
    await conversation.send(command)
    return await conversation.receive(4_096, quiet=0.2)


def _auth(password: str) -> bytes:
    return b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n" % (len(password), password.encode())
