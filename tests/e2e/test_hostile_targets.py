"""Targets that mean harm, through a real server: every scan ends in time and says honestly what it is worth."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.hostile_sites import serving_sites
from support.processes import Server, running_server

pytestmark = pytest.mark.e2e

TIMEOUT = 8
GRACE = 4
"""Seconds beyond options.timeout in which a scan must have ended, on a busy machine."""
WORKER_MIB = 400
OPTIONS = {"timeout": TIMEOUT, "request_timeout": 2, "concurrent": 4}
ENOUGH = 60
"""Seconds for what must come to its end however busy the machine is; a quiet one needs a few."""


@dataclass
class Zoo:
    """The server, and the id of the scan of every site; all were posted at once."""

    server: Server
    workers: list[int]
    targets: dict[str, str]
    scans: dict[str, str]

    def ended(self, name: str) -> dict[str, Any]:
        return self.server.wait_for_end(self.scans[name], 90)


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zoo]:
    data = tmp_path_factory.mktemp("zoo") / "data"
    names = ("--resolve", "evil.example=169.254.169.254", "--resolve", "self.example=127.0.0.1")
    flags = ("--workers", "2", *names)
    with serving_sites() as targets, running_server(data, *flags) as server:
        targets["no such name"] = "http://nope.invalid/"
        targets["name of a refused address"] = "http://evil.example/"
        targets["name of the server itself"] = f"http://self.example:{server.base.rpartition(':')[2]}/"
        scans: dict[str, str] = {}
        for name, target in targets.items():
            options = OPTIONS if name in ENDS else OPTIONS | {"timeout": ENOUGH}
            status, _, scan = server.call("POST", "/v1/scans", {"target": target, "options": options})
            assert status == 201, scan
            scans[name] = scan["id"]
        yield Zoo(server, server.family()[1:], targets, scans)


REFUSED, CUT, SLOW = "refused", "cut", "no complete answer"
ENDS = {
    "dead port": ("failed", "target_unreachable", REFUSED),
    "silent": ("failed", "target_unreachable", SLOW),
    "head byte by byte": ("failed", "target_unreachable", SLOW),
    "body byte by byte": ("failed", "target_unreachable", SLOW),
    "malformed": ("failed", "target_unreachable", "does not speak HTTP"),
    "dies in the middle": ("failed", "timed_out", "options.timeout"),
    "maze": ("failed", "timed_out", "options.timeout"),
    "20,000 links": ("failed", "timed_out", "options.timeout"),
    "no such name": ("failed", "dns_failed", "has no address"),
    "name of a refused address": ("failed", "target_not_allowed", "--allow"),
    "name of the server itself": ("failed", "target_not_allowed", "never scanned"),
}


@pytest.mark.parametrize("name", ENDS)
def test_it_ends_in_time_and_says_why(zoo: Zoo, name: str) -> None:
    status, reason, words = ENDS[name]
    scan = zoo.ended(name)
    assert (scan["status"], scan["status_reason"]) == (status, reason), scan
    assert words in scan["status_detail"]
    assert "_" not in scan["status_detail"].replace("options.request_timeout", "")
    assert scan["verdict"]["result"] == "inconclusive"
    assert scan["verdict"]["coverage_percent"] < 95
    assert scan["verdict"]["reasons"]
    assert scan["statistics"]["scan_duration"] <= TIMEOUT + GRACE


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("500 for everything", "server error"),
        ("redirects to the metadata service", "out of the scan's scope"),
        ("endless redirects", "leads to no page"),
    ],
)
def test_a_site_behind_a_shut_door_never_passes(zoo: Zoo, name: str, words: str) -> None:
    scan = zoo.ended(name)
    assert scan["status"] == "completed", scan
    assert scan["verdict"]["result"] == "inconclusive"
    assert any(words in reason for reason in scan["verdict"]["reasons"]), scan["verdict"]


@pytest.mark.parametrize("name", ["endless body", "deep markup", "gzip bomb", "healthy"])
def test_it_is_tested_like_any_other_site(zoo: Zoo, name: str) -> None:
    scan = zoo.ended(name)
    assert (scan["status"], scan["status_reason"]) == ("completed", None), scan
    assert scan["statistics"]["requests_made"] < 1_000


def test_no_worker_died_or_grew_and_the_next_scan_is_a_normal_one(zoo: Zoo) -> None:
    scans = [zoo.ended(name) for name in zoo.scans]
    assert [scan["resumed_count"] for scan in scans] == [0] * len(scans)
    assert zoo.server.family()[1:] == zoo.workers
    for pid in zoo.workers:
        status = Path(f"/proc/{pid}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert peak is not None
        assert int(peak[1]) < WORKER_MIB * 1024
    body = {"target": zoo.targets["healthy"], "options": OPTIONS | {"timeout": ENOUGH}}
    _, _, scan = zoo.server.call("POST", "/v1/scans", body)
    again = zoo.server.wait_for_end(scan["id"], 90)
    first = zoo.ended("healthy")
    assert again["status"] == "completed"
    assert again["counts_by_severity"] == first["counts_by_severity"]
    assert again["verdict"] == first["verdict"]
