"""One port sweep as a process of its own, through the engine's network: what benchmarks.ports measures.

    python -m benchmarks.sweep SYN FIRST-LAST ADDRESS...

Prints the open ports as JSON, and how many states of each kind there were.
"""

import asyncio
import ipaddress
import json
import sys
import time

from cyberai.domain.scan import SynScan
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget, RangeTarget
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import PortState, SessionLimits

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class SystemClock:
    """Time for the benchmark."""

    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(asyncio.sleep)

    def now(self) -> int:
        """UTC microseconds."""
        return time.time_ns() // 1000


async def sweep(syn: SynScan, ports: range, addresses: list[str]) -> None:
    """Sweep and print."""
    network = ScanNetwork(EgressPolicy(allow=[LOOPBACK]), SystemClock())
    limits = SessionLimits(
        concurrent=2,
        request_timeout=10,
        requests_per_second=None,
        ignore_ssl=False,
        user_agent="CyberAI/benchmark",
        syn=syn,
    )
    one = len(addresses) == 1
    scope = ScanScope((HostTarget(addresses[0]) if one else RangeTarget(str(LOOPBACK)),))
    session = network.open(scope, limits)
    closed = filtered = 0
    opened = []
    async for found in session.dialer.scan_hosts(addresses, ports):
        states = [state for _, _, state in found]
        closed += states.count(PortState.CLOSED)
        filtered += states.count(PortState.FILTERED)
        opened += [(host, port) for host, port, state in found if state is PortState.OPEN]
    await session.aclose()
    print(json.dumps({"open": sorted(opened), "states": {"closed": closed, "filtered": filtered}}))


if __name__ == "__main__":
    first, last = map(int, sys.argv[2].split("-"))
    asyncio.run(sweep(SynScan(sys.argv[1]), range(first, last + 1), sys.argv[3:]))
