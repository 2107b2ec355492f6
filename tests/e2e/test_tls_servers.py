"""Real TLS servers of Debian packages, all at once: every weakness that each has is found, and nothing else is said.

What stands in `tests/support/tls_servers` is the table: a door, how TLS begins there, and the keys of its weaknesses.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netkit.certificates import issue
from support.debian_services.running import running
from support.debian_services.service import Flaw, Service, program
from support.processes import environment
from support.tls_servers.door import TlsDoor
from support.tls_servers.every import SERVERS
from support.tls_servers.weaknesses import WEAKNESSES

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root: these servers change to accounts of their own"),
]

SCAN_SECONDS = 300
INSTALLED = tuple(service for service in SERVERS if program(service.program) is not None)


class Seen:
    """What one scan of all doors said."""

    def __init__(self, result: dict[str, Any], doors: dict[str, tuple[TlsDoor, ...]]) -> None:
        self.result = result
        self.doors = doors

    def findings(self, door: TlsDoor) -> list[dict[str, Any]]:
        """What was reported on a door."""
        return [row for row in self.result["vulnerabilities"] if row["location"]["port"] == door.port]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One scan over every door, by the command line, while all servers run."""
    folder = tmp_path_factory.mktemp("tls")
    authority = issue("Quay authority", authority=True, to_days=400)
    leaf = issue("127.0.0.1", authority, names=("127.0.0.1", "localhost"), to_days=90, rsa_bits=2_048)
    (folder / "authority.pem").write_bytes(authority.pem)
    with running(INSTALLED, hardened=False, authority=authority, leaf=leaf) as services:
        doors = {each.service.name: _doors(each.setup.doors) for each in services}
        yield Seen(_scan([door for some in doors.values() for door in some], folder), doors)


def _doors(doors: tuple[Any, ...]) -> tuple[TlsDoor, ...]:
    assert all(isinstance(door, TlsDoor) for door in doors)
    return doors


def _scan(doors: list[TlsDoor], folder: Path) -> dict[str, Any]:
    targets = [f"127.0.0.1:{door.port}" for door in doors]
    command = [sys.executable, "-m", "cyberai", "scan", *targets, "--allow", "127.0.0.0/8"]
    flags = ["--type", "network", "--checks", "tls", "--concurrent", "8", "--format", "json", "--quiet"]
    places = ["--ca-file", str(folder / "authority.pem"), "--data-dir", str(folder / "data")]
    done = subprocess.run(
        [*command, *flags, *places],
        capture_output=True,
        env=environment(folder),
        timeout=SCAN_SECONDS,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["scan"]["status"] == "completed", done.stderr
    return result


def _require(service: Service) -> None:
    """Skip where the server is not installed; in CI, which installs all of them, fail."""
    if program(service.program) is None:
        absent = f"{service.program} is not installed: apt-get install {service.package}"
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)


def _says(finding: dict[str, Any], flaw: Flaw) -> bool:
    return finding["check_id"] == flaw.check and all(word in finding["title"] for word in flaw.words)


def _keys(found: list[dict[str, Any]]) -> tuple[frozenset[str], list[str]]:
    """The weaknesses that findings tell of, and the titles of those that tell of none that the table knows."""
    told = {key for key, flaw in WEAKNESSES.items() if any(_says(row, flaw) for row in found)}
    known = [row for row in found if any(_says(row, flaw) for flaw in WEAKNESSES.values())]
    return frozenset(told), [f"{row['check_id']}: {row['title']}" for row in found if row not in known]


@pytest.mark.parametrize("service", SERVERS, ids=lambda service: service.name)
def test_every_weakness_is_found_and_nothing_else_is_said(service: Service, seen: Seen) -> None:
    _require(service)
    for door in seen.doors[service.name]:
        found = seen.findings(door)
        told, unknown = _keys(found)
        assert (told, unknown) == (door.weak, []), door.name
        assert {row["tier"] for row in found} <= {"confirmed"}, door.name


@pytest.mark.parametrize("service", SERVERS, ids=lambda service: service.name)
def test_nothing_stays_untested(service: Service, seen: Seen) -> None:
    _require(service)
    for door in seen.doors[service.name]:
        rows = [row for row in seen.result["coverage"] if row["host"] == f"127.0.0.1:{door.port}"]
        assert rows, door.name
        assert [row for row in rows if row["errored"]] == [], door.name


def test_every_weakness_is_there_once_and_missing_once(seen: Seen) -> None:
    for service in SERVERS:
        _require(service)
    doors = [door for some in seen.doors.values() for door in some]
    assert len(doors) >= 24
    assert len({service.program for service in SERVERS}) >= 10
    for key in WEAKNESSES:
        assert {key in door.weak for door in doors} == {True, False}, key


def test_commands_reach_the_same_place(seen: Seen) -> None:
    """The evidence of a server that begins in the clear names the protocol that openssl has to speak first."""
    _require(next(service for service in SERVERS if service.name == "dovecot"))
    for door in seen.doors["dovecot"]:
        commands = [str(row["evidence"]) for row in seen.findings(door) if row["title"] == "TLSv1.0 offered"]
        assert len(commands) == 1
        assert f"-connect 127.0.0.1:{door.port} -starttls {door.starttls}" in commands[0]
