"""An SSH server proves who it is by a key that is so short that it can be computed from its public part.

## Impact
Who finds the private part of a short key (factors of 512 bits take hours, of 768 and 1,024 bits the means of an
institution) can pose as the server to all clients that know the key, and read what they send, passwords included.

## Remediation
Make new keys (`ssh-keygen -t ed25519 -f /etc/ssh/ssh_host_ed25519_key`, for old clients
`ssh-keygen -t rsa -b 3072 -f /etc/ssh/ssh_host_rsa_key`), name them in `sshd_config` (`HostKey`), and tell the users
the new fingerprints.

## How it is proven
A key exchange is begun as any client does, and the server answers with its public key (RFC 4253, section 8), from which
the length of the modulus is read; on a connection of its own the same key comes again. RSA below 2,048 bits and every
DSA key of 1,024 bits count as short (NIST SP 800-131A, revision 2). The exchange goes no further; nobody logs in.
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
from cyberai.checkkit.service_port import is_elsewhere, speaks
from cyberai.checkkit.ssh import HostKey, SshDialogue, exchange_for, read_host_key, read_kexinit

_PORTS = frozenset({22, 2222})
_SHORT = 2_048
_FAMILIES = {"rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"), "dsa": ("ssh-dss",)}


@check(
    id="network.ssh-weak-host-key",
    title="SSH host key is too short",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=10,
    references=("https://csrc.nist.gov/pubs/sp/800/131/a/r2/final",),
    tags=("ssh", "cryptography"),
)
async def ssh_weak_host_key(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The RSA and the DSA key, where the server has them; a short one is fetched twice."""
    if not speaks(service, ("ssh",), _PORTS, opening="SSH-"):
        return
    for family in _FAMILIES:
        try:
            key = await _ask(service, probe, family)
            if key is None or not 0 < key.bits < _SHORT or await _ask(service, probe, family) != key:
                continue
        except ValueError:
            return
        except TransportError as error:
            if is_elsewhere(service, error):
                return
            raise
        yield _hit(service, family, key)


async def _ask(service: ServiceAsset, probe: Probe, family: str) -> HostKey | None:
    async def exchange(conversation: Conversation) -> HostKey | None:
        spoken = SshDialogue(conversation)
        if not (await spoken.server_version()).startswith(("SSH-2.0-", "SSH-1.99-")):
            return None
        await spoken.introduce()
        messages = exchange_for(read_kexinit(await spoken.hear()), _FAMILIES[family])
        if messages is None:
            return None
        await spoken.say(*messages)
        return read_host_key(await spoken.hear())

    return await probe.converse(service.host, service.port, exchange)


def _hit(service: ServiceAsset, family: str, key: HostKey) -> Hit:
    said = f"{key.kind} key of {key.bits} bits"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                b"",
                said.encode(),
                f"ssh-keyscan -t {family} -p {service.port} {service.host} | ssh-keygen -l -f -",
                f"{key.bits}",
                f"The server's {family.upper()} key has {key.bits} bits; {_SHORT:,} are the least that count as safe.",
            ),
        ),
        host=service.host,
        port=service.port,
        cause=family,
        detail=said,
    )
