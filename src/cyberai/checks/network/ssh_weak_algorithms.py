"""An SSH server offers algorithms or protocol versions that do not protect a connection any more.

## Impact
A client that agrees to them (an old one, or one that someone in between has talked into it) has a connection that can
be read or changed by whoever controls the way and has the means: key exchanges with 1,024-bit groups or SHA-1, host
keys signed with SHA-1, ciphers of 64-bit blocks, RC4 or CBC mode, checksums of MD5 or of 96 bits.

## Remediation
Take them out of the configuration. For OpenSSH, delete the lines `KexAlgorithms`, `HostKeyAlgorithms`, `Ciphers` and
`MACs` from `sshd_config`: the defaults of a current release contain none of them. Clients that then fail need an update.

## How it is proven
The server sends its lists (KEXINIT, RFC 4253, section 7.1) to everyone before any log-in; they are read on two
connections, and a finding is what both lists name. What is weak is what RFC 9142, RFC 8758 and RFC 8429 say SHOULD NOT or
MUST NOT be used, SHA-1 signatures of host keys, ciphers in CBC mode (CVE-2008-5161) and truncated or MD5 checksums.
"""

from collections.abc import AsyncIterator, Callable

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
    Struct,
    TransportError,
    check,
)
from cyberai.checkkit.service_port import is_elsewhere, speaks
from cyberai.checkkit.ssh import Offer, SshDialogue, read_kexinit

_PORTS = frozenset({22, 2222})
_MEDIUM = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"
_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N"
_HIGH = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"
_STRICT = "kex-strict-s-v00@openssh.com"
_CHACHA = "chacha20-poly1305@openssh.com"


class _Look(Struct, frozen=True):
    """What one connection showed. `offer` is None for a server that speaks version 1 only."""

    version: str
    offer: Offer | None
    heard: bytes


class _Kind(Struct, frozen=True):
    """One kind of weakness: which of an offer's names are weak."""

    cause: str
    title: str
    severity: Severity
    cvss: str
    weak: Callable[[Offer], tuple[str, ...]]
    cve: tuple[str, ...] = ()
    remediation: str | None = None


def _kex(offer: Offer) -> tuple[str, ...]:
    bad = ("diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1", "rsa1024-sha1")
    return tuple(n for n in offer.kex if n in bad or n.startswith(("gss-gex-sha1-", "gss-group1-sha1-")))


def _host_keys(offer: Offer) -> tuple[str, ...]:
    bad = ("ssh-rsa", "ssh-dss", "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com")
    return tuple(n for n in offer.host_keys if n in bad)


def _ciphers(offer: Offer) -> tuple[str, ...]:
    return tuple(n for n in offer.ciphers if n == "none" or "arcfour" in n or _is_cbc(n))


def _is_cbc(name: str) -> bool:
    return name.partition("@")[0].endswith("-cbc")


def _macs(offer: Offer) -> tuple[str, ...]:
    bases = ((n, n.partition("@")[0].removesuffix("-etm")) for n in offer.macs)
    return tuple(n for n, base in bases if base == "none" or "md5" in base or base.endswith("-96"))


def _truncatable(offer: Offer) -> tuple[str, ...]:
    """The Terrapin attack: what allows it, where the strict key exchange is not offered."""
    if _STRICT in offer.kex:
        return ()
    etm = any("-etm@" in name for name in offer.macs)
    return tuple(n for n in offer.ciphers if n == _CHACHA or (etm and _is_cbc(n)))


_KINDS = (
    _Kind("key-exchange", "SSH offers weak key exchanges", Severity.MEDIUM, _MEDIUM, _kex),
    _Kind("host-key", "SSH signs with weak host key algorithms", Severity.MEDIUM, _MEDIUM, _host_keys),
    _Kind("cipher", "SSH offers weak ciphers", Severity.MEDIUM, _MEDIUM, _ciphers),
    _Kind("mac", "SSH offers weak checksums", Severity.LOW, _LOW, _macs),
    _Kind(
        "terrapin",
        "SSH connections can be cut at their beginning (Terrapin)",
        Severity.LOW,
        _LOW,
        _truncatable,
        ("CVE-2023-48795",),
        "Update the server to a release with the strict key exchange (OpenSSH 9.6 and the corrected packages of the "
        "distributions), and the clients as well.",
    ),
)


@check(
    id="network.ssh-weak-algorithms",
    title="SSH offers weak algorithms",
    severity=Severity.MEDIUM,
    cvss=_MEDIUM,
    cwe=("CWE-327",),
    owasp=("A02:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=4,
    references=(
        "https://www.rfc-editor.org/rfc/rfc9142",
        "https://www.rfc-editor.org/rfc/rfc8758",
        "https://terrapin-attack.com/",
    ),
    tags=("ssh", "cryptography"),
)
async def ssh_weak_algorithms(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The lists of two connections."""
    if not speaks(service, ("ssh",), _PORTS, opening="SSH-"):
        return
    try:
        look = await probe.converse(service.host, service.port, _look)
        hits = list(_hits(service, look))
        if not hits:
            return
        again = await probe.converse(service.host, service.port, _look)
    except ValueError:
        return
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    seen = {hit.cause for hit in _hits(service, again)}
    for hit in hits:
        if hit.cause in seen:
            yield hit


async def _look(conversation: Conversation) -> _Look:
    spoken = SshDialogue(conversation)
    version = await spoken.server_version()
    if not version.startswith(("SSH-2.0-", "SSH-1.99-")):
        return _Look(version, None, spoken.heard)
    await spoken.introduce()
    return _Look(version, read_kexinit(await spoken.hear()), spoken.heard)


def _hits(service: ServiceAsset, look: _Look) -> list[Hit]:
    hits = [_old_version(service, look)] if look.version.startswith("SSH-1.") else []
    if look.offer is None:
        return hits
    for kind in _KINDS:
        names = kind.weak(look.offer)
        if names:
            hits.append(_weak(service, look, kind, ", ".join(names[:20])))
    return hits


def _weak(service: ServiceAsset, look: _Look, kind: _Kind, names: str) -> Hit:
    command = (
        f"ssh -vv -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p {service.port} "
        f"nobody@{service.host} exit 2>&1 | grep -A 8 'peer server KEXINIT proposal'"
    )
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                b"",
                look.heard[:2048],
                command,
                names.partition(",")[0],
                f"{look.version} offers {names}",
            ),
        ),
        host=service.host,
        port=service.port,
        cause=kind.cause,
        detail=f"Offered: {names}",
        title=kind.title,
        severity=kind.severity,
        cvss=kind.cvss,
        cve=kind.cve,
        remediation=kind.remediation,
    )


def _old_version(service: ServiceAsset, look: _Look) -> Hit:
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                b"",
                look.heard[:2048],
                f"nc -w 3 {service.host} {service.port} < /dev/null",
                look.version[:200],
                "The identification names version 1 (1.99 stands for both).",
            ),
        ),
        host=service.host,
        port=service.port,
        cause="protocol-1",
        detail=f"{look.version[:100]} speaks version 1 of SSH",
        title="SSH version 1 is spoken",
        severity=Severity.HIGH,
        cvss=_HIGH,
        remediation="Switch version 1 off (`Protocol 2` in old releases of OpenSSH; since 7.4 the server knows no other) or "
        "replace the device.",
    )
