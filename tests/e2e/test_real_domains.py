"""Domains with every fault and without, held by a real BIND and resolved by another that checks signatures: a scan by the
command line finds each fault, and nothing else."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.debian_services.answering import accepts, listens_to_datagrams
from support.debian_services.running import Group
from support.debian_services.service import Setup, free_port, program
from support.domain_zones import CLEAN, FAULTY, Domain, write

pytestmark = pytest.mark.e2e

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
LIMIT = 300


@dataclass(frozen=True)
class World:
    """The ports of the server that holds the zones and of the resolver."""

    holder: int
    resolver: int
    home: Path

    def scan(self, *names: str, ports: str = "1") -> dict[str, Any]:
        """What the scan printed."""
        flags = ["--type", "network", "--ports", ports, "--no-udp", "--allow", "127.0.0.0/8"]
        flags += ["--resolver", f"127.0.0.1:{self.resolver}", "--format", "json", "--quiet"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CYBERAI_", "XDG_"))}
        done = subprocess.run(
            [sys.executable, "-m", "cyberai", "scan", *names, *flags, "--data-dir", str(self.home / "data")],
            env={**kept, "PYTHONPATH": SOURCE, "HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            cwd=self.home,
            check=False,
        )
        assert done.stdout, done.stderr
        return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if program("named") is None:
        pytest.skip("BIND is not installed")
    # Not below pytest's folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="cyberai-names-"))
    folder.chmod(0o755)
    holder, resolver = free_port(), free_port()
    groups: list[Group] = []
    try:
        for port, settings in zip((holder, resolver), write(folder, holder, resolver), strict=True):
            connects, hears = accepts(port), listens_to_datagrams(port)
            command = ("named", "-g", "-n", "1", "-u", "bind", "-c", str(settings))
            setup = Setup(command, (), lambda connects=connects, hears=hears: connects() and hears())
            (folder / str(port)).mkdir()
            group = Group(setup, folder / str(port))
            groups.append(group)
            group.wait_until(setup)
        yield World(holder, resolver, tmp_path_factory.mktemp("home"))
    finally:
        for group in groups:
            group.end()
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


def causes(found: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """(check, what the title and detail say) by name."""
    told: dict[str, set[tuple[str, str]]] = {}
    for row in found["vulnerabilities"]:
        told.setdefault(row["affected_component"], set()).add((row["check_id"], row["title"]))
    return told


def wanted(domains: tuple[Domain, ...]) -> dict[str, set[str]]:
    """The checks that must say something, by name, as often as they must."""
    return {
        name: {f"{check} {cause}" for check, cause in faults}
        for domain in domains
        for name, faults in ((domain.name, domain.faults), *domain.names.items())
    }


@pytest.fixture(scope="module")
def whole(world: World) -> dict[str, Any]:
    """One scan of all domains."""
    return world.scan(*wanted((*CLEAN, *FAULTY)))


def test_every_fault_is_found_and_nothing_on_clean_domains(whole: dict[str, Any]) -> None:
    expected, found = wanted((*CLEAN, *FAULTY)), whole
    assert found["scan"]["status"] == "completed"
    said = causes(found)
    assert set(said) == {name for name, faults in expected.items() if faults}
    for name, faults in expected.items():
        checks = sorted(fault.partition(" ")[0] for fault in faults)
        assert sorted(check for check, _ in said.get(name, set())) == checks, (name, said.get(name))
    titles = {(check, title) for rows in said.values() for check, title in rows}
    assert titles == set(TITLES)
    assert {row["tier"] for row in found["vulnerabilities"]} == {"confirmed", "strong", "lead"}


TITLES = [
    ("dns.spf", "No SPF record"),
    ("dns.spf", "SPF record that lets everybody pass"),
    ("dns.spf", "Several SPF records"),
    ("dns.spf", "SPF record with too many look-ups"),
    ("dns.spf", "SPF record without a verdict"),
    ("dns.spf", "SPF record that leads back to itself"),
    ("dns.spf", "SPF record with an error"),
    ("dns.spf", "SPF record with empty look-ups"),
    ("dns.spf", "SPF record that includes what is not there"),
    ("dns.dmarc", "No DMARC record"),
    ("dns.dmarc", "DMARC policy that refuses nothing"),
    ("dns.dmarc", "Several DMARC records"),
    ("dns.dmarc", "DMARC policy for a part of the mail"),
    ("dns.dmarc", "DMARC policy that leaves out subdomains"),
    ("dns.dmarc", "DMARC record without a policy"),
    ("dns.dkim", "Weak DKIM key"),
    ("dns.dkim", "DKIM key in test mode"),
    ("dns.mta-sts", "MTA-STS record without a policy"),
    ("dns.mta-sts", "Several MTA-STS records"),
    ("dns.mta-sts", "MTA-STS record without an id"),
    ("dns.mta-sts", "TLS report record without an address"),
    ("dns.caa", "No CAA record"),
    ("dns.caa", "CAA record that stops all authorities"),
    ("dns.caa", "CAA record without an authority"),
    ("dns.dnssec", "Broken DNSSEC"),
    ("dns.dnssec", "Weak DNSSEC key"),
    ("dns.dnssec", "Old DNSSEC digest"),
    ("dns.dnssec", "Old DNSSEC algorithm"),
    ("dns.dnssec", "NSEC3 with extra iterations"),
    ("dns.dnssec", "DNSSEC signatures about to end"),
    ("dns.dnssec", "DNSSEC without a delegation"),
    ("dns.dangling-record", "Name server in a domain that can be registered"),
    ("dns.dangling-record", "Mail exchanger in a domain that can be registered"),
    ("dns.dangling-record", "Alias in a domain that can be registered"),
    ("dns.dangling-record", "Alias to a free name of Azure App Service"),
    ("dns.dangling-record", "Alias that does not exist"),
]


def test_the_printed_command_shows_a_fault_again(world: World, whole: dict[str, Any]) -> None:
    if shutil.which("dig") is None:
        pytest.skip("dig is not installed")
    row = next(row for row in whole["vulnerabilities"] if row["title"] == "No SPF record")
    (evidence,) = row["evidence"]
    assert evidence["reproduce"] == f"dig @127.0.0.1 -p {world.resolver} bare.com TXT"
    shown = subprocess.run(
        ["sh", "-c", evidence["reproduce"]], capture_output=True, text=True, timeout=60, check=True
    )
    assert "status: NOERROR" in shown.stdout
    assert "ANSWER: 0" in shown.stdout


def test_a_clean_domain_passes(world: World) -> None:
    found = world.scan("clean.com", ports=str(world.holder))
    assert found["vulnerabilities"] == []
    assert found["scan"]["verdict"]["result"] == "pass", found["scan"]["verdict"]


def test_usual_words_lead_to_names_that_are_looked_at_but_not_scanned(world: World) -> None:
    found = world.scan("old.com", "wild.com", "--subdomain-words")
    leading = {row["affected_component"]: row["tier"] for row in found["vulnerabilities"]}
    assert leading == {"old.com": "strong", "www.old.com": "strong", "shop.old.com": "strong"}


def test_a_name_that_nobody_knows_fails_the_scan(world: World) -> None:
    found = world.scan("nobody-knows-4711.com")
    assert (found["scan"]["status"], found["scan"]["status_reason"]) == ("failed", "dns_failed")
