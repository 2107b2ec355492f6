"""Child processes of our own command: started in their own session, always ended by their id."""

import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from cyberai.cli.failures import Failure

STOP_SECONDS = 8.0
_TAIL = 2_000


class Child:
    """`cyberai ARGUMENTS` as a child; its stderr goes to a file. Ended when the block ends."""

    def __init__(self, name: str, arguments: list[str], log: Path) -> None:
        self.name = name
        self._log = log
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Child":
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "cyberai", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C in the terminal reaches us alone; we end the children in order.
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def output(self) -> IO[bytes]:
        """What it prints."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """False once it has ended."""
        return self._process is not None and self._process.poll() is None

    def wait(self) -> None:
        """Until it ends by itself."""
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL when it does not go; harmless when repeated."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def failure(self, what: str) -> Failure:
        """What to say when it did not do its work: the end of its own words."""
        text = self._log.read_text("utf-8", "replace")[-_TAIL:].strip()
        return Failure(
            what, why=text or f"{self.name} said nothing", next_step="cyberai doctor looks at this machine"
        )


def free_port() -> int:
    """A TCP port of loopback that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """True when one may listen there."""
    try:
        with socket.create_server((host, port)):
            return True
    except OSError:
        return False
