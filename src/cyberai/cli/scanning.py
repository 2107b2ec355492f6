"""A scan, in this process or by a server, watched on the terminal, and what it brought."""

from typing import TYPE_CHECKING

import click
from msgspec import Struct

from cyberai.cli.ignore_file import Ignores

if TYPE_CHECKING:
    from cyberai.app.requests import ScanRequest
    from cyberai.app.results import ScanResult
    from cyberai.cli.following import Follower, Update
    from cyberai.cli.place import Place
    from cyberai.cli.platform import OnUpdate, Platform
    from cyberai.config import Settings


class Brought(Struct):
    """What a scan brought: its result so far (None when it had not begun), files by format, and whether it was
    interrupted."""

    result: "ScanResult | None"
    rendered: dict[str, bytes]
    interrupted: bool


class Order(Struct, frozen=True, kw_only=True):
    """What to do: scan what `request` asks for, or go on with the scan `resume`. `formats` are files to render;
    `evidence` says whether the result needs it."""

    request: "ScanRequest | None" = None
    resume: str = ""
    formats: frozenset[str] = frozenset()
    evidence: bool = False
    ignores: Ignores = Ignores()


def scan_at(place: "Place", order: Order, settings: "Settings | None", *, quiet: bool) -> Brought:
    """Run the scan to its end; `settings` are those of this process where it scans itself."""
    from cyberai.bootstrap.logs import set_up_logging
    from cyberai.cli.console import stderr
    from cyberai.cli.following import follower
    from cyberai.cli.running import run

    if settings is not None:
        set_up_logging(settings)
    console = stderr()
    if not quiet:
        if place.server is not None:
            click.echo(f"The scan runs on {place.server.root}.", err=True)
        click.echo(
            "Scan only what you are allowed to scan. Ctrl-C stops and prints what was found.", err=True
        )
    following = follower(console, quiet=quiet)
    try:
        return run(_scan(place, order, settings, following))
    finally:
        following.close()


async def _scan(place: "Place", order: Order, settings: "Settings | None", following: "Follower") -> Brought:
    import asyncio

    from cyberai.cli.place import platform_at
    from cyberai.cli.running import cancel_on_signals

    scan_id = order.resume

    def on_update(update: "Update") -> None:
        nonlocal scan_id
        scan_id = update.scan_id or scan_id
        following(update)

    def say_stopping() -> None:
        following.close()
        click.echo("Stopping; what was found so far follows. Once more: stop at once.", err=True)

    async with platform_at(place, settings) as platform:
        if order.resume:
            following.start(await platform.found_so_far(order.resume))
        scanning = asyncio.ensure_future(_running(platform, order, on_update))
        cancel_on_signals(scanning, say_stopping)
        interrupted = False
        try:
            scan_id = await scanning
        except asyncio.CancelledError:
            interrupted = True
        if not scan_id:
            return Brought(None, {}, interrupted)
        result, rendered = await _collected(platform, order, scan_id)
        return Brought(result, rendered, interrupted)


async def _running(platform: "Platform", order: Order, on_update: "OnUpdate") -> str:
    from cyberai.app.target_words import told_to_people

    if order.request is None:
        return await platform.resume(order.resume, on_update)
    with told_to_people(order.request):
        return await platform.scan(order.request, on_update)


async def _collected(
    platform: "Platform", order: Order, scan_id: str
) -> tuple["ScanResult", dict[str, bytes]]:
    from cyberai.app.requests import ReportRequest

    result = await platform.result(scan_id, evidence=order.evidence)
    result.ignored = order.ignores.among(result.vulnerabilities)
    ignored = frozenset(item.id for item in result.ignored)
    rendered = {
        format: await platform.rendered(ReportRequest(scan_id=scan_id, format=format), ignored)
        for format in order.formats
    }
    return result, rendered
