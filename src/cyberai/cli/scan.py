"""`cyberai scan`: targets from here, in this process."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import SEVERITIES, data_dir, database_url, log_level, target_policy

if TYPE_CHECKING:
    from cyberai.app.requests import ScanRequest
    from cyberai.app.results import ScanResult
    from cyberai.config import Settings

HELP = """Scan one or more TARGETs from here: no server and no account is needed.

A TARGET is a URL (that site, from that path down), HOST:PORT, a name, an address or a range (their open ports
and the web behind them). Scan only what you are allowed to scan.

Results go to stdout, progress to stderr. The scan is kept in the store of --data-dir, as the server's are.

\b
Examples:
  cyberai scan https://your-site.example
  cyberai scan http://127.0.0.1:8000 --allow 127.0.0.0/8
  cyberai scan 10.0.0.5 10.0.0.6:8443 --allow 10.0.0.0/24 --ports 1-10000
  cyberai scan https://your-site.example --fail-on high          # in a pipeline
  cyberai scan https://your-site.example --format json -o result.json
  cyberai scan https://staging.example --resolve staging.example=192.0.2.7

\b
Exit codes:
  0 done   1 findings at or above --fail-on   2 usage   3 incomplete or inconclusive
  5 network, store or program failed   130 interrupted (partial results are printed)
"""


@click.command("scan", help=HELP)
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default=None,
    help="table for people, json for programs: one object with scan, vulnerabilities and coverage. "
    "Default: json when -o names a .json file, else table.",
)
@click.option("-o", "--output", metavar="FILE", default="-", help="Write the result there; - is stdout.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default=None,
    help="End with 1 when a proven finding is at least that severe. Off by default.",
)
@target_policy
@click.option(
    "--type",
    "scan_type",
    type=click.Choice(["vulnerability", "network", "web", "api"]),
    default="vulnerability",
    show_default=True,
    help="vulnerability looks for everything.",
)
@click.option(
    "--checks",
    multiple=True,
    metavar="ID",
    help="Only these checks: ids or beginnings of ids such as web. May be repeated or comma-separated.",
)
@click.option("--exclude-checks", multiple=True, metavar="ID", help="Not these checks; as --checks.")
@click.option(
    "--mode",
    type=click.Choice(["safe", "standard", "intrusive"]),
    default="standard",
    show_default=True,
    help="safe only reads; standard also sends forms, except dangerous ones; intrusive sends everything.",
)
@click.option(
    "--depth", type=int, default=3, show_default=True, help="1 to 10: how far to crawl, how hard to try."
)
@click.option(
    "--concurrent", type=int, default=2, show_default=True, help="1 to 64 requests at a time per host."
)
@click.option(
    "--rate",
    type=int,
    default=None,
    metavar="N",
    help="At most N requests in any second per host, 1 to 1000. Default: 20, and 200 on this machine.",
)
@click.option("--ports", metavar="LIST", help="Ports of hosts, such as 80,443,8000-8100. Default: top-1000.")
@click.option(
    "--exclude-path",
    "exclude_paths",
    multiple=True,
    metavar="PATH",
    help="Leave this path and all below alone.",
)
@click.option(
    "--header", "headers", multiple=True, metavar="NAME: VALUE", help="Send this header with every request."
)
@click.option(
    "--timeout", type=int, default=3600, show_default=True, metavar="SECONDS", help="End the scan by then."
)
@click.option(
    "--request-timeout",
    type=int,
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="Give up on one request by then.",
)
@click.option(
    "--ignore-ssl",
    is_flag=True,
    help="Send --header values even to a server whose certificate cannot be trusted.",
)
@click.option("--name", metavar="TEXT", help="A name for the scan, shown in lists and reports.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no remarks: only the result, and errors.")
@data_dir
@database_url
@log_level("error")
def command(
    targets: tuple[str, ...], output_format: str | None, output: str, fail_on: str | None, **flags: Any
) -> None:
    """Scan, print, and end with the code that says how it went."""
    if output_format is None:
        output_format = "json" if output.endswith(".json") else "table"
    check_writable(output)
    quiet = bool(flags["quiet"])
    result, interrupted = scan_here(settings_of(flags), request_of(targets, fail_on, flags), quiet=quiet)
    if result is None:
        raise click.exceptions.Exit(ExitCode.INTERRUPTED)
    _deliver(result, output_format, output)
    if not quiet:
        _remarks(result, output_format, output)
    from cyberai.cli.results import exit_code

    raise click.exceptions.Exit(ExitCode.INTERRUPTED if interrupted else exit_code(result, fail_on))


def settings_of(flags: dict[str, Any]) -> "Settings":
    """The settings that this command's flags override."""
    from cyberai.config import load

    names = ("allow", "only_allow", "resolve", "ca_file", "data_dir", "database_url")
    given = {name: flags[name] for name in names}
    return load(**given, log_level=flags["log_level"] or "error")


