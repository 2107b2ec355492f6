"""A scan in this process, watched on the terminal, and what it brought."""

from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from cyberai.cli.ignore_file import Ignores

if TYPE_CHECKING:
    from collections.abc import Callable

    from cyberai.app.context import App
    from cyberai.app.requests import ScanRequest
    from cyberai.app.results import ScanResult
    from cyberai.config import Settings
    from cyberai.domain.event import Event


class Brought(Struct):
    """What a scan brought: its result so far (None when it had not begun), files by format, and whether it was
    interrupted."""

    result: "ScanResult | None"
    rendered: dict[str, bytes]
    interrupted: bool


class Order(Struct, frozen=True, kw_only=True):
    """What to do: scan what `request` asks for, or go on with the scan `resume`. `formats` are files to render."""

    request: "ScanRequest | None" = None
    resume: str = ""
    formats: frozenset[str] = frozenset()
    ignores: Ignores = Ignores()


def scan_here(settings: "Settings", order: Order, *, quiet: bool) -> Brought:
    """Run the scan to its end."""
    from cyberai.bootstrap.logs import set_up_logging
    from cyberai.cli.console import stderr
    from cyberai.cli.following import follower
    from cyberai.cli.running import run

    set_up_logging(settings)
    console = stderr()
    if not quiet:
        click.echo(
            "Scan only what you are allowed to scan. Ctrl-C stops and prints what was found.", err=True
        )
    following = follower(console, quiet=quiet)
    try:
        return run(_scan(settings, order, following))
    finally:
        following.close()


async def _scan(settings: "Settings", order: Order, following: Any) -> Brought:
    import asyncio
    import os

    import msgspec

    from cyberai.app.resume_scan import found_so_far
    from cyberai.bootstrap.build import open_app
    from cyberai.cli.following import Update
    from cyberai.cli.running import cancel_on_signals
    from cyberai.domain.ids import DEFAULT_WORKSPACE

    scan_id = order.resume

    def on_event(event: "Event") -> None:
        nonlocal scan_id
        scan_id = event.scan_id or scan_id
        following(Update(event.type.value, event.at, msgspec.json.decode(event.data)))

    def say_stopping() -> None:
        following.close()
        click.echo("Stopping; what was found so far follows. Once more: stop at once.", err=True)

    async with open_app(settings) as app:
        if order.resume:
            following.start((await found_so_far(app, DEFAULT_WORKSPACE, order.resume))[1])
        owner = f"cli-{os.getpid()}-{app.rng.letters(8)}"
        scanning = asyncio.ensure_future(_running(app, order, owner, on_event))
        cancel_on_signals(scanning, say_stopping)
        interrupted = False
        try:
            scan_id = await scanning
        except asyncio.CancelledError:
            interrupted = True
        if not scan_id:
            return Brought(None, {}, interrupted)
        result, rendered = await _collected(app, order, scan_id)
        return Brought(result, rendered, interrupted)


async def _running(app: "App", order: Order, owner: str, on_event: "Callable[[Event], None]") -> str:
    from cyberai.app.resume_scan import resume_in_process
    from cyberai.app.run_scan import scan_in_process
    from cyberai.app.target_words import told_to_people
    from cyberai.domain.ids import DEFAULT_WORKSPACE

    if order.request is None:
        ended = await resume_in_process(app, DEFAULT_WORKSPACE, order.resume, owner=owner, on_event=on_event)
    else:
        with told_to_people(order.request):
            ended = await scan_in_process(
                app, DEFAULT_WORKSPACE, order.request, owner=owner, on_event=on_event
            )
    return ended.id


async def _collected(app: "App", order: Order, scan_id: str) -> tuple["ScanResult", dict[str, bytes]]:
    from cyberai.app.rendered import rendered_report
    from cyberai.app.requests import ReportRequest
    from cyberai.app.results import scan_result
    from cyberai.domain.ids import DEFAULT_WORKSPACE

    result = await scan_result(app, DEFAULT_WORKSPACE, scan_id)
    result.ignored = order.ignores.among(result.vulnerabilities)
    ignored = frozenset(item.id for item in result.ignored)
    rendered = {}
    for format in order.formats:
        request = ReportRequest(scan_id=scan_id, format=format)
        made = await rendered_report(app, DEFAULT_WORKSPACE, request, ignored=ignored)
        rendered[format] = made.content
    return result, rendered
