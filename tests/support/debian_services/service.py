"""What a service of a test is: its setups, the ports they open, and what must be said of those."""

import pwd
import random
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netkit.certificates import Issued

USUAL_PORTS = range(20_000, 32_000)
"""Below the range that the kernel gives to outgoing connections (32768 and up)."""

_given: set[int] = set()
_guard = threading.Lock()


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong: the check that must say so, and words that its title, detail or evidence must have."""

    check: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Door:
    """One port and what a scan must say of it. `product` and `version` are empty where the service does not tell
    them to strangers; `also` are checks that rightly say something beside the flaws; `udp` says that the port is
    open to datagrams (too, or alone)."""

    port: int
    protocol: str
    product: str = ""
    version: str = ""
    flaws: tuple[Flaw, ...] = ()
    also: tuple[str, ...] = ()
    tcp: bool = True
    udp: bool = False


@dataclass(frozen=True)
class Setup:
    """A configuration that was written and is ready to start. `user` is the account to start as where the program does
    not change to one by itself; `answers` is asked until it is true."""

    command: tuple[str, ...]
    doors: tuple[Door, ...]
    answers: Callable[[], bool]
    user: str = ""
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What a setup may build on: a folder of its own that every account may enter, and a certificate for 127.0.0.1 of
    an authority that the scan trusts."""

    folder: Path
    authority: Issued
    leaf: Issued

    def file(self, name: str, text: str | bytes, *, owner: str = "", mode: int = 0o644) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        if owner:
            shutil.chown(path, owner, _group(owner))
        return path

    def directory(self, name: str, *, owner: str = "", mode: int = 0o755) -> Path:
        """A folder in the folder."""
        path = self.folder / name
        path.mkdir()
        path.chmod(mode)
        if owner:
            shutil.chown(path, owner, _group(owner))
        return path

    def certificate(self, owner: str = "") -> tuple[Path, Path, Path]:
        """The files of certificate, key and authority; the key is for its owner only."""
        return (
            self.file("certificate.pem", self.leaf.pem),
            self.file("key.pem", self.leaf.key_pem, owner=owner, mode=0o600),
            self.file("authority.pem", self.authority.pem),
        )


@dataclass(frozen=True)
class Service:
    """A service of a Debian package. `program` is what must be installed."""

    name: str
    package: str
    program: str
    misconfigured: Callable[[Ground], Setup]
    hardened: Callable[[Ground], Setup]


def free_port() -> int:
    """A port of 127.0.0.1 that is free for TCP and UDP, and that no other caller in this process has got."""
    while True:
        port = random.choice(USUAL_PORTS)
        with _guard, socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            if port in _given:
                continue
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port


def version_of(package: str) -> str:
    """The version that the package's makers gave it: without Debian's epoch and revision."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True
    )
    return asked.stdout.rpartition(":")[2].partition("-")[0].partition("+")[0].partition("~")[0]


def program(name: str) -> str | None:
    """Where a program is; Debian keeps daemons out of a user's path."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def made_by(*command: str, user: str = "", folder: Path | None = None) -> None:
    """Run a program that makes what a service needs; an AssertionError with what it says when it fails."""
    account: dict[str, Any] = {"user": user, "group": _group(user), "extra_groups": []} if user else {}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder, check=False, **account
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout.decode(errors='replace')}"


def _group(owner: str) -> int:
    return pwd.getpwnam(owner).pw_gid
