"""rsync's daemon: a folder that anyone may read and write, and one behind a password that is not listed."""

from support.debian_services.answering import greets
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port

_COMMON = "address = 127.0.0.1\nuse chroot = no\n"


def misconfigured(ground: Ground) -> Setup:
    """A module without accounts, writable."""
    port = free_port()
    files = ground.directory("files", owner="nobody")
    settings = ground.file(
        "rsyncd.conf", f"{_COMMON}[backup]\npath = {files}\ncomment = All of it\nread only = no\n"
    )
    flaws = (Flaw("network.rsync-unauthenticated", ("backup",)),)
    return Setup(_command(port, str(settings)), (Door(port, "rsync", "rsync", "", flaws),), greets(port))


def hardened(ground: Ground) -> Setup:
    """One module, unlisted, read only, for one account."""
    port = free_port()
    files = ground.directory("files", owner="nobody")
    secrets = ground.file("secrets", "quay:tide-table-canary\n", mode=0o600)
    settings = ground.file(
        "rsyncd.conf",
        f"{_COMMON}[backup]\npath = {files}\nlist = no\nread only = yes\nauth users = quay\n"
        f"secrets file = {secrets}\n",
    )
    return Setup(_command(port, str(settings)), (Door(port, "rsync", "rsync"),), greets(port))


def _command(port: int, settings: str) -> tuple[str, ...]:
    return ("rsync", "--daemon", "--no-detach", f"--port={port}", f"--config={settings}")


SERVICE = Service("rsync", "rsync", "rsync", misconfigured, hardened)
