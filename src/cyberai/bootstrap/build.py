"""Puts one process together: which adapter stands behind which port."""

import base64
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from cyberai import __version__
from cyberai.app.acceptances import review_if_possible
from cyberai.app.admission import tidy
from cyberai.app.context import App
from cyberai.bootstrap.clock import SystemClock
from cyberai.bootstrap.entropy import SystemIds, SystemRng
from cyberai.bootstrap.seal import KEY_NAME, FileSealer
from cyberai.config import Settings, SettingsError
from cyberai.domain.errors import StoreError
from cyberai.domain.ids import DEFAULT_WORKSPACE, SYSTEM
from cyberai.domain.target import parse_network
from cyberai.engine.registry import all_checks
from cyberai.net.dns_lookup import DnsLookup, parse_resolver
from cyberai.net.egress import EgressPolicy
from cyberai.net.look_up import NameServer
from cyberai.net.proxy import parse_proxy
from cyberai.net.session import ScanNetwork
from cyberai.net.tls_contexts import TlsContexts
from cyberai.ports.reporting import Wake
from cyberai.ports.runtime import Clock, Rng
from cyberai.ports.store import RateLimiter, Store, Tx
from cyberai.reports.catalogue import renderer
from cyberai.storage.limits import SqliteRateLimiter
from cyberai.storage.sqlite import SqliteStore

STORE_NAME = "cyberai.db"
LIMITS_NAME = "limits.db"


def _no_wake() -> None:
    """A process without workers has nobody to wake."""


def prepare_data_dir(settings: Settings) -> Path:
    """The data folder, made when it is new and kept to its owner; raise StoreError when that cannot be."""
    path = settings.data_path
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The data folder {path} cannot be made: {error.strerror}. Choose another with --data-dir"
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise StoreError(
            f"The data folder {path} cannot be written: it belongs to someone else, or its disk is mounted "
            "read-only. Change that, or choose another with --data-dir"
        )
    return path


@asynccontextmanager
async def open_app(settings: Settings, *, wake: Wake = _no_wake) -> AsyncIterator[App]:
    """The ports of one process, on the store of the settings; put right what a death left behind first."""
    clock, rng = SystemClock(), SystemRng()
    store, listens = open_store(settings, clock)
    try:
        pepper, cursor_key = await _secrets(store, rng, clock.now())
        egress = EgressPolicy(
            allow=[parse_network(text) for text in settings.allow],
            only_allow=[parse_network(text) for text in settings.only_allow],
            denied=frozenset(settings.extra_denied) | listens,
        )
        app = App(
            store=store,
            clock=clock,
            ids=SystemIds(clock),
            rng=rng,
            sealer=FileSealer(settings.data_path / KEY_NAME, rng),
            judge=egress,
            network=_network(settings, egress, clock),
            wake=wake,
            checks=all_checks(),
            renderers=renderer,
            pepper=pepper,
            cursor_key=cursor_key,
            version=__version__,
        )
        await tidy(app)
        await review_if_possible(app)
        yield app
    finally:
        await store.aclose()


def _network(settings: Settings, egress: EgressPolicy, clock: SystemClock) -> ScanNetwork:
    """Raise SettingsError for a file or an address that cannot be used: now, not in the middle of a scan."""
    ca_file, client_cert = (Path(name) if name else None for name in (settings.ca_file, settings.client_cert))
    for field, read in (
        ("resolver", lambda: settings.resolver and parse_resolver(settings.resolver)),
        ("proxy", lambda: settings.proxy and parse_proxy(settings.proxy)),
        ("ca_file", lambda: ca_file and TlsContexts(ca_file).verifying),
        ("client_cert", lambda: client_cert and TlsContexts(None, client_cert).verifying),
    ):
        try:
            read()
        except (OSError, ValueError) as error:
            raise SettingsError(f"{field}: {error}") from error
    return ScanNetwork(
        egress,
        clock,
        resolve_overrides={name: (address,) for name, address in settings.resolve_table.items()},
        contexts=TlsContexts(ca_file, client_cert),
        lookup=DnsLookup(*parse_resolver(settings.resolver)) if settings.resolver else None,
        proxy=parse_proxy(settings.proxy) if settings.proxy else None,
        name_server=NameServer(*parse_resolver(settings.resolver)) if settings.resolver else None,
    )


def open_store(settings: Settings, clock: Clock) -> tuple[Store, frozenset[tuple[str, int]]]:
    """The store, and where it listens: what no scan may reach. Raise StoreError."""
    if not settings.database_url:
        return SqliteStore.open(prepare_data_dir(settings) / STORE_NAME, clock), frozenset()
    _require_postgres()
    from cyberai.storage.postgres.store import PostgresStore

    store = PostgresStore.open(settings.database_url)
    return store, store.addresses


@asynccontextmanager
async def open_limiter(settings: Settings) -> AsyncIterator[RateLimiter]:
    """The rate limiter beside the store. Raise StoreError."""
    if not settings.database_url:
        counters = SqliteRateLimiter(settings.data_path / LIMITS_NAME)
        try:
            yield counters
        finally:
            counters.close()
        return
    from cyberai.storage.postgres.database import Database
    from cyberai.storage.postgres.limits import PostgresRateLimiter

    shared = PostgresRateLimiter(Database(settings.database_url))
    try:
        yield shared
    finally:
        await shared.close()


def _require_postgres() -> None:
    try:
        import_module("psycopg")
    except ImportError as error:
        raise StoreError(
            f"A store in PostgreSQL needs psycopg ({error}); install cyberai-platform[postgres]"
        ) from error


async def _secrets(store: Store, rng: Rng, at: int) -> tuple[bytes, bytes]:
    """The deployment's pepper and cursor key, made once."""

    def load(tx: Tx) -> tuple[str | None, str | None]:
        return tx.setting("pepper"), tx.setting("cursor_key")

    known = await store.read(SYSTEM, load)
    fresh = [base64.b64encode(rng.bits(256).to_bytes(32, "big")).decode() for _ in known]

    def make(tx: Tx) -> tuple[str, str]:
        values = []
        for name, value in zip(("pepper", "cursor_key"), fresh, strict=True):
            current = tx.setting(name)
            if current is None:
                tx.set_setting(name, value)
                current = value
            values.append(current)
        return values[0], values[1]

    if known[0] is None or known[1] is None:
        known = await store.write(SYSTEM, make)
        await store.write(DEFAULT_WORKSPACE, lambda tx: tx.ensure_workspace(at))
    pepper, cursor_key = known
    assert pepper is not None
    assert cursor_key is not None
    return base64.b64decode(pepper), base64.b64decode(cursor_key)


class Bell:
    """A wake-up whose hearer comes later: the server's workers start after the store is open."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = _no_wake

    def __call__(self) -> None:
        """Never blocks, never fails."""
        self.ring()
