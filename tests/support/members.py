"""Scanning an area behind a login without a socket."""

import asyncio
from typing import Any

from cyberai.checkkit import Check, Scope
from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.scan import Mode, ScanPolicies
from cyberai.engine.registry import all_checks
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import Respond, SimulatedNetwork, website

ORIGIN = "http://10.0.0.1"
WEB = tuple(
    check
    for check in all_checks()
    if check.meta.scope in (Scope.INSERTION, Scope.STORED, Scope.PAGE, Scope.CONTENT, Scope.ORIGIN)
)


def auth_of(members: dict[str, Any]) -> Auth:
    """The members of `auth` as the engine takes them."""
    pairs = {
        name: tuple(value.items()) if isinstance(value, dict) else value for name, value in members.items()
    }
    return Auth(**{**pairs, "type": AuthType(members["type"])})


def scan_logged_in(
    respond: Respond,
    auth: dict[str, Any],
    checks: tuple[Check, ...] = WEB,
    *,
    target: str = f"{ORIGIN}/",
    mode: Mode = Mode.STANDARD,
    network: SimulatedNetwork | None = None,
    new_session_every: int = 0,
) -> Finished:
    """A whole scan with this login; raise LoginFailed."""
    spec = spec_of(target, policies=ScanPolicies(mode=mode))
    network = network or website(respond)
    return asyncio.run(scan(spec, network, checks, auth=auth_of(auth), new_session_every=new_session_every))


def notes(finished: Finished) -> list[str]:
    """What the scan's log says about the login."""
    return [note for result in finished.results for note in result.notes]
