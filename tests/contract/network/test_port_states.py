"""The states of all ports of a host are right while every core is busy, by connect and by SYN, over IPv4 and IPv6."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def environment() -> dict[str, str]:
    here = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"}


def own_network() -> bool:
    """True when this machine lets an ordinary user filter packets in a network namespace of its own."""
    if shutil.which("unshare") is None or shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin") is None:
        return False
    probe = ["unshare", "-Urn", "sh", "-c", "ip link set lo up && nft list ruleset"]
    return subprocess.run(probe, capture_output=True, timeout=30).returncode == 0


@contextlib.contextmanager
def every_core_busy() -> Iterator[None]:
    """As many processes that never rest as there are cores."""
    burn = [sys.executable, "-c", "while True: sum(range(10_000))"]
    burners = [subprocess.Popen(burn) for _ in range(os.cpu_count() or 2)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait(10)


def scanned(address: str, syn: str, loss: int, ports: str) -> dict[str, Any]:
    """What a scan within a network of its own tells."""
    command = ["unshare", "-Urn", sys.executable, "-m", "support.port_states", address, syn, str(loss), ports]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("address", "syn"), [("127.0.0.1", "off"), ("127.0.0.1", "on"), ("::1", "auto")])
def test_no_state_is_wrong_while_every_core_is_busy(address: str, syn: str) -> None:
    if not own_network():
        pytest.skip("no network namespace with a packet filter here")
    with every_core_busy():
        told = scanned(address, syn, 0, "1-65535")
    assert told["wrong"] == {}, told
    assert told["states"] == {"closed": 65_435, "open": 60, "filtered": 40}


@pytest.mark.parametrize("syn", ["off", "on"])
def test_no_state_is_wrong_where_packets_get_lost(syn: str) -> None:
    """Three of a hundred each way: every seventeenth attempt stays without its answer."""
    if not own_network():
        pytest.skip("no network namespace with a packet filter here")
    told = scanned("127.0.0.1", syn, 3, "18001-22000")
    assert told["wrong"] == {}, told
    assert told["states"]["filtered"] == 40
