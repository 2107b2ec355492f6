"""Starting services of a test at the same time, waiting until each answers, and ending them by their ids."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netkit.certificates import Issued
from support.debian_services.service import Ground, Service, Setup

START_SECONDS = 120
END_SECONDS = 15
MARK = "CYBERAI_TEST_SERVICE"
"""In the environment of all that a service starts: some programs leave daemons behind in sessions of their own."""


@dataclass(frozen=True)
class Running:
    """A service that answers."""

    service: Service
    setup: Setup


class Group:
    """A process with all it starts, ended as a whole."""

    def __init__(self, setup: Setup, folder: Path) -> None:
        self.log = folder / "log"
        self._mark = f"{MARK}={folder}".encode()
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                setup.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=folder,
                env={
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                    "HOME": str(folder),
                    MARK: str(folder),
                    **setup.environment,
                },
                start_new_session=True,
                **_account(setup.user),
            )

    def wait_until(self, setup: Setup) -> None:
        """Return when it answers; an AssertionError with its log when it ends, or does not answer for too long."""
        deadline = time.monotonic() + START_SECONDS
        while not setup.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{setup.command}: {self.process.returncode}\n{self.log.read_text()}")
            time.sleep(0.05)

    def end(self) -> None:
        """SIGTERM to the process, and SIGKILL to what is left of all that it started."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(END_SECONDS)
        deadline = time.monotonic() + END_SECONDS
        while (left := self._left()) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def _left(self) -> list[int]:
        """The living processes that carry the mark; what has ended and only waits for its parent has no environment."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if self._mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return found


def _account(user: str) -> dict[str, Any]:
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


@contextlib.contextmanager
def running(
    services: tuple[Service, ...], *, hardened: bool, authority: Issued, leaf: Issued
) -> Iterator[list[Running]]:
    """All of them, started side by side; those whose program is not installed are left out."""
    # Not below pytest's folder, which only its owner may enter.
    parent = Path(tempfile.mkdtemp(prefix="cyberai-services-"))
    parent.chmod(0o755)
    groups: list[Group] = []

    def start(service: Service) -> Running:
        folder = parent / service.name
        folder.mkdir()
        ground = Ground(folder, authority, leaf)
        setup = service.hardened(ground) if hardened else service.misconfigured(ground)
        group = Group(setup, folder)
        groups.append(group)
        group.wait_until(setup)
        return Running(service, setup)

    try:
        with ThreadPoolExecutor(len(services)) as pool:
            yield list(pool.map(start, services))
    finally:
        with ThreadPoolExecutor(max(len(groups), 1)) as pool:
            list(pool.map(Group.end, groups))
        shutil.rmtree(parent, ignore_errors=True)
