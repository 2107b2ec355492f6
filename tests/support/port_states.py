"""A child process that scans itself in a network namespace of its own: `unshare -Urn python -m support.port_states ADDRESS
SYN LOSS FIRST-LAST`. It makes listeners and a range of ports that a packet filter drops, scans ports of ADDRESS through the
engine's network, and prints which states are wrong."""

import asyncio
import contextlib
import ipaddress
import json
import socket
import subprocess
import sys
import time
from collections import Counter

from cyberai.domain.scan import SynScan
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import PortState, SessionLimits
from netkit.clocks import SystemClock

LISTENERS = 60
DROPPED = range(20_000, 20_040)
REJECTED = range(21_000, 21_020)
"""Below the ports that the system gives to clients: the filter would drop what is answered to those as well."""

RULES = """
table inet filter {{
  chain input {{
    type filter hook input priority 0;
    tcp dport 20000-20039 drop
    tcp dport 21000-21019 reject with tcp reset
    {losing}
  }}
}}
"""


def filtered(loss: int) -> None:
    """Raise the loopback interface and the packet filter, which also loses `loss` packets of a hundred."""
    losing = f"meta l4proto tcp numgen random mod 100 < {loss} drop" if loss else ""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=30)
    subprocess.run(["nft", "-f", "-"], input=RULES.format(losing=losing), text=True, check=True, timeout=30)


async def states_of(address: str, syn: SynScan, ports: range) -> dict[int, PortState]:
    """What the engine's network says of the ports."""
    network = ScanNetwork(EgressPolicy(allow=[ipaddress.ip_network(address)]), SystemClock())
    limits = SessionLimits(
        concurrent=2,
        request_timeout=10.0,
        requests_per_second=None,
        ignore_ssl=False,
        user_agent="CyberAI/test",
        syn=syn,
    )
    session = network.open(ScanScope((HostTarget(address),)), limits)
    rows = [row async for row in session.dialer.scan_ports(address, ports)]
    await session.aclose()
    states = dict(rows)
    assert len(rows) == len(states) == len(ports), (len(rows), len(states))
    return states


def main(address: str, syn: SynScan, loss: int, ports: range) -> None:
    """Scan, compare, print."""
    filtered(loss)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.ExitStack() as stack:
        listening = set()
        for _ in range(LISTENERS):
            listener = stack.enter_context(socket.socket(family))
            listener.bind((address, 0))
            listener.listen(16)
            listening.add(listener.getsockname()[1])
        started = time.monotonic()
        states = asyncio.run(states_of(address, syn, ports))
        seconds = time.monotonic() - started

    def right(port: int) -> PortState:
        if port in listening:
            return PortState.OPEN
        return PortState.FILTERED if port in DROPPED else PortState.CLOSED

    wrong = {port: state.value for port, state in states.items() if state is not right(port)}
    print(
        json.dumps(
            {"wrong": wrong, "seconds": seconds, "states": Counter(state.value for state in states.values())}
        )
    )


if __name__ == "__main__":
    first, last = map(int, sys.argv[4].split("-"))
    main(sys.argv[1], SynScan(sys.argv[2]), int(sys.argv[3]), range(first, last + 1))
