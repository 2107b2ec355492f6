"""`cyberai scan`: targets from here, in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cyberai.cli.auth_source import AUTH, login_of
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import SEVERITIES, data_dir, database_url, log_format, log_level, target_policy
from cyberai.cli.outputs import FORMATS, RENDERED, Output, deliver, needs_evidence, outputs_of, remarks
from cyberai.cli.place import Place, at_server, place_of

if TYPE_CHECKING:
    from cyberai.app.requests import ScanRequest
    from cyberai.cli.baseline import Baseline
    from cyberai.cli.ignore_file import Ignores
    from cyberai.cli.scanning import Brought, Order
    from cyberai.config import Settings

F = TypeVar("F", bound=Callable[..., Any])

HELP = """Scan one or more TARGETs from here: no server and no account is needed. With --server or --profile a server
scans instead, and everything looks the same here.

A TARGET is a URL (that site, from that path down), HOST:PORT, a name, an address or a range (their open ports
and the web behind them). Scan only what you are allowed to scan.

Results go to stdout, progress to stderr. The scan is kept in the store of --data-dir, as the server's are.

cyberai.toml in the working directory may hold any of these flags (without --) and target; flags that are typed win.
.cyberai-ignore.toml lists findings to let pass, each with reason and expires: they are shown as ignored and do not
count for --fail-on.

\b
Examples:
  cyberai scan https://your-site.example
  cyberai scan http://127.0.0.1:8000 --allow 127.0.0.0/8
  cyberai scan 10.0.0.5 10.0.0.6:8443 --allow 10.0.0.0/24 --ports 1-10000
  cyberai scan https://your-site.example --fail-on high          # in a pipeline
  cyberai scan https://your-site.example --fail-on-new last.json -o now.json
  cyberai scan https://your-site.example -o result.json -o report.html -o csv:findings.txt
  cyberai scan https://your-site.example --format jsonl --quiet
  cyberai scan https://staging.example --resolve staging.example=192.0.2.7
  cyberai scan https://inside.example --proxy http://proxy.example:3128 --allow 10.0.0.0/8
  cyberai scan https://your-site.example --auth login.toml        # logged in; docs/how-to/scan-logged-in.md
  cyberai scan --resume scan_01hq...                             # go on after Ctrl-C or a crash
  cyberai scan https://your-site.example --profile work          # by the server of `cyberai login --profile work`

\b
Exit codes:
  0 done   1 findings at or above --fail-on, or new to --fail-on-new   2 usage   3 incomplete or inconclusive
  4 key refused   5 server, network, store or program failed   130 interrupted (partial results are printed)
