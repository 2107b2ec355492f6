"""Starts the lab on loopback: the site, the HTTPS listeners, the services; and describes what runs."""

import asyncio
import contextlib
import datetime
import ipaddress
import shutil
import signal
import socket
import ssl
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from cyberai.lab import discovery
from cyberai.lab.area import Area, MembersArea
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.connection import HostRule, HttpConnection, Respond
from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.name_server import NameServer
from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Service, TlsListener, TlsService
from cyberai.lab.service_connection import DatagramService, ServiceConnection
from cyberai.lab.site import NoSuchPage, Site

_BACKLOG = 512
_AUTHORITY_FILE = "lab-authority.pem"
_TARGETS_FILE = "targets"
_PORT_TRIES = 50
_HANDSHAKE_SECONDS = 10.0
_FAREWELL_SECONDS = 1.0


class LabError(Exception):
    """The lab cannot start; the text tells what to change."""


class LabOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to start. `now` (UTC) is the moment certificates are made for; port 0 takes any free port.

    `hosts` are further Host names that the listeners answer to; `port` is that of the HTTP site, all
    others take free ports. `mended` are paths of pages that have no flaw in this run, `moved` (old path, new path)
    those that are found elsewhere.
    """

    now: datetime.datetime
    port: int = 0
    address: str = "127.0.0.1"
    fixed: bool = False
    demo: bool = False
    hosts: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


class LabTarget(msgspec.Struct, frozen=True):
    """One scan target. `kind` is http, tls (a URL, or host:port where nobody gets behind the handshake), service, or
    members: an area behind a login, whose flaws only a scan with `auth` can see."""

    kind: str
    name: str
    target: str
    check_ids: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    auth: dict[str, Any] | None = None


class RunningLab:
    """A lab that listens. `stop()` ends it; afterwards nothing is left of it."""

    def __init__(self, options: LabOptions) -> None:
        self.options = options
        self.targets: tuple[LabTarget, ...] = ()
        try:
            self.site = Site(options.fixed, options.demo, options.mended, dict(options.moved))
        except NoSuchPage as error:
            raise LabError(str(error)) from error
        self._names = NameServer(options.fixed, options.demo)
        self._areas: list[Area] = []
        self._directory: Path | None = None
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Protocol] = set()
        self._datagrams: list[asyncio.DatagramTransport] = []
        self._held: list[socket.socket] = []

    @property
    def ca_file(self) -> Path | None:
        """The certificate by which the listeners' certificates can be trusted."""
        return None if self._directory is None else self._directory / _AUTHORITY_FILE

    def description(self) -> dict[str, Any]:
        """What runs and what is wrong with it, ready for JSON."""
        return {
            "fixed": self.options.fixed,
            "set": "demo" if self.options.demo else "full",
            "targets": [
                {
                    "kind": item.kind,
                    "name": item.name,
                    "target": item.target,
                    "check_ids": list(item.check_ids),
                    "auth": item.auth,
                }
                for item in self.targets
            ],
            "resolver": self._authority(self._names.port) if self._names.port else None,
            "domains": [
                {
                    "target": zone.name,
                    "check_ids": list(zone.checks),
                    "flaws": [_described(flaw, zone.name) for flaw in self._names.flaws(zone.name)],
                }
                for zone in self._names.zones
            ],
            "flaws": [_described(flaw, item.target) for item in self.targets for flaw in item.flaws],
            "ca_file": None if self.ca_file is None else str(self.ca_file),
            "targets_file": None if self._directory is None else str(self._directory / _TARGETS_FILE),
        }

    async def start(self) -> None:
        """Open every listener; raises LabError and leaves nothing open."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every listener and connection, and remove the authority's file."""
        await self._names.stop()
        for server in self._servers:
            server.close()
        for connection in tuple(self._connections):
            if isinstance(connection, (HttpConnection, ServiceConnection)):
                connection.shut_down()
        for server in self._servers:
            # A client in the middle of a handshake must not keep the lab alive.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 2)
        self._servers.clear()
        for transport in self._datagrams:
            transport.close()
        self._datagrams.clear()
        for held in self._held:
            held.close()
        self._held.clear()
        self.site.close()
        for area in self._areas:
            area.close()
        self._areas.clear()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    async def _start(self) -> None:
        fixed, demo = self.options.fixed, self.options.demo
        targets = [await self._start_site()]
        listeners = [item for item in discovery.tls_listeners() if item.demo or not demo]
        own = [item for item in discovery.tls_services() if item.demo or not demo]
        if listeners or own:
            authority = LabAuthority(self.options.now)
            self._directory = Path(tempfile.mkdtemp(prefix="cyberai-lab-"))
            (self._directory / _AUTHORITY_FILE).write_bytes(authority.pem)
            targets += [await self._start_tls(item, authority.context(item.tls(fixed))) for item in listeners]
        services = [item for item in discovery.services() if item.demo or not demo]
        targets += [await self._start_service(item) for item in services]
        targets += [await self._start_own_tls(item, authority.identity(item.certificate)) for item in own]
        if not demo:
            targets += [await self._start_area(item) for item in discovery.members_areas()]
        try:
            await self._names.start(self.options.address)
        except OSError as error:
            raise LabError(f"No port can be opened for names ({error.strerror}).") from error
        self.targets = tuple(targets)
        if self._directory is not None:
            open_to_all = (item.target for item in targets if item.auth is None)
            (self._directory / _TARGETS_FILE).write_text("\n".join(open_to_all) + "\n", encoding="ascii")

    async def _start_site(self) -> LabTarget:
        port = await self._listen(self.options.port, partial(self._http, self.site.respond))
        checks = sorted({flaw.check for page in self.site.pages for flaw in page.flaws})
        return LabTarget(
            "http", "all pages", f"http://{self._authority(port)}/", tuple(checks), self.site.flaws
        )

    async def _start_tls(self, item: TlsListener, context: ssl.SSLContext) -> LabTarget:
        def respond(request: LabRequest) -> LabResponse:
            return item.respond(request, self.options.fixed)

        port = await self._listen(0, partial(self._http, respond), context)
        url = f"https://{self._authority(port)}/"
        return LabTarget("tls", item.name, url, item.checks, self._flaws(item.flaws))

    async def _start_own_tls(self, item: TlsService, identity: Identity) -> LabTarget:
        def dialogue(_hosts: HostRule) -> ServiceConnection:
            return ServiceConnection(item.session(self.options.fixed, identity), False, self._connections)

        port = await self._listen(0, dialogue)
        return LabTarget("tls", item.name, self._authority(port), item.checks, self._flaws(item.flaws))

    async def _start_service(self, item: Service) -> LabTarget:
        if item.udp:
            port = await self._listen_for_datagrams(item)
        else:
            port = await self._listen(0, lambda _hosts: self._dialogue(item))
        return LabTarget("service", item.name, self._authority(port), item.checks, self._flaws(item.flaws))

    async def _listen_for_datagrams(self, item: Service) -> int:
        for _ in range(_PORT_TRIES):
            # The number is kept by TCP as well, without listening: a target is a number, and what else would answer at
            # it would be scanned instead.
            held = socket.socket(self._family, socket.SOCK_STREAM)
            self._held.append(held)
            held.bind((self.options.address, 0))
            port = int(held.getsockname()[1])
            with contextlib.suppress(OSError):
                transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: DatagramService(partial(item.session, self.options.fixed)),
                    local_addr=(self.options.address, port),
                )
                self._datagrams.append(transport)
                return port
        raise LabError("No port is free by UDP.")

    @property
    def _family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.options.address else socket.AF_INET

    async def _start_area(self, item: MembersArea) -> LabTarget:
        area = item.open(self.options.fixed)
        self._areas.append(area)
        port = await self._listen(0, partial(self._http, area.respond))
        origin = f"http://{self._authority(port)}"
        checks = tuple(sorted({flaw.check for flaw in item.flaws}))
        flaws = self._flaws(item.flaws)
        return LabTarget("members", item.name, f"{origin}/", checks, flaws, item.auth_at(origin))

    def _http(self, respond: Respond, hosts: HostRule) -> HttpConnection:
        return HttpConnection(respond, hosts, self._connections)

    def _dialogue(self, item: Service) -> ServiceConnection:
        return ServiceConnection(item.session(self.options.fixed), item.greets, self._connections)

    def _flaws(self, flaws: tuple[Flaw, ...]) -> tuple[Flaw, ...]:
        return () if self.options.fixed else flaws

    def _authority(self, port: int) -> str:
        address = self.options.address
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    async def _listen(
        self,
        port: int,
        connection: Callable[[HostRule], asyncio.Protocol],
        context: ssl.SSLContext | None = None,
    ) -> int:
        names = frozenset(name.lower() for name in self.options.hosts)
        rules: list[HostRule] = []
        try:
            server = await asyncio.get_running_loop().create_server(
                lambda: connection(rules[0]),
                self.options.address,
                port,
                ssl=context,
                backlog=_BACKLOG,
                start_serving=False,
                ssl_handshake_timeout=None if context is None else _HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=None if context is None else _FAREWELL_SECONDS,
            )
        except OSError as error:
            raise LabError(
                f"Port {port} cannot be opened ({error.strerror}). Choose another one with --port."
            ) from error
        self._servers.append(server)
        rules.append(HostRule(server.sockets[0].getsockname()[1], names))
        await server.start_serving()
        return rules[0].port


def _described(flaw: Flaw, target: str) -> dict[str, Any]:
    return {
        "check": flaw.check,
        "target": target,
        "path": flaw.path,
        "method": flaw.method,
        "parameter": flaw.parameter,
        "insertion": flaw.insertion.value,
        "variant": flaw.variant,
        "intrusive": flaw.intrusive,
    }


async def start_lab(options: LabOptions) -> RunningLab:
    """A lab that already listens; raises LabError for an address beyond loopback or a port in use."""
    try:
        loopback = ipaddress.ip_address(options.address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise LabError(
            f"The lab listens on loopback only, and {options.address} is no loopback address. Use 127.0.0.1 or ::1."
        )
    lab = RunningLab(options)
    await lab.start()
    return lab


async def run_lab(options: LabOptions, on_ready: Callable[[RunningLab], None]) -> None:
    """Start the lab, say so, and serve until SIGTERM or SIGINT. Call it from the main thread."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    try:
        lab = await start_lab(options)
        try:
            on_ready(lab)
            await ended.wait()
        finally:
            await lab.stop()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
