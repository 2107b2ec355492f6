"""The command line of every finding on a service of the lab, pasted into a shell, tells the vulnerable twin from the
fixed one."""

import asyncio
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from cyberai.checkkit import Scope, ServiceEvidence
from cyberai.domain.scan import Mode, ScanPolicies
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from support.lab_network import lab_network
from support.processes import running_lab
from support.scan_in_process import scan, spec_of

pytestmark = pytest.mark.e2e

CHECKS = tuple(check for check in all_checks() if check.meta.scope is Scope.SERVICE)

SHOWN = {
    "network.cleartext-login": {"FTP": "502", "SMTP": "AUTH PLAIN", "POP3": "USER", "IMAP": "AUTH=PLAIN"},
    "network.default-login": {"FTP": "EPSV"},
    "network.dns-open-resolver": {"": "198.51.100."},
    "network.dns-version": {"": "QuayDNS 4.1.7"},
    "network.dns-zone-transfer": {"": "crane-control.harbour.example"},
    "network.ftp-anonymous": {"": "EPSV"},
    "network.http-open-proxy": {"tunnel": "400 Bad Request", "reach": "503"},
    "network.ipmi-weak-authentication": {"cipher": "06 00 ff 07 06 11", "": "85 07"},
    "network.ldap-anonymous": {"": "dn: ou=people,dc=harbour,dc=example"},
    "network.ntp-amplification": {"monlist": "d7 00", "variables": "ntpd"},
    "network.rdp-without-nla": {"old": "02 00 08 00 00", "Network": "02 00 08 00 01"},
    "network.smtp-open-relay": {"": "250 2.1.5"},
    "network.smtp-user-names": {"": "250 2.1.5 postmaster"},
    "network.snmp-default-community": {"": "Quay crane controller"},
    "network.snmp-private-community": {"": "Quay crane controller"},
    "network.socks-open-proxy": {"connects": "05 00", "tries ports": "Connection refused"},
    "network.ssdp-amplification": {"": "LOCATION: http"},
    "network.ssh-weak-algorithms": {
        "version 1": "SSH-1.99",
        "exchanges": "group1-sha1",
        "host key": "ssh-rsa,",
        "ciphers": "3des-cbc",
        "checksums": "hmac-md5",
        "Terrapin": "aes128-cbc",
    },
    "network.ssh-weak-host-key": {"": "1024 SHA256"},
}
"""By the check and a word of the finding's title or detail: what the command shows on the vulnerable twin only."""


class Case(Struct, frozen=True):
    """A command for the vulnerable twin, and the same one for the fixed twin."""

    check_id: str
    open_one: str
    fixed_one: str
    shown: str


def shown_by(check_id: str, text: str) -> str | None:
    """What the command of this finding must show; None where only a person can repeat it (Telnet)."""
    return next((shown for word, shown in SHOWN[check_id].items() if word.lower() in text.lower()), None)


def cases(open_lab: dict[str, Any], fixed_lab: dict[str, Any]) -> list[Case]:
    """Every finding on the services, as the engine makes it, with the ports of both labs."""
    found: list[Case] = []
    places = [
        [t["target"] for t in lab["targets"] if t["kind"] == "service"] for lab in (open_lab, fixed_lab)
    ]
    policies = ScanPolicies(mode=Mode.INTRUSIVE)
    for item, there, fixed in zip(discovery.services(), *places, strict=True):
        if not item.flaws or item.flaws[0].check not in SHOWN:
            continue
        port, fixed_port = there.rpartition(":")[2], fixed.rpartition(":")[2]
        network = lab_network(item, False, int(port))
        finished = asyncio.run(scan(spec_of(there, policies=policies), network, CHECKS))
        assert finished.hits, item.name
        for check, hit in finished.hits:
            evidence = hit.evidence[0]
            assert isinstance(evidence, ServiceEvidence)
            shown = shown_by(check.meta.id, f"{hit.title or ''} {hit.detail}")
            if shown is not None:
                twin = evidence.command.replace(port, fixed_port)
                found.append(Case(check.meta.id, evidence.command, twin, shown))
    return found


def run(command: str) -> str:
    """What the command prints, both streams."""
    done = subprocess.run(
        ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    return " ".join((done.stdout + done.stderr).decode("utf-8", "replace").split())


def test_commands_tell_the_twins_apart(tmp_path: Path) -> None:
    with running_lab(home=tmp_path) as open_lab, running_lab("--fixed", home=tmp_path) as fixed_lab:
        todo = cases(open_lab, fixed_lab)
        assert {case.check_id for case in todo} == set(SHOWN)
        tools = {"curl", "dig", "ldapsearch", "nc", "snmpget", "ssh", "ssh-keyscan", "swaks"}
        absent = sorted(tool for tool in tools if shutil.which(tool) is None)
        able = [case for case in todo if not any(tool in case.open_one.split() for tool in absent)]
        with ThreadPoolExecutor(24) as pool:
            shown = list(pool.map(run, [c for case in able for c in (case.open_one, case.fixed_one)]))
    wrong = [
        f"{case.check_id}: {case.open_one}\n  on the open one: {there[:400]}\n  on the fixed one: {fixed[:400]}"
        for case, there, fixed in zip(able, shown[::2], shown[1::2], strict=True)
        if case.shown not in there or case.shown in fixed
    ]
    assert not wrong, "\n".join(wrong)
    if absent:
        pytest.skip(f"not installed, so not executed: {', '.join(absent)}")
