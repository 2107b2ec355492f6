"""What the parts of one session share."""

from cyberai.domain.scope import ScanScope
from cyberai.net.connect import Connector
from cyberai.net.egress import EgressPolicy
from cyberai.net.lifeline import Lifeline
from cyberai.net.limiter import RateGate, Slots
from cyberai.net.look_up import NameLookUp
from cyberai.net.tls_contexts import TlsContexts
from cyberai.ports.network import SessionLimits
from cyberai.ports.runtime import Clock

DEFAULT_RATE = 20
DEFAULT_LOOPBACK_RATE = 200


class SessionState:
    """Scope, limits, counters and the guarded way out of one session."""

    def __init__(
        self,
        *,
        scope: ScanScope,
        limits: SessionLimits,
        egress: EgressPolicy,
        connector: Connector,
        contexts: TlsContexts,
        clock: Clock,
        names: NameLookUp,
    ) -> None:
        self.scope = scope
        self.limits = limits
        self.egress = egress
        self.connector = connector
        self.contexts = contexts
        self.clock = clock
        self.names = names
        self.lifeline = Lifeline()
        self.slots = Slots(limits.concurrent)
        self.requests_sent = 0
        self._gates: dict[str, RateGate] = {}

    async def gate_of(self, host: str) -> RateGate:
        """The rate of the address that a host's next connection will most likely lead to."""
        return self.gate((await self.connector.addresses(host, self.limits.request_timeout))[0])

    @property
    def pace(self) -> float:
        """The part of the full rate in force, 0.1 to 1, at the address where it is least."""
        return min((gate.factor for gate in self._gates.values()), default=1.0)

    def gate(self, address: str) -> RateGate:
        """The rate of one judged address, shared by HTTP and every other protocol."""
        gate = self._gates.get(address)
        if gate is None:
            rate = self.limits.requests_per_second
            if rate is None:
                rate = DEFAULT_LOOPBACK_RATE if self.egress.is_loopback(address) else DEFAULT_RATE
            gate = self._gates[address] = RateGate(self.clock, rate)
        return gate
