"""The engine for one shard, with the scan's login opened for it."""

from msgspec import structs

from cyberai.app.asked_feeds import asked_feeds
from cyberai.app.context import App
from cyberai.app.sealing import opened_auth
from cyberai.checkkit import Check
from cyberai.domain.auth import Auth as Auth
from cyberai.domain.auth import AuthType
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
    *,
    login: Auth | None = None,
) -> EngineSession:
    """A session that has sent nothing yet, with this login or else the scan's, to which cookies by themselves are added;
    raise LoginFailed when the stored login cannot be read."""
    return EngineSession(
        spec=scan.spec,
        scope=scope,
        network=network,
        clock=app.clock,
        rng=app.rng,
        checks=checks,
        auth=_auth(app, scan, login),
        known=known,
        **asked_feeds(app, scan),
    )


def _auth(app: App, scan: Scan, given: Auth | None) -> Auth | None:
    only_cookies = given is not None and given.type is AuthType.HEADERS and not given.headers
    if scan.spec.auth is None or (given is not None and not only_cookies):
        return given
    try:
        stored = opened_auth(app, scan.workspace, scan.spec.auth)
        return (
            structs.replace(stored, cookies=stored.cookies + given.cookies) if given is not None else stored
        )
    except ValueError as error:
        if given is not None:
            return given
        raise LoginFailed(
            f"The stored login cannot be read: {error}. Give it again, to a new scan or with --auth"
        ) from error
