"""`cyberai profiles`: which servers are known here."""

import click

from cyberai.cli.options import as_json
from cyberai.cli.profile_file import Profiles, read_profiles
from cyberai.cli.server_login import HERE

HELP = """List the profiles of `cyberai login`: servers, never keys. The SDKs take the one marked * when none is named.

\b
Examples:
  cyberai profiles
  cyberai profiles --default work     # from now on the SDKs take that one
  cyberai profiles --json
"""


@click.command("profiles", help=HELP)
@click.option(
    "--default", "name", metavar="NAME", help="Make this the one that SDKs take when none is named."
)
@as_json
def command(name: str | None, as_json: bool) -> None:
    """A table, or a list of objects."""
    profiles = read_profiles()
    if name is not None:
        profiles.make_default(name)
        profiles.write()
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(_facts(profiles)), indent=2).decode())
    else:
        _show(profiles)
    if profiles.others_may_read:
        click.echo(
            f"{profiles.path} holds keys and others may read it; run: chmod 600 {profiles.path}", err=True
        )


def _facts(profiles: Profiles) -> list[dict[str, str | bool | None]]:
    return [
        {
            "name": name,
            "base_url": profile.get("base_url") or f"{HERE}/v1",
            "default": name == profiles.default,
            "ca_file": profile.get("ca_file"),
        }
        for name, profile in profiles.profiles.items()
    ]


def _show(profiles: Profiles) -> None:
    from rich.table import Table

    from cyberai.cli.console import plain, stdout

    if not profiles.profiles:
        click.echo("No profiles. cyberai login makes one.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("", "NAME", "SERVER"):
        table.add_column(title, overflow="fold")
    for fact in _facts(profiles):
        table.add_row("*" if fact["default"] else "", plain(fact["name"]), plain(fact["base_url"]))
    stdout().print(table)