def request_of(targets: tuple[str, ...], fail_on: str | None, flags: dict[str, Any]) -> "ScanRequest":
    """The same request that POST /v1/scans takes, so that the same rules judge it."""
    from cyberai.app.requests import CheckSelectionRequest, OptionsRequest, PoliciesRequest, ScanRequest

    return ScanRequest(
        targets=list(targets),
        scan_type=flags["scan_type"],
        name=flags["name"],
        options=OptionsRequest(
            depth=flags["depth"],
            concurrent=flags["concurrent"],
            timeout=flags["timeout"],
            request_timeout=flags["request_timeout"],
            ignore_ssl=flags["ignore_ssl"],
            ports=flags["ports"],
            checks=CheckSelectionRequest(
                include=split(flags["checks"]), exclude=split(flags["exclude_checks"])
            ),
        ),
        policies=PoliciesRequest(
            max_requests_per_second=flags["rate"],
            mode=flags["mode"],
            fail_on=fail_on or "high",
            exclude_paths=list(flags["exclude_paths"]),
            custom_headers=dict(_header(text) for text in flags["headers"]),
        ),
    )


def split(values: tuple[str, ...]) -> list[str]:
    """Values of a repeated option that may hold commas."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{text!r} is not NAME: VALUE", param_hint="--header")
    return name.strip(), value.strip()


def check_writable(output: str) -> None:
    """Before the scan, not after it."""
    if output == "-":
        return
    path = Path(output)
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise Failure(
            f"The result cannot be written to {path}",
            why=error.strerror or str(error),
            next_step="Name a file in a folder that exists and that you may write to, or - for stdout",
            code=ExitCode.USAGE,
        ) from error


def scan_here(
    settings: "Settings", request: "ScanRequest", *, quiet: bool
) -> tuple["ScanResult | None", bool]:
    """Run the scan to its end; its result so far (None when it had not begun) and whether it was interrupted."""
    import logging

    from cyberai.cli.console import stderr
    from cyberai.cli.following import follower
    from cyberai.cli.running import run

    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    console = stderr()
    if not quiet:
        console.print("Scan only what you are allowed to scan. Ctrl-C stops and prints what was found.")
    following = follower(console, quiet=quiet)
    try:
        return run(_scan(settings, request, following))
    finally:
        following.close()


async def _scan(
    settings: "Settings", request: "ScanRequest", following: Any
) -> tuple["ScanResult | None", bool]:
    import asyncio
    import os

    import msgspec

    from cyberai.app.results import scan_result
    from cyberai.app.run_scan import scan_in_process
    from cyberai.bootstrap.build import open_app
    from cyberai.cli.following import Update
    from cyberai.cli.running import cancel_on_signals
    from cyberai.domain.event import Event
    from cyberai.domain.ids import DEFAULT_WORKSPACE

    scan_id = ""

    def on_event(event: Event) -> None:
        nonlocal scan_id
        scan_id = event.scan_id or scan_id
        following(Update(event.type.value, event.at, msgspec.json.decode(event.data)))

    def say_stopping() -> None:
        following.close()
        click.echo("Stopping; what was found so far follows. Once more: stop at once.", err=True)

    async with open_app(settings) as app:
        owner = f"cli-{os.getpid()}-{app.rng.letters(8)}"
        scanning = asyncio.ensure_future(
            scan_in_process(app, DEFAULT_WORKSPACE, request, owner=owner, on_event=on_event)
        )
        cancel_on_signals(scanning, say_stopping)
        interrupted = False
        try:
            scan_id = (await scanning).id
        except asyncio.CancelledError:
            interrupted = True
        if not scan_id:
            return None, interrupted
        return await scan_result(app, DEFAULT_WORKSPACE, scan_id), interrupted


def _deliver(result: "ScanResult", output_format: str, output: str) -> None:
    from cyberai.cli.console import stdout, to_file
    from cyberai.cli.results import show

    if output_format == "json":
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
        if output == "-":
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()
        else:
            Path(output).write_bytes(text)
    elif output == "-":
        show(stdout(), result)
    else:
        with Path(output).open("w", encoding="utf-8") as file:
            show(to_file(file), result)


def _remarks(result: "ScanResult", output_format: str, output: str) -> None:
    from cyberai.cli.console import stderr
    from cyberai.cli.results import show_verdict

    console = stderr()
    if output != "-" or output_format == "json":
        show_verdict(console, result.scan)
    if output != "-":
        click.echo(f"Result: {output}", err=True)
    if output_format == "table" and result.vulnerabilities:
        click.echo(
            "Next: --format json -o result.json keeps the evidence: every request, and the command that repeats it",
            err=True,
        )
