"""The engine for one shard, with the scan's login opened for it."""

from cyberai.app.context import App
from cyberai.app.sealing import opened_auth
from cyberai.checkkit import Check
from cyberai.domain.auth import Auth
from cyberai.domain.scan import Scan
from cyberai.domain.scope import ScanScope
from cyberai.engine.context import Known
from cyberai.engine.login.failure import LoginFailed as LoginFailed
from cyberai.engine.registry import select
from cyberai.engine.run import EngineSession as EngineSession
from cyberai.ports.network import NetworkSession


def checks_of(app: App, scan: Scan) -> tuple[Check, ...]:
    """The checks that the scan asks for."""
    return select(app.checks, scan.spec)


def engine_session(
    app: App,
    scan: Scan,
    scope: ScanScope,
    network: NetworkSession,
    checks: tuple[Check, ...],
    known: Known | None = None,
) -> EngineSession:
    """A session that has sent nothing yet; raise LoginFailed when the stored login cannot be read."""
    return EngineSession(
        spec=scan.spec,
        scope=scope,
        network=network,
        clock=app.clock,
        rng=app.rng,
        checks=checks,
        auth=_auth(app, scan),
        known=known,
    )


def _auth(app: App, scan: Scan) -> Auth | None:
    if scan.spec.auth is None:
        return None
    try:
        return opened_auth(app, scan.workspace, scan.spec.auth)
    except ValueError as error:
        raise LoginFailed(f"The stored login cannot be read: {error}. Start a new scan with it") from error
