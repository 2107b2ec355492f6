"""`cyberai serve`: the API server with its workers."""

from pathlib import Path
from typing import Any

import click

from cyberai.cli.options import data_dir, database_url, log_format, log_level, target_policy

HELP = """Run the API server and its workers.

The first start makes one API key and prints it once; CYBERAI_API_KEY (24 visible characters or more) may supply it
instead. Ready when GET /ready answers 200. Ctrl-C or SIGTERM ends it within 5 seconds; scans go on at the next start.

\b
Examples:
  cyberai serve
  cyberai serve --port 9000 --data-dir ./data --allow 127.0.0.0/8
  cyberai serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
"""


@click.command("serve", help=HELP)
@click.option("--host", metavar="ADDRESS", help="Address to listen on. Default: 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one. Default: 8080."
)
@data_dir
@database_url
@target_policy
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Worker processes. Default: one per core."
)
@click.option(
    "--tls-cert",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Certificate (PEM) to serve HTTPS with; needs --tls-key.",
)
@click.option(
    "--tls-key",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Private key (PEM) of --tls-cert.",
)
@click.option(
    "--trusted-proxy",
    multiple=True,
    metavar="NETWORK",
    help="A proxy whose X-Forwarded-For is believed. May be repeated.",
)
@click.option(
    "--cors-origin",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose web pages may call the API from a browser; * for every page. May be repeated.",
)
@click.option(
    "--metrics",
    type=click.Choice(["open", "key", "off"]),
    help="Who may read GET /metrics: everybody, whoever has a key, nobody. Default: open.",
)
@click.option(
    "--chaos",
    metavar="SPEC",
    help="For tests of clients: fail on request (`on`), or by chance (`seed=7,503;share=0.05`). Loopback only.",
)
@log_level("info")
@log_format
def command(data_dir: Path | None, **flags: Any) -> None:
    """Hand over to the server."""
    from cyberai.bootstrap.server import serve
    from cyberai.config import load

    settings = load(data_dir=data_dir, **flags)
    raise click.exceptions.Exit(serve(settings))
