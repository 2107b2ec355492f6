"""`cyberai report`: a scan's result once more, from the store."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberai.cli.options import data_dir
from cyberai.cli.outputs import FORMATS, RENDERED, deliver, outputs_of
from cyberai.cli.store_access import newest_scan, on_existing_store, say_resumable

if TYPE_CHECKING:
    from cyberai.app.context import App
    from cyberai.app.results import ScanResult

WITH_LOGO = ("html", "pdf")
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}

HELP = """Write the result of a scan from the store: of SCAN, or of the newest one.

Without -o it is shown as `cyberai scan` shows it. A scan that still runs is shown as far as it is.

\b
Examples:
  cyberai report
  cyberai report scan_01hq... -o report.html -o findings.csv
  cyberai report --type delta -o changes.pdf
  cyberai report -o management.html --type executive --title "The shop, May"
"""


@click.command("report", help=HELP)
@click.argument("scan_id", metavar="[SCAN]", required=False)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default=None,
    help="As of `cyberai scan`. Default: what the ending of FILE says, else table.",
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FILE",
    help="Write it there; - is stdout. May be repeated; FORMAT:FILE names the format.",
)
@click.option(
    "--type",
    "report_type",
    type=click.Choice(["technical", "executive", "compliance", "delta", "raw"]),
    default="technical",
    show_default=True,
    help="For whom html, pdf, csv and markdown are written.",
)
@click.option(
    "--baseline",
    metavar="SCAN",
    help="With --type delta: the scan to hold it against. Default: the one before.",
)
@click.option(
    "--redaction",
    type=click.Choice(["none", "secrets", "full"]),
    default="secrets",
    show_default=True,
    help="What is cut: nothing, values of cookies and keys, or all requests and answers.",
)
@click.option(
    "--logo", type=click.Path(dir_okay=False, path_type=Path), help="A png, jpeg or svg for html and pdf."
)
@click.option("--title", metavar="TEXT", help="Title of the report.")
@data_dir
def command(
    scan_id: str | None,
    output_format: str | None,
    output: tuple[str, ...],
    report_type: str,
    baseline: str | None,
    redaction: str,
    logo: Path | None,
    title: str | None,
    data_dir: Path | None,
) -> None:
    """Collect and write."""
    from cyberai.cli.outputs import STDOUT

    outputs = outputs_of(output, output_format)
    picture = _data_uri(logo)
    formats = {item.format for item in outputs if item.format in RENDERED}

    async def collect(app: "App") -> tuple["ScanResult", dict[str, bytes]]:
        from cyberai.app.rendered import rendered_report
        from cyberai.app.requests import ReportRequest
        from cyberai.app.results import scan_result
        from cyberai.domain.ids import DEFAULT_WORKSPACE

        found = await newest_scan(scan_id)(app)
        rendered = {}
        for format in formats:
            request = ReportRequest(
                scan_id=found,
                format=format,
                type=report_type,
                title=title,
                baseline_scan_id=baseline,
                redaction=redaction,
                logo=picture if format in WITH_LOGO else None,
            )
            rendered[format] = (await rendered_report(app, DEFAULT_WORKSPACE, request)).content
        return await scan_result(app, DEFAULT_WORKSPACE, found), rendered

    result, rendered = on_existing_store(data_dir, collect)
    deliver(outputs, result, rendered)
    say_resumable(data_dir, result.scan)
    for item in outputs:
        if item.file != STDOUT:
            click.echo(f"Result: {item.file} ({item.format}) of scan {result.scan.id}", err=True)


def _data_uri(logo: Path | None) -> str | None:
    """The file as the API takes it; raise BadParameter."""
    import base64

    if logo is None:
        return None
    kind = _PICTURES.get(logo.suffix.lower())
    if kind is None:
        raise click.BadParameter(f"{logo} is none of: {', '.join(_PICTURES)}", param_hint="--logo")
    try:
        content = logo.read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{logo}: {error.strerror or error}", param_hint="--logo") from error
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