"""
RESUMABLE_WITH = frozenset(
    {"resume", "output_format", "output", "fail_on", "allow", "only_allow", "resolve", "resolver", "proxy"}
    | {"ca_file", "client_cert", "data_dir", "log_level", "log_format", "quiet", "config", "no_config"}
    | {"ignore_file", "fail_on_new", "server", "profile"}
)
"""What may be said anew of a scan that goes on; the rest was said when it began."""


def what_to_do(command: F) -> F:
    """What to look for, and how hard."""
    options = (
        click.option(
            "--type",
            "scan_type",
            type=click.Choice(["vulnerability", "network", "web", "api"]),
            default="vulnerability",
            show_default=True,
            help="vulnerability looks for everything.",
        ),
        click.option(
            "--checks",
            multiple=True,
            metavar="ID",
            help="Only these checks: ids or beginnings of ids such as web. May be repeated or comma-separated.",
        ),
        click.option("--exclude-checks", multiple=True, metavar="ID", help="Not these checks; as --checks."),
        click.option(
            "--mode",
            type=click.Choice(["safe", "standard", "intrusive"]),
            default="standard",
            show_default=True,
            help="safe only reads; standard also sends forms, except dangerous ones; intrusive sends everything.",
        ),
        click.option(
            "--depth",
            type=click.IntRange(1, 10),
            default=3,
            show_default=True,
            metavar="N",
            help="1 to 10: links followed from the entry (4 + 2N), pages per origin (500 N squared), and how many "
            "pages of one program or template are tested (1 + N, 2 + 2N).",
        ),
        click.option(
            "--concurrent",
            type=click.IntRange(1, 64),
            default=2,
            show_default=True,
            metavar="N",
            help="1 to 64 requests at a time per host.",
        ),
        click.option(
            "--criticality",
            type=click.Choice(["low", "medium", "high"]),
            default="medium",
            show_default=True,
            help="How much the target matters to you: a term of every risk score.",
        ),
    )
    for decorate in reversed(options):
        command = decorate(command)
    return command


def which_ports(command: F) -> F:
    """What is asked of hosts."""
    options = (
        click.option(
            "--ports",
            metavar="LIST",
            help="Ports of hosts, such as 80,443,8000-8100, top-100 or all; UDP ports behind U:, such as 80,U:53,161. "
            "Default: top-1000 and the usual UDP services.",
        ),
        click.option(
            "--udp/--no-udp", default=True, show_default=True, help="Ask hosts for services on UDP, too."
        ),
        click.option(
            "--subdomain-words",
            is_flag=True,
            help="Look up usual words in front of a domain, too; names that are found are looked up only.",
        ),
        click.option(
            "--syn",
            type=click.Choice(["auto", "on", "off"]),
            default="auto",
            show_default=True,
            help="Ask ports by half-open connections, where this process may send raw packets; auto: for many ports.",
        ),
    )
    for decorate in reversed(options):
        command = decorate(command)
    return command


def who_we_are(command: F) -> F:
    """How the scan logs in."""
    options = (
        click.option(
            "--auth",
            metavar="FILE",
            type=AUTH,
            default=None,
            help="Log in as this file (TOML or JSON) says: type, username, password, login_url and so on. - is standard "
            "input. Passwords are no flags: flags are seen by every user of the machine.",
        ),
        click.option(
            "--cookie",
            "cookies",
            multiple=True,
            metavar="NAME=VALUE",
            help="Send this cookie of a session, taken from a browser that is logged in. May be repeated.",
        ),
    )
    for decorate in reversed(options):
        command = decorate(command)
    return command


def how_to_send(command: F) -> F:
    """How requests are sent, and for how long."""
    options = (
        click.option(
            "--rate",
            type=click.IntRange(1, 1000),
            default=None,
            metavar="N",
            help="At most N requests in any second per host, 1 to 1000. Default: 20, and 200 on this machine.",
        ),
        click.option(
            "--exclude-path",
            "exclude_paths",
            multiple=True,
            metavar="PATH",
            help="Leave this path and all below alone.",
        ),
        click.option(
            "--header",
            "headers",
            multiple=True,
            metavar="NAME: VALUE",
            help="Send this header with every request, to all targets. Credentials belong into --auth, which watches over "
            "the session.",
        ),
        click.option(
            "--timeout",
            type=click.IntRange(1, 604_800),
            default=3600,
            show_default=True,
            metavar="SECONDS",
            help="End the scan by then.",
        ),
        click.option(
            "--request-timeout",
            type=click.IntRange(1, 300),
            default=10,
            show_default=True,
            metavar="SECONDS",
            help="Give up on one request by then.",
        ),
        click.option(
            "--ignore-ssl",
            is_flag=True,
            help="Send --header values even to a server whose certificate cannot be trusted.",
        ),
        click.option("--name", metavar="TEXT", help="A name for the scan, shown in lists and reports."),
    )
    for decorate in reversed(options):
        command = decorate(command)
    return command


def files_to_read(command: F) -> F:
    """The project's files."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    for decorate in (
        click.option(
            "--ignore-file",
            metavar="FILE",
            type=file,
            help="Findings to let pass. Default: .cyberai-ignore.toml in the working directory, if it is there.",
        ),
        click.option("--no-config", is_flag=True, help="Read no cyberai.toml."),
        click.option(
            "--config",
            metavar="FILE",
            type=file,
            help="Take flags from this TOML file. Default: cyberai.toml in the working directory, if it is there.",
        ),
    ):
        command = decorate(command)
    return command


@click.command("scan", help=HELP)
@click.argument("targets", metavar="[TARGET...]", nargs=-1)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default=None,
    help="table for people; json: one object; jsonl: one object per finding, then the scan; html, pdf, csv, sarif, junit and markdown: reports. "
    "Default: what the ending of FILE says, else table.",
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FILE",
    help="Write the result there; - is stdout. May be repeated; FORMAT:FILE names the format.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default=None,
    help="End with 1 when a proven finding is at least that severe. Off by default.",
)
@click.option(
    "--fail-on-new",
    metavar="SCAN|FILE",
    default=None,
    help="End with 1 only for proven findings that this scan, or this JSON report, does not have; --fail-on says from "
    "which severity on.",
)
@click.option(
    "--resume",
    metavar="ID",
    help="Go on with a scan that was interrupted or killed, or ran out of time; nothing is repeated.",
)
@at_server
@target_policy
@what_to_do
@who_we_are
@which_ports
@how_to_send
@files_to_read
@click.option("--quiet", "-q", is_flag=True, help="No progress and no remarks: only the result, and errors.")
@data_dir
@database_url
@log_level("error")
@log_format
@click.pass_context
def command(ctx: click.Context, /, **_flags: Any) -> None:
    """Scan, print, and end with the code that says how it went."""
    said = _project_file(ctx)
    flags = ctx.params
    _check_what(ctx, flags)
    outputs = outputs_of(flags["output"], flags["output_format"])
    ignores = _ignores(flags["ignore_file"])
    quiet = bool(flags["quiet"])
    if not quiet:
        for line in (*said, *ignores.remarks(_check_ids())):
            click.echo(line, err=True)
    from cyberai.cli.baseline import baseline_of
    from cyberai.cli.scanning import scan_at

    place = place_of(ctx, flags, may_be_new=True)
    settings = None if place.server else settings_of(flags)
    baseline = baseline_of(flags["fail_on_new"], place, settings)
    brought = scan_at(place, _order(flags, outputs, ignores), settings, quiet=quiet)
    if settings and settings.resolver and _unresolved(brought):
        click.echo(
            f"The name server that was asked: {settings.resolver} (--resolver); see that it runs and answers",
            err=True,
        )
    _finish(brought, outputs, flags["fail_on"], baseline, place=place, quiet=quiet)


