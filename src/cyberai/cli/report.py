"""`cyberai report`: a scan's result once more, from the store."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberai.cli.options import data_dir
from cyberai.cli.outputs import FORMATS, RENDERED, deliver, outputs_of
from cyberai.cli.place import Place, on_platform, somewhere
from cyberai.cli.store_access import newest_scan, say_resumable

if TYPE_CHECKING:
    from cyberai.app.results import ScanResult
    from cyberai.cli.platform import Platform

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
  cyberai report scan_01hq... -o report.html --profile work
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
@somewhere(data_dir)
def command(
    scan_id: str | None,
    output_format: str | None,
    output: tuple[str, ...],
    report_type: str,
    baseline: str | None,
    redaction: str,
    logo: Path | None,
    title: str | None,
    place: Place,
) -> None:
    """Collect and write."""
    from cyberai.cli.console import plain
    from cyberai.cli.outputs import STDOUT, needs_evidence

    outputs = outputs_of(output, output_format)
    picture = _data_uri(logo)
    formats = {item.format for item in outputs if item.format in RENDERED}

    async def collect(platform: "Platform") -> tuple["ScanResult", dict[str, bytes], bool]:
        from cyberai.app.requests import ReportRequest

        found = await newest_scan(platform, scan_id)
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
            rendered[format] = await platform.rendered(request)
        result = await platform.result(found, evidence=needs_evidence(outputs))
        return result, rendered, await platform.may_resume(found)

    result, rendered, resumable = on_platform(place, collect)
    deliver(outputs, result, rendered, place.again)
    say_resumable(result.scan, resumable=resumable)
    for item in outputs:
        if item.file != STDOUT:
            click.echo(f"Result: {item.file} ({item.format}) of scan {plain(result.scan.id)}", err=True)


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
