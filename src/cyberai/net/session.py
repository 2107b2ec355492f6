"""The adapter behind ports.network: sessions under the operator's egress policy."""

from collections.abc import Mapping
from pathlib import Path

from cyberai.domain.scope import ScanScope
from cyberai.net.connect import Connector
from cyberai.net.egress import EgressPolicy
from cyberai.net.http import HttpClient
from cyberai.net.look_up import NameLookUp, NameServer
from cyberai.net.proxy import Proxy
from cyberai.net.resolver import Lookup, Resolver, SystemLookup
from cyberai.net.session_state import SessionState
from cyberai.net.tcp import TcpDialer
from cyberai.net.tls_contexts import TlsContexts
from cyberai.ports.network import Dialer, Http, SessionLimits, TransportError, TransportReason
from cyberai.ports.runtime import Clock


class ScanNetwork:
    """Implements ports.network.Network. One per process; sessions share TLS contexts and the name look-up.

    `resolve_overrides` maps names to addresses (see resolver.parse_overrides); they are judged like any other
    answer. `ca_file` holds further trusted roots (PEM), or `contexts` are given ready. `lookup` replaces the
    system's resolver, and records of names are asked of `name_server` (default: the system's). Every connection goes through `proxy` when there is one.
    """

    def __init__(
        self,
        egress: EgressPolicy,
        clock: Clock,
        *,
        resolve_overrides: Mapping[str, tuple[str, ...]] | None = None,
        ca_file: Path | None = None,
        contexts: TlsContexts | None = None,
        lookup: Lookup | None = None,
        proxy: Proxy | None = None,
        name_server: NameServer | None = None,
    ) -> None:
        self._egress = egress
        self._clock = clock
        self._overrides = dict(resolve_overrides or {})
        self._contexts = contexts or TlsContexts(ca_file)
        self._proxy = proxy
        self._lookup = lookup or SystemLookup()
        self._name_server = name_server

    def open(self, scope: ScanScope, limits: SessionLimits) -> "ScanSession":
        """A session that refuses everything outside `scope` and the operator's policy."""
        resolver = Resolver(self._egress, self._clock, overrides=self._overrides, lookup=self._lookup)
        state = SessionState(
            scope=scope,
            limits=limits,
            egress=self._egress,
            connector=Connector(self._egress, resolver, self._clock, self._proxy),
            contexts=self._contexts,
            clock=self._clock,
            names=NameLookUp(self._name_server, self._overrides),
        )
        return ScanSession(state, resolver)


class ScanSession:
    """Implements ports.network.NetworkSession."""

    def __init__(self, state: SessionState, resolver: Resolver) -> None:
        self._state = state
        self._resolver = resolver
        self._http = HttpClient(state)
        self._dialer = TcpDialer(state)

    @property
    def http(self) -> Http:
        """The HTTP core."""
        return self._http

    @property
    def dialer(self) -> Dialer:
        """TCP and TLS."""
        return self._dialer

    @property
    def requests_sent(self) -> int:
        """Requests and protocol exchanges sent so far; port probes are not counted."""
        return self._state.requests_sent

    @property
    def pace(self) -> float:
        """The part of the full rate in force, 0.1 to 1, at the address where it is least."""
        return self._state.pace

    async def resolve(self, host: str) -> tuple[str, ...]:
        """The judged addresses of a host of the scope, first the one that will be used."""
        state = self._state
        if not state.scope.allows_host(host):
            raise TransportError(TransportReason.OUT_OF_SCOPE, f"{host} is outside the scan's scope")
        return await state.lifeline.run(state.connector.addresses(host, state.limits.request_timeout))

    async def aclose(self) -> None:
        """Close every connection; what is pending raises TransportError(CANCELLED)."""
        await self._state.lifeline.close()
        self._http.close()
        await self._resolver.aclose()