def _unresolved(brought: "Brought") -> bool:
    return brought.result is not None and brought.result.scan.status_reason == "dns_failed"


def _project_file(ctx: click.Context) -> list[str]:
    from cyberai.cli.project_file import fill_in

    if ctx.params["no_config"]:
        return []
    said = fill_in(ctx, ctx.params["config"])
    return [said] if said else []


def _check_what(ctx: click.Context, flags: dict[str, Any]) -> None:
    from cyberai.cli.project_file import typed

    if not flags["resume"]:
        if not flags["targets"]:
            raise click.UsageError("Missing argument 'TARGET...'", ctx)
        return
    for name in typed(ctx):
        if name not in RESUMABLE_WITH:
            flag = (
                "TARGET"
                if name == "targets"
                else next(p for p in ctx.command.params if p.name == name).opts[-1]
            )
            raise click.UsageError(f"{flag} was settled when the scan began and cannot go with --resume", ctx)


def _ignores(path: Path | None) -> "Ignores":
    from cyberai.bootstrap.clock import SystemClock
    from cyberai.cli.ignore_file import read_ignores

    return read_ignores(path, SystemClock().now())


def _check_ids() -> frozenset[str]:
    from cyberai.engine.registry import all_checks

    return frozenset(check.meta.id for check in all_checks())


def _order(flags: dict[str, Any], outputs: tuple[Output, ...], ignores: "Ignores") -> "Order":
    from cyberai.cli.scanning import Order

    return Order(
        request=None if flags["resume"] else request_of(flags["targets"], flags["fail_on"], flags),
        resume=flags["resume"] or "",
        formats=frozenset(output.format for output in outputs if output.format in RENDERED),
        evidence=needs_evidence(outputs),
        ignores=ignores,
    )


def _finish(
    brought: "Brought",
    outputs: tuple[Output, ...],
    fail_on: str | None,
    baseline: "Baseline | None",
    *,
    place: Place,
    quiet: bool,
) -> None:
    from cyberai.cli.results import exit_code, failing, say_new

    result = brought.result
    if result is None:
        raise click.exceptions.Exit(ExitCode.INTERRUPTED)
    deliver(outputs, result, brought.rendered, place.again)
    if not quiet:
        remarks(outputs, result, place.again)
        if baseline is not None:
            say_new(failing(result, fail_on, baseline), baseline)
        if place.server and result.ignored and brought.rendered:
            click.echo(
                "What the ignore file lets pass is not marked in reports that the server makes: "
                + ", ".join(sorted(brought.rendered)),
                err=True,
            )
        if brought.interrupted and place.server is None:
            click.echo(f"Next: cyberai scan --resume {result.scan.id} goes on from here", err=True)
    code = ExitCode.INTERRUPTED if brought.interrupted else exit_code(result, fail_on, baseline)
    raise click.exceptions.Exit(code)


def settings_of(flags: dict[str, Any]) -> "Settings":
    """The settings that this command's flags override. A server on the same data directory is out of reach."""
    from msgspec import structs

    from cyberai.bootstrap.server_lock import server_of
    from cyberai.config import load

    names = (
        "allow",
        "only_allow",
        "resolve",
        "resolver",
        "proxy",
        "ca_file",
        "client_cert",
        "data_dir",
        "database_url",
        "log_format",
    )
    given = {name: flags[name] for name in names}
    settings = load(**given, log_level=flags["log_level"] or "error")
    server = server_of(settings.data_path)
    return structs.replace(settings, extra_denied=server.listeners) if server else settings


def request_of(targets: tuple[str, ...], fail_on: str | None, flags: dict[str, Any]) -> "ScanRequest":
    """The same request that POST /v1/scans takes, so that the same rules judge it."""
    from msgspec import UNSET

    from cyberai.app.requests import CheckSelectionRequest, OptionsRequest, PoliciesRequest, ScanRequest

    auth = login_of(flags["auth"], flags["cookies"])
    return ScanRequest(
        targets=list(targets),
        auth=UNSET if auth is None else auth,
        scan_type=flags["scan_type"],
        name=flags["name"],
        criticality=flags["criticality"],
        options=OptionsRequest(
            depth=flags["depth"],
            concurrent=flags["concurrent"],
            timeout=flags["timeout"],
            request_timeout=flags["request_timeout"],
            ignore_ssl=flags["ignore_ssl"],
            ports=flags["ports"],
            udp=flags["udp"],
            subdomain_words=flags["subdomain_words"],
            syn=flags["syn"],
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
        raise Failure(
            f"--header: {text!r} is not NAME: VALUE",
            next_step="Write for instance --header 'X-Team: red'",
            code=ExitCode.USAGE,
        )
    return name.strip(), value.strip()
