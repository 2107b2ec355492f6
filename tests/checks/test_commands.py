"""The commands in the evidence of services, run as a reader would run them: against the practice services, they show what
the finding says."""

import asyncio
import contextlib
import datetime
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberai.checkkit import Check, Scope, ServiceAsset, ServiceEvidence, Transport
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.server import LabOptions, start_lab
from cyberai.lab.service import Service
from support.direct_probe import DirectProbe, collect

CHECKS = {check.meta.id: check for check in all_checks() if check.meta.scope is Scope.SERVICE}
PROTOCOLS = {
    "network.cassandra-unauthenticated": "cassandra",
    "network.kafka-unauthenticated": "kafka",
    "network.memcached-amplification": "memcached",
    "network.memcached-unauthenticated": "memcached",
    "network.mqtt-unauthenticated": "mqtt",
    "network.mysql-unauthenticated": "mysql",
    "network.nats-unauthenticated": "nats",
    "network.nfs-exports": "mountd",
    "network.postgresql-unauthenticated": "postgresql",
    "network.rabbitmq-default-login": "amqp",
    "network.redis-default-password": "redis",
    "network.redis-unauthenticated": "redis",
    "network.vnc-unauthenticated": "vnc",
    "network.x11-unauthenticated": "x11",
    "network.zookeeper-unauthenticated": "zookeeper",
}
"""The checks whose command the practice service understands as the real one does. Rsync's lists files, which it has none
of: that one is run against the real rsync."""

INSTEAD = {
    "network.mqtt-unauthenticated": "mosquitto version 2.0.11",
    "network.rabbitmq-default-login": "RabbitMQ",
}
"""What the command shows where it is not the finding's own match."""
SECONDS = 60.0


def open_ones() -> Iterator[tuple[int, Service, Check]]:
    """(position among the services, service, check) of every flaw above."""
    for position, item in enumerate(discovery.services()):
        for flaw in item.flaws:
            if flaw.check in PROTOCOLS:
                yield position, item, CHECKS[flaw.check]


async def evidence_of(item: Service, check: Check, port: int) -> ServiceEvidence:
    transport = Transport.UDP if item.udp else Transport.TCP
    asset = ServiceAsset("127.0.0.1", port, PROTOCOLS.get(check.meta.id, "rsync"), transport=transport)
    probe = DirectProbe()
    probe.greets = item.greets
    probe.sessions["127.0.0.1", port] = lambda: item.session(False)
    probe.talks["127.0.0.1", port] = lambda sent: item.session(False).feed(sent)
    (hit,) = await collect(check, asset, probe)
    (evidence,) = hit.evidence
    assert isinstance(evidence, ServiceEvidence)
    return evidence


async def shown_by(command: str) -> str:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec("sh", "-c", command, stdout=pipe, stderr=pipe)
    said, complaint = await asyncio.wait_for(process.communicate(), SECONDS)
    return (said + complaint).decode("latin-1")


async def compare() -> list[str]:
    """The differences between what commands show and what the findings say."""
    lab = await start_lab(LabOptions(now=datetime.datetime.now(datetime.UTC)))
    try:
        ports = [int(item.target.rpartition(":")[2]) for item in lab.targets if item.kind == "service"]
        found = [
            (check.meta.id, await evidence_of(item, check, ports[position]))
            for position, item, check in open_ones()
        ]
        outputs = await asyncio.gather(*(shown_by(evidence.command) for _, evidence in found))
    finally:
        await lab.stop()
    return [
        f"{id}: {evidence.command}\n{output[:2_000]}"
        for (id, evidence), output in zip(found, outputs, strict=True)
        if INSTEAD.get(id, evidence.match) not in output or not evidence.match
    ]


def test_every_command_shows_what_the_finding_says() -> None:
    for tool in ("nc", "redis-cli", "psql", "mysql", "mosquitto_sub"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    assert {check.meta.id for _, _, check in open_ones()} == set(PROTOCOLS)
    assert asyncio.run(compare()) == []


@contextlib.contextmanager
def real_rsync(folder: Path) -> Iterator[int]:
    """The port of an rsync that serves the module `backup` with one file."""
    (folder / "backup").mkdir()
    (folder / "backup" / "tide-table.txt").write_text("high water at noon\n")
    settings = folder / "rsyncd.conf"
    settings.write_text(f"use chroot = no\n[backup]\npath = {folder / 'backup'}\nread only = yes\n")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = int(held.getsockname()[1])
    command = [
        "rsync",
        "--daemon",
        "--no-detach",
        f"--config={settings}",
        "--address=127.0.0.1",
        f"--port={port}",
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_the_command_of_rsync_lists_a_real_module(tmp_path: Path) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    check = CHECKS["network.rsync-unauthenticated"]
    item = next(i for i in discovery.services() if any(flaw.check == check.meta.id for flaw in i.flaws))
    with real_rsync(tmp_path) as port:
        evidence = asyncio.run(evidence_of(item, check, port))
        assert "tide-table.txt" in asyncio.run(shown_by(evidence.command))


def test_every_service_check_with_a_command_is_among_them() -> None:
    over_http = {
        id for id, check in CHECKS.items() if "HttpEvidence" in _names(check) or "shown" in _names(check)
    }
    own = {id for id, check in CHECKS.items() if id not in over_http and "observed" in _names(check)}
    assert own - set(PROTOCOLS) == {"network.rsync-unauthenticated"}


def _names(check: Check) -> set[str]:
    """The names that the check's module knows."""
    return set(check.run.__globals__)
