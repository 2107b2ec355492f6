"""Real services of Debian packages, all at once: what is misconfigured is found, and the hardened twins are silent."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netkit.certificates import issue
from support.debian_services.every import SERVICES
from support.debian_services.running import Running, running
from support.debian_services.service import Door, Flaw, Service, program
from support.processes import environment

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root: these servers change to accounts of their own"),
]

SCAN_SECONDS = 400
INSTALLED = tuple(service for service in SERVICES if program(service.program) is not None)


@dataclass(frozen=True)
class Seen:
    """What one scan over all services said; the doors by the service's name."""

    result: dict[str, Any]
    doors: dict[str, tuple[Door, ...]]

    def findings(self, door: Door) -> list[dict[str, Any]]:
        """What was reported on a door."""
        return [row for row in self.result["vulnerabilities"] if row["location"]["port"] == door.port]


def scan(services: list[Running], folder: Path, authority: Path) -> Seen:
    """One scan over every door of all services, by the command line."""
    doors = {each.service.name: each.setup.doors for each in services}
    targets = [f"127.0.0.1:{door.port}" for some in doors.values() for door in some]
    command = [
        sys.executable,
        "-m",
        "cyberai",
        "scan",
        *targets,
        "--allow",
        "127.0.0.0/8",
        "--mode",
        "intrusive",
    ]
    flags = ["--ca-file", str(authority), "--format", "json", "--quiet", "--data-dir", str(folder / "data")]
    done = subprocess.run(
        [*command, *flags], capture_output=True, env=environment(folder), timeout=SCAN_SECONDS, check=False
    )
    assert done.returncode in (0, 3), done.stderr
    result = json.loads(done.stdout)
    assert result["scan"]["status"] == "completed", done.stderr
    assert result["scan"]["verdict"]["coverage_percent"] >= 95, result["coverage"]
    return Seen(result, doors)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Seen, Seen]]:
    """The misconfigured ones and the hardened ones, scanned side by side while all of them run."""
    folder = tmp_path_factory.mktemp("services")
    authority = issue("Quay authority", authority=True, to_days=400)
    leaf = issue("127.0.0.1", authority, names=("127.0.0.1", "localhost"), to_days=90)
    (folder / "authority.pem").write_bytes(authority.pem)

    def look(hardened: bool) -> Seen:
        mine = folder / ("hardened" if hardened else "misconfigured")
        mine.mkdir()
        with running(INSTALLED, hardened=hardened, authority=authority, leaf=leaf) as services:
            return scan(services, mine, folder / "authority.pem")

    with ThreadPoolExecutor(2) as pool:
        yield tuple(pool.map(look, (False, True)))  # type: ignore[misc]


def identified(door: Door, result: dict[str, Any]) -> list[str]:
    """What is said of the product behind a door and is not so; empty when all is right."""
    facts = [fact for fact in result["services"] if fact["port"] == door.port]
    if len(facts) != 1:
        return [f"{len(facts)} services on port {door.port}: {facts}"]
    (fact,) = facts
    told = {name: fact.get(name, "") for name in ("protocol", "product", "version", "transport")}
    named = door.product.lower() in told["product"].lower() if door.product else not told["product"]
    right = (
        told["protocol"] == door.protocol
        and named
        and told["version"] == door.version
        and told["transport"] == ("tcp" if door.tcp else "udp")
    )
    return [] if right else [f"{told} where {door.protocol} {door.product} {door.version} listens"]


def require(service: Service) -> None:
    """Skip where the service is not installed; in CI, which installs all of them, fail."""
    if program(service.program) is None:
        absent = f"{service.program} is not installed: apt-get install {service.package}"
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)


def says(finding: dict[str, Any], flaw: Flaw) -> bool:
    """Whether the finding is about this flaw."""
    text = json.dumps(finding).lower()
    return finding["check_id"] == flaw.check and all(word.lower() in text for word in flaw.words)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_misconfiguration_is_found_and_nothing_else_is_said(
    service: Service, seen: tuple[Seen, Seen]
) -> None:
    require(service)
    misconfigured, _ = seen
    for door in misconfigured.doors[service.name]:
        found = misconfigured.findings(door)
        missed = [flaw for flaw in door.flaws if not any(says(finding, flaw) for finding in found)]
        assert missed == [], [(row["check_id"], row["title"]) for row in found]
        mine = {*door.also, *(flaw.check for flaw in door.flaws)}
        assert [(row["check_id"], row["title"]) for row in found if row["check_id"] not in mine] == []
        assert {row["tier"] for row in found} <= {"confirmed", "strong"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_hardened_twin_is_left_in_peace(service: Service, seen: tuple[Seen, Seen]) -> None:
    require(service)
    _, hardened = seen
    for door in hardened.doors[service.name]:
        found = [row for row in hardened.findings(door) if row["check_id"] not in door.also]
        assert [(row["check_id"], row["title"], row["affected_component"]) for row in found] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_product_and_version_are_right_or_not_told(service: Service, seen: tuple[Seen, Seen]) -> None:
    require(service)
    wrong = [
        word for one in seen for door in one.doors[service.name] for word in identified(door, one.result)
    ]
    assert wrong == []
