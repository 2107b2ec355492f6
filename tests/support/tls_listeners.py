"""Real TLS servers for a test: `openssl s_server` and nginx, at ports that the system chose or that were free."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from support.debian_services.answering import accepts
from support.debian_services.service import free_port, program

START_SECONDS = 60


def openssl() -> str:
    """The program; an AssertionError where it is missing: every machine of a CI has it."""
    found = shutil.which("openssl")
    assert found is not None, "the package openssl is not installed"
    return found


@contextlib.contextmanager
def s_server(folder: Path, *arguments: str) -> Iterator[int]:
    """The port of an `openssl s_server` with these arguments; the folder is its working directory."""
    log = folder / f"s_server-{len(list(folder.glob('s_server-*')))}"
    command = [openssl(), "s_server", "-accept", "127.0.0.1:0", "-www", *arguments]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, cwd=folder
        )
    try:
        yield _accepting(process, log)
    finally:
        process.kill()
        process.wait(START_SECONDS)


def _accepting(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while True:
        said = log.read_text(errors="replace")
        for line in said.splitlines(keepends=True):
            if line.startswith("ACCEPT 127.0.0.1:") and line.endswith("\n"):
                return int(line.rpartition(":")[2])
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.02)


@contextlib.contextmanager
def nginx(folder: Path, settings: str) -> Iterator[int]:
    """The port of an nginx with these settings of its one TLS server."""
    binary = program("nginx")
    assert binary is not None, "the package nginx-light is not installed"
    port = free_port()
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;"
        f"events {{ worker_connections 256; }} http {{ {temporary} access_log off;"
        f"server {{ listen 127.0.0.1:{port} ssl http2; return 204; {settings} }} }}\n"
    )
    process = subprocess.Popen([binary, "-p", str(folder), "-c", str(path)], cwd=folder)
    try:
        deadline = time.monotonic() + START_SECONDS
        answers = accepts(port)
        while not answers():
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(START_SECONDS)
