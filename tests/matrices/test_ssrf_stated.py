"""The same proof for what people state, and for what servers state outside of pages: see ssrf_sinks.STATED."""

import html
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from address_cases import HOSTS, INTERNAL, NAMES, Answers, references, url_of
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID
from inventory import operations
from socket_watch import canaries, watching
from ssrf_sinks import STATED
from test_ssrf import ADDRESS, FEW, POLICY, QUICK, READING, handler, scanned
from web_visitor import visitor
from world import STRANGER, World

from cyberai.app.requests import OptionsRequest, PoliciesRequest, ScanRequest
from cyberai.app.run_scan import scan_in_process
from cyberai.cli.main import run as run_command
from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.errors import CyberAIError
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.ids import DEFAULT_WORKSPACE
from cyberai.domain.scan import ScanType
from cyberai.domain.target import HostTarget, TargetError, canonical_host
from cyberai.engine.login.failure import LoginFailed
from cyberai.engine.registry import all_checks
from cyberai.engine.run import EngineSession
from cyberai.net.egress import EgressPolicy
from cyberai.net.proxy import parse_proxy
from cyberai.net.resolver import CACHE_SECONDS, parse_overrides
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import TransportError, TransportReason
from netkit.certificates import issue
from netkit.clocks import SystemClock
from netkit.servers import serving
from netkit.sessions import limits, open_session, run
from support.deployment import TestClock, deployment
from support.scan_in_process import SeededRng, scan, scope_of, spec_of

CREATE = next(operation for operation in operations() if operation.id == "createScan")
OWN = f"{ADDRESS}:1"
REFUSED = (TransportReason.NOT_ALLOWED, TransportReason.DNS_FAILED, TransportReason.PROXY)


def targets(port: int) -> list[str]:
    """Every case as a target: bare, with a port, as a URL."""
    with_port = [
        f"[{host}]:{port}" if ":" in host.strip("[]") and "[" not in host else f"{host}:{port}"
        for host in HOSTS
    ]
    return [*HOSTS, *with_port, *references(port, OWN)]


@pytest.fixture
def nothing_allowed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The server as it is without --allow."""
    monkeypatch.setattr(world.site.app.judge, "_allow", ())
    return world


@pytest.fixture
def canary() -> Iterator[int]:
    with canaries() as port:
        yield port


def test_every_statement_has_its_test() -> None:
    assert {name for name in STATED.values() if name not in globals()} == set()


def is_a_name(target: str) -> bool:
    """What the API accepts without asking DNS: it holds one of the names, or a host that is no literal address."""
    try:
        ip_address(canonical_host(Url.parse(target).host if "://" in target else target))
    except (TargetError, ValueError):
        return True
    return False


@pytest.mark.parametrize("member", ["target", "targets"])
@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_a_target_in_the_api(nothing_allowed: World, canary: int, member: str, query: str) -> None:
    """Judged at once; what is taken for a name is scanned in test_names_taken_for_targets."""
    world = nothing_allowed
    accepted = 0
    with watching() as watch:
        for number, target in enumerate(targets(canary)):
            if number % 400 == 0:
                world.next_minute()
            body = {member: target if member == "target" else ["example.com", target]}
            answer = world.perform(CREATE, STRANGER, query=query, body=body)
            if answer.status in (400, 403):
                assert answer.details["field"].startswith(("target",)), answer.body
                continue
            assert answer.status == (200 if query else 201), (target, answer.body)
            plan = answer.json()
            refused = query and any(host["policy"] == "refused" for host in plan.get("hosts", ()))
            assert refused or is_a_name(target), target
            accepted += not refused
    assert 0 < accepted < len(targets(canary)) / 4
    assert watch.looked_up == []


def test_a_target_in_the_form(nothing_allowed: World, canary: int) -> None:
    """The form of the web page takes exactly what the API takes."""
    world = nothing_allowed
    someone = visitor(world.site, world.keys[STRANGER])
    with watching() as watch:
        for number, target in enumerate(targets(canary)):
            if number % 200 == 0:
                world.next_minute()
            api = world.perform(CREATE, STRANGER, body={"target": target.strip()})
            page = someone.send("/scans/new", {"target": target})
            assert (page.status == 303) == (api.status == 201), (target, page.status, api.body)
    assert watch.looked_up == []


def test_a_login_page_in_the_api(world: World, canary: int) -> None:
    """A login is sent nowhere but to the scan's own targets: every other address is refused by name."""
    auth = {"type": "form", "username": "ann", "password": "tulip"}
    cases = [case for case in references(canary, "own.example:80") if "://" in case]
    taken = []
    with watching() as watch:
        for number, case in enumerate(cases):
            if number % 400 == 0:
                world.next_minute()
            body = {"target": "http://own.example/", "auth": {**auth, "login_url": case}}
            answer = world.perform(CREATE, STRANGER, body=body)
            if answer.status == 201:
                taken.append(case)
                continue
            assert answer.details["field"] == "auth.login_url", (case, answer.body)
    assert {urlsplit(case).hostname for case in taken} <= {"own.example"}
    assert len(taken) < len(cases) / 10
    assert watch.looked_up == []


