"""No address that a scan may not reach is ever connected to, whoever names it and however it is written.

Every row of the registry (ssrf_sinks) is tried with every case (address_cases) on the real network stack. What decides
is not an answer but the sockets of this process: but for the site under scan no connection may begin.
"""

import ast
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from address_cases import HOSTS, TRICKS, Answers, references
from inventory import MEMBERS, Kind
from socket_watch import Watch, canaries, watching
from ssrf_sinks import CONTROL, OPTIONS, READERS, SINKS, STATED, Sink, Site

from cyberai.cli.scan import command as scan_command
from cyberai.cli.serve import command as serve_command
from cyberai.domain.scan import ScanOptions, ScanPolicies, ScanType
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_network
from cyberai.engine.registry import all_checks
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from netkit.clocks import SystemClock
from netkit.servers import Handler, request_head, response, serving
from netkit.sessions import limits, run
from support.scan_in_process import Finished, scan, scope_of, spec_of

SOURCE = Path(__file__).parents[2] / "src" / "cyberai"
ADDRESS = "127.0.77.7"
"""The one loopback address that may be scanned here; the canaries listen on others."""
POLICY = EgressPolicy(allow=[parse_network(f"{ADDRESS}/32")])
FEW = ScanOptions(depth=4, concurrent=8)
QUICK = ScanPolicies(max_requests_per_second=1000)
READING = tuple(
    check for check in all_checks() if check.meta.id.startswith("passive.") or "redirect" in check.meta.id
)


def handler(site: Site, asked: list[str]) -> Handler:
    """Serve the site; `asked` gets every path."""

    async def answer(reader, writer) -> None:  # type: ignore[no-untyped-def]
        while True:
            head = await request_head(reader)
            path = unquote(head.split(b" ", 2)[1].decode("latin-1")).partition("?")[0]
            asked.append(path)
            status, headers, body = site.get(path, (404, (), "not here"))
            lines = "".join(f"{name}: {_line(value)}\r\n" for name, value in headers)
            raw = response(b"" if head.startswith(b"HEAD") else body.encode(), status=f"{status} Status")
            writer.write(raw.replace(b"\r\n\r\n", b"\r\n" + lines.encode() + b"\r\n", 1))
            await writer.drain()

    return answer


def _line(text: str) -> str:
    return re.sub(r"[\r\n\0]", "", text)


@asynccontextmanager
async def served(site: Site, asked: list[str]) -> AsyncIterator[int]:
    async with serving(handler(site, asked), host=ADDRESS) as port:
        yield port


async def scanned(target: str, names: Answers, checks=READING) -> Finished:  # type: ignore[no-untyped-def]
    """A whole scan on the real network."""
    spec = spec_of(target, FEW, QUICK, scan_type=ScanType.WEB)
    session = ScanNetwork(POLICY, SystemClock(), lookup=names).open(scope_of(spec), limits())
    try:
        return await scan(spec, session, checks)  # type: ignore[arg-type]  # a real session instead of a simulated one
    finally:
        await session.aclose()


def planted(sink: Sink, canary: int, own: str) -> Site:
    return sink.plant([CONTROL, *references(canary, own)])


def test_the_matrix_is_wide() -> None:
    assert len(set(HOSTS)) == len(HOSTS)
    assert len(HOSTS) + len(TRICKS) >= 180
    assert len(SINKS) >= 35


def test_the_watch_sees_a_connection() -> None:
    """The proof can fail."""
    with canaries() as port, socket.socket() as client:
        watcher = watching()
        watch = watcher.__enter__()
        with pytest.raises(ConnectionRefusedError):
            client.connect(("127.0.0.1", port))
        assert watch.strayed == [("127.0.0.1", port)]
        with pytest.raises(AssertionError):
            watcher.__exit__(None, None, None)


@pytest.mark.parametrize("guards", ["scope and policy", "policy alone"])
@pytest.mark.parametrize("sink", SINKS, ids=str)
def test_a_place_in_a_page(sink: Sink, guards: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice: as it is, and as if the scan's scope let everything pass, so that the policy on addresses holds alone."""
    if guards == "policy alone":
        for rule in ("allows_host", "allows_port", "allows_url"):
            monkeypatch.setattr(ScanScope, rule, lambda *_: True)
    asked: list[str] = []
    site: Site = {}

    async def scenario(canary: int) -> tuple[Watch, Answers, int]:
        async with served(site, asked) as port:
            own = f"{ADDRESS}:{port}"
            site.update(planted(sink, canary, own))
            names = Answers()
            with watching((ADDRESS, port)) as watch:
                await scanned(f"http://{own}/", names)
            return watch, names, port

    with canaries() as canary:
        watch, names, port = run(scenario(canary), limit=60)
    assert set(watch.reached) == {(ADDRESS, port)}
    assert watch.looked_up == []
    assert (CONTROL in asked) == sink.followed, sorted(set(asked))[:50]
    assert set(site) <= set(asked), "a page that holds a case was never read"
    if guards == "policy alone":
        assert ("inside.example" in names.asked) == (sink.followed and not sink.at_home), (
            "no case reached the policy"
        )
    else:
        assert names.asked == [], "a name that no target names was looked up"


# Nothing enters by a place that has no row.


def test_every_address_of_the_document_has_its_row() -> None:
    stated = {
        f"POST /v1/scans {name}" for name, kind in MEMBERS["createScan"].items() if kind is Kind.ADDRESS
    }
    assert stated <= set(STATED)
    others = {
        name
        for id, rows in MEMBERS.items()
        if id != "createScan"
        for name, k in rows.items()
        if k is Kind.ADDRESS
    }
    assert others == set()


def test_every_option_of_the_commands_has_its_row() -> None:
    known = {parameter.name for command in (scan_command, serve_command) for parameter in command.params}
    assert known - set(OPTIONS) == set()
    assert set(OPTIONS.values()) - {""} <= set(STATED)


def readers() -> set[str]:
    """Modules that make an address of a text: by a parser of them, or by joining a reference to a URL."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        if "lab" in path.relative_to(SOURCE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _reads_an_address(node):
                found.add("cyberai." + ".".join(path.relative_to(SOURCE).with_suffix("").parts))
    return found


def _reads_an_address(call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    if text in ("Url.parse", "urljoin", "urlsplit", "urlparse", "parse_target", "parse_proxy"):
        return True
    return re.search(r"(^|\.)(url|base|page|origin|entry|location)\.join$", text) is not None


def test_every_reader_of_addresses_has_its_row() -> None:
    assert readers() == set(READERS), "give the module a row in ssrf_sinks.READERS and its place one in SINKS"
    assert set(READERS.values()) - {""} <= {sink.name for sink in SINKS} | set(STATED)
