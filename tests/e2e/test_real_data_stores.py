"""The checks of data stores against the real servers: open they are found, with a log-in they are not."""

import contextlib
import getpass
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.processes import environment

pytestmark = pytest.mark.e2e


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(port: int, *command: str) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def redis(folder: Path, *settings: str) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    command = ("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    return serving(port, *command, *settings)


def memcached(*settings: str) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    command = ("memcached", "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-m", "8", "-u", getpass.getuser())
    return serving(port, *command, *settings)


def scan(port: int, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "cyberai", "scan", f"127.0.0.1:{port}", "--allow", "127.0.0.0/8"]
    flags = ["--format", "json", "--data-dir", str(folder / "data")]
    done = subprocess.run(
        [*command, *flags], capture_output=True, env=environment(folder), timeout=90, check=True
    )
    return dict(json.loads(done.stdout))


def test_open_redis_is_found_and_a_guarded_one_is_not(tmp_path: Path) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    with redis(tmp_path) as port:
        result = scan(port, tmp_path)
    (found,) = result["vulnerabilities"]
    assert found["check_id"] == "network.redis-unauthenticated"
    assert (found["tier"], found["location"]["port"]) == ("confirmed", port)
    with redis(tmp_path, "--requirepass", "a-long-secret") as port:
        result = scan(port, tmp_path)
    assert result["vulnerabilities"] == []
    assert result["scan"]["verdict"]["result"] == "pass"


def test_open_memcached_is_found_and_a_guarded_one_is_not(tmp_path: Path) -> None:
    if shutil.which("memcached") is None:
        pytest.skip("memcached is not installed")
    with memcached() as port:
        result = scan(port, tmp_path)
    (found,) = result["vulnerabilities"]
    assert found["check_id"] == "network.memcached-unauthenticated"
    assert (found["tier"], found["location"]["port"]) == ("confirmed", port)
    secrets = tmp_path / "users"
    secrets.write_text("quay:a-long-secret\n")
    with memcached("-Y", str(secrets)) as port:
        result = scan(port, tmp_path)
    assert result["vulnerabilities"] == []
    assert result["scan"]["verdict"]["result"] == "pass"
