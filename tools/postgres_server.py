"""A PostgreSQL server with its data in a temporary folder, for tests and benchmarks: started and ended by its id."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

USER, PASSWORD = "cyberai", "pass word/1"
START_SECONDS = 30


def program(name: str) -> Path | None:
    """A program of the newest installed server; Debian keeps them out of the path."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: float(path.parts[-3]),
        reverse=True,
    )
    on_path = shutil.which(name)
    return found[0] if found else Path(on_path) if on_path else None


class PostgresServer:
    """One server with its data in a folder of its own, on loopback. Its superuser is `postgres`; `cyberai` may
    create databases and nothing else."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.folder = folder
        self.port = _free_port()
        self._fsync = "on" if fsync else "off"
        # The server refuses to run as root.
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._make()

    @property
    def pid(self) -> int:
        """The id of its first process."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str, *, user: str = USER, password: str = PASSWORD) -> str:
        """The address of a database."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "fsync": self._fsync,
            "max_connections": "200",
            "shared_buffers": "64MB",
        }
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [str(program("postgres")), "-D", str(self.folder / "data"), *flags],
                stdout=log,
                stderr=log,
                user=self._user,
                group=_group(self._user),
                extra_groups=[] if self._user else None,
                cwd=self.folder,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres", user="postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError((self.folder / "log").read_text()) from None
                time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL to all of its processes, the first one first, as in a crash."""
        assert self._process is not None
        pid = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)  # it makes no further one meanwhile
        children = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for each in (pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait(10)
        # The next server refuses to start while one of them still holds their memory.
        deadline = time.monotonic() + START_SECONDS
        while any(map(_runs, children)) and time.monotonic() < deadline:
            time.sleep(0.01)

    def stop(self) -> None:
        """End it at once, by its process id."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url(database, user="postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        if self._user is not None:
            for path in (self.folder, secret):
                os.chown(path, self._user, _group(self._user) or 0)
        command = [str(program("initdb")), "-D", str(self.folder / "data"), "-U", "postgres", "-E", "UTF8"]
        command += [
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--no-sync",
            "--no-instructions",
        ]
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            group=_group(self._user),
            extra_groups=[] if self._user else None,
            cwd=self.folder,
        )
        secret.unlink()


def _runs(pid: int) -> bool:
    """Whether there is such a process, and more of it than its exit code."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def _unprivileged() -> int:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise AssertionError("no user to run the server as")


def _group(user: int | None) -> int | None:
    return None if user is None else pwd.getpwuid(user).pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgres_server(*, fsync: bool = False, parent: Path | None = None) -> Iterator[PostgresServer]:
    """A running server; ended and removed at the end."""
    # Not below pytest's folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="cyberai-pg-", dir=parent))
    try:
        server = PostgresServer(folder, fsync=fsync)
        server.start()
        try:
            server.run(f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{PASSWORD}'")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