@pytest.mark.parametrize("way", ["action", "redirect"])
def test_where_a_login_leads(way: str, canary: int) -> None:
    """A login form whose action, or whose answer's redirect, is a case: the password goes to the site itself or
    nowhere."""
    cases = references(canary, OWN)
    asked: list[str] = []
    site: dict[str, tuple[int, tuple[tuple[str, str], ...], str]] = {}
    fields = '<input name="user"><input type="password" name="pw">'

    async def scenario() -> None:
        async with serving(handler(site, asked), host=ADDRESS) as port:
            for case in cases[::3]:
                kind = (("Content-Type", "text/html"),)
                action = html.escape(case, quote=True) if way == "action" else "/in"
                site["/"] = (200, kind, f'<form method="post" action="{action}">{fields}</form>')
                located = "".join(c for c in case if " " <= c < "\x7f")
                site["/in"] = (302, (("Location", located), ("Set-Cookie", "sid=of-this-session")), "")
                spec = spec_of(f"http://{ADDRESS}:{port}/", FEW, QUICK, scan_type=ScanType.WEB)
                network = ScanNetwork(POLICY, SystemClock(), lookup=Answers()).open(scope_of(spec), limits())
                session = EngineSession(
                    spec=spec,
                    scope=scope_of(spec),
                    network=network,
                    clock=SystemClock(),
                    rng=SeededRng(1),
                    checks=(),
                    auth=Auth(type=AuthType.FORM, username="ann", password="tulip"),
                )
                try:
                    with watching((ADDRESS, port)) as watch, suppress(LoginFailed):
                        await scan(spec, network, (), session=session)  # type: ignore[arg-type]
                    assert set(watch.reached) <= {(ADDRESS, port)}, case
                    assert watch.looked_up == []
                finally:
                    await network.aclose()

    run(scenario(), limit=120)
    assert "/in" in asked if way == "redirect" else asked


def test_names_taken_for_targets(tmp_path: Path, canary: int) -> None:
    """Whatever is accepted as a target is scanned, over the real store and network; every name leads inside."""
    names = Answers(**{"rebinding.example": INTERNAL})
    network = ScanNetwork(EgressPolicy(), SystemClock(), lookup=names)
    ended: dict[str, str | None] = {}

    async def scenario() -> None:
        async with deployment(tmp_path, clock=TestClock(), network=network, allow="") as app:
            for target in targets(canary):
                request = ScanRequest(
                    target=target,
                    options=OptionsRequest(timeout=60, request_timeout=1, ports=str(canary)),
                    policies=PoliciesRequest(max_requests_per_second=1000),
                )
                try:
                    done = await scan_in_process(
                        app, DEFAULT_WORKSPACE, request, owner="me", on_event=lambda _: None
                    )
                except CyberAIError:
                    continue
                assert done.status == "failed", (target, done)
                ended[target] = done.status_reason

    with watching() as watch:
        run(scenario(), limit=120)
    assert watch.reached == []
    assert watch.looked_up == []
    assert {url_of(name, canary) for name in NAMES if name.isascii()} <= set(ended)
    assert "inside.example" in names.asked
    assert set(ended.values()) <= {"target_not_allowed", "dns_failed", "target_unreachable"}


