"""Samba: a share for guests, the first version of the protocol and no signatures; and none of it."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of


def misconfigured(ground: Ground) -> Setup:
    """For the sake of an old scanner: SMB 1, guests may write, nothing is signed."""
    files = ground.directory("files", owner="nobody", mode=0o777)
    settings = (
        "server min protocol = NT1\nntlm auth = yes\nserver signing = disabled\nmap to guest = Bad User\n"
        f"restrict anonymous = 0\n[public]\npath = {files}\nguest ok = yes\nread only = no\n"
    )
    flaws = (
        Flaw("network.smb-version-1"),
        Flaw("network.smb-signing-not-required"),
        Flaw("network.smb-guest-shares", ("public",)),
    )
    return _setup(ground, settings, version_of("samba"), flaws)


def hardened(ground: Ground) -> Setup:
    """SMB 3 only, signed and encrypted, for accounts."""
    files = ground.directory("files", owner="nobody")
    settings = (
        "server min protocol = SMB3\nserver signing = mandatory\nserver smb encrypt = required\nmap to guest = Never\n"
        f"restrict anonymous = 2\n[team]\npath = {files}\nguest ok = no\nread only = yes\n"
    )
    return _setup(ground, settings, "", ())


def _setup(ground: Ground, settings: str, version: str, flaws: tuple[Flaw, ...]) -> Setup:
    port = free_port()
    kinds = ("lock", "state", "cache", "pid", "private", "ncalrpc")
    names = {"pid": "pid directory", "private": "private dir", "ncalrpc": "ncalrpc dir"}
    folders = "".join(
        f"{names.get(kind, f'{kind} directory')} = {ground.directory(kind)}\n" for kind in kinds
    )
    path = ground.file(
        "smb.conf",
        f"[global]\nsmb ports = {port}\ninterfaces = 127.0.0.1/8\nbind interfaces only = yes\ndisable netbios = yes\n"
        f"load printers = no\nprinting = bsd\ndisable spoolss = yes\nlogging = file\nlog file = {ground.folder}/log.smb\n"
        f"netbios name = QUAY\nworkgroup = HARBOUR\n{folders}{settings}",
    )
    command = ("smbd", "--foreground", "--no-process-group", "-s", str(path))
    return Setup(command, (Door(port, "smb", "Samba", version, flaws),), accepts(port))


SERVICE = Service("samba", "samba", "smbd", misconfigured, hardened)