def test_a_target_on_the_command_line(tmp_path: Path, canary: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`cyberai scan` in this process, with the real store; names are asked of no server and end the scan."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with watching() as watch:
        for target in targets(canary):
            command = ["scan", "--no-config", "--quiet", "--data-dir", str(tmp_path / "data"), "--", target]
            assert run_command(command) in (2, 3, 5), target
    assert watch.reached == []


def sending(network: ScanNetwork, hosts: tuple[str, ...], port: int) -> None:
    """Send a request to each host over this network; every one is refused."""

    async def scenario() -> None:
        for host in hosts:
            session = open_session((HostTarget(host),), on=network)
            try:
                for scheme in ("http", "https"):
                    with pytest.raises(TransportError) as caught:
                        await session.http.send(HttpRequest("GET", Url(scheme, host, port)))
                    assert caught.value.reason in REFUSED
            finally:
                await session.aclose()

    run(scenario(), limit=60)


def test_a_name_given_an_address(canary: int) -> None:
    """`--resolve target.example=CASE`: taken as an address and judged as one, or refused as none."""
    tried = 0
    with watching():
        for host in HOSTS:
            try:
                overrides = parse_overrides([f"target.example={host}", f"mixed.example={host}"])
            except ValueError:
                continue
            tried += 1
            network = ScanNetwork(
                EgressPolicy(), SystemClock(), resolve_overrides=overrides, lookup=Answers()
            )
            sending(network, ("target.example", "mixed.example"), canary)
    assert tried >= 60


def test_a_proxy(canary: int) -> None:
    """`--proxy http://CASE`: its own address must be allowed, and nothing else is asked instead."""
    tried = 0
    with watching() as watch:
        for text in references(canary, OWN):
            try:
                proxy = parse_proxy(text.removesuffix("/inside"))
            except ValueError:
                continue
            if proxy.host == ADDRESS:
                continue
            tried += 1
            network = ScanNetwork(POLICY, SystemClock(), proxy=proxy, lookup=Answers())
            sending(network, (ADDRESS,), canary)
    assert tried >= 60
    assert watch.looked_up == []


def test_addresses_in_a_certificate(tmp_path: Path, canary: int) -> None:
    """Issuers, OCSP responders, revocation lists and names of a certificate are never asked."""
    cases = [x509.UniformResourceIdentifier(text) for text in references(canary, OWN) if text.isascii()]
    access = [
        x509.AccessDescription(method, case)
        for case in cases
        for method in (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    ]
    points = [x509.DistributionPoint([case], None, None, None) for case in cases]
    authority = issue("root", authority=True)
    leaf = issue(
        ADDRESS,
        authority,
        extensions=(
            x509.AuthorityInformationAccess(access),
            x509.CRLDistributionPoints(points),
            x509.FreshestCRL(points),
            x509.IssuerAlternativeName(cases),
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(ADDRESS)), *cases]),
        ),
    )
    asked: list[str] = []
    checks = tuple(check for check in all_checks() if check.meta.id.startswith("tls."))
    assert checks

    async def scenario() -> None:
        site = {"/": (200, (), "x")}
        async with serving(handler(site, asked), tls=leaf.server_context(tmp_path), host=ADDRESS) as port:
            names = Answers()
            with watching((ADDRESS, port)) as watch:
                finished = await scanned(f"https://{ADDRESS}:{port}/", names, checks)
            assert finished.hits, "the certificate was looked at: nobody trusts it"
            assert set(watch.reached) == {(ADDRESS, port)}
            assert (watch.looked_up, names.asked) == ([], [])

    run(scenario(), limit=60)


class LeapingClock(SystemClock):
    """The machine's time, which leaps when told to."""

    def __init__(self) -> None:
        self.leapt = 0.0

    def monotonic(self) -> float:  # type: ignore[override]
        return time.monotonic() + self.leapt


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.9.8.7", "169.254.169.254", "0.0.0.0", "::ffff:127.0.0.1"]
)
def test_names_in_scope_that_lead_inside(address: str, canary: int) -> None:
    """A name of the scope that leads to the site at first and inside afterwards, on a connection of its own each time."""
    clock, asked = LeapingClock(), []

    class Rebinding(Answers):
        async def __call__(self, host: str) -> tuple[str, ...]:
            self.asked.append(host)
            return (ADDRESS,) if len(self.asked) == 1 else (address,)

    names = Rebinding()

    async def scenario() -> None:
        site = {"/": (200, (("Content-Type", "text/html"), ("Connection", "close")), '<a href="/next">x</a>')}
        async with serving(handler(site, asked), host=ADDRESS) as port:
            spec = spec_of(f"http://site.example:{port}/", FEW, QUICK, scan_type=ScanType.WEB)
            session = ScanNetwork(POLICY, clock, lookup=names).open(scope_of(spec), limits())
            try:
                with watching((ADDRESS, port)) as watch:
                    await session.resolve("site.example")
                    clock.leapt += CACHE_SECONDS + 1
                    finished = await scan(spec, session, READING)  # type: ignore[arg-type]
                assert watch.reached == []
                assert {reason for reason, _ in finished.failures} == {"target_not_allowed"}
            finally:
                await session.aclose()

    run(scenario(), limit=60)
    assert len(names.asked) >= 2
    assert asked == []
