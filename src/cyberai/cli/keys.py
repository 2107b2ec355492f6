"""`cyberai keys`: API keys, made and revoked on the store itself, while the server runs or not."""

from typing import TYPE_CHECKING

import click

from cyberai.cli.options import as_json, data_dir, database_url
from cyberai.cli.place import Place, on_platform, somewhere
from cyberai.cli.server_login import HERE

if TYPE_CHECKING:
    from cyberai.app.resources import KeyResource

HELP = """Create, list and revoke API keys: on the store, with or without a running server, or over a server's API.

\b
Examples:
  cyberai keys create --name ci --plan standard --scope scans:write --scope scans:read
  cyberai keys list
  cyberai keys revoke key_01hq...
  cyberai keys list --profile work
"""
CREATE_HELP = """Make a key. It is shown once and stored only as a digest: keep it now.

\b
Examples:
  cyberai keys create --name me --plan enterprise
  cyberai keys create --name ci --plan standard --scope scans:write --scope scans:read --expires 2030-01-31
  cyberai keys create --name other-team --workspace blue --json
"""
LIST_HELP = """List the keys of a workspace, newest first. Keys themselves are never shown again.

\b
Example:
  cyberai keys list --workspace default
"""
REVOKE_HELP = """Revoke a key by its id: a running server refuses it within a second.

\b
Example:
  cyberai keys revoke key_01hq...
"""
SCOPES = (
    "scans:read",
    "scans:write",
    "vulnerabilities:read",
    "vulnerabilities:write",
    "reports:read",
    "reports:write",
    "keys:admin",
)


class ExpiryDate(click.ParamType[str]):
    """A day (its end, UTC) or an RFC 3339 time."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """RFC 3339."""
        from cyberai.app.times import parse_time

        text = f"{value}T23:59:59Z" if len(value) == len("2030-01-31") else value
        try:
            parse_time(text)
        except ValueError:
            self.fail(f"{value!r} is no date; write 2030-01-31 or 2030-01-31T12:00:00Z", param, ctx)
        return text


workspace_option = click.option(
    "--workspace",
    metavar="NAME",
    default="default",
    show_default=True,
    help="Whose keys; a new name makes a new, separate workspace.",
)


@click.group("keys", help=HELP)
def command() -> None:
    """Nothing by itself."""


@command.command("create", help=CREATE_HELP)
@click.option("--name", required=True, metavar="TEXT", help="What the key is for; shown in lists.")
@click.option(
    "--plan",
    type=click.Choice(["standard", "enterprise"]),
    default="standard",
    show_default=True,
    help="100 or 1000 requests a minute.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What the key may do; may be repeated. Default: everything.",
)
@click.option(
    "--expires",
    metavar="DATE",
    type=ExpiryDate(),
    help="Last day of the key (UTC), or a time. Default: never.",
)
@somewhere(workspace_option, data_dir, database_url, may_be_new=True)
@as_json
def create(
    name: str, plan: str, scopes: tuple[str, ...], expires: str | None, place: Place, as_json: bool
) -> None:
    """Make one and show it."""
    from cyberai.app.requests import KeyRequest

    request = KeyRequest(name=name, plan=plan, scopes=list(scopes) or None, expires_at=expires)
    key = on_platform(place, lambda platform: platform.create_key(request))
    if as_json:
        click.echo(_encoded(key))
        return
    from cyberai.cli.console import plain

    click.echo(plain(key.key))
    click.echo(
        plain(f"Key {key.id} ({key.plan}, workspace {key.workspace}). It is not shown again.") + "\n"
        f'Use it as: curl -H "Authorization: Bearer KEY" {place.server.root if place.server else HERE}/v1/scans',
        err=True,
    )


@command.command("list", help=LIST_HELP)
@somewhere(workspace_option, data_dir, database_url, may_be_new=True)
@as_json
def list_(place: Place, as_json: bool) -> None:
    """A table, or a list of objects."""
    keys = on_platform(place, lambda platform: platform.keys())
    if as_json:
        click.echo(_encoded(keys))
        return
    from rich.table import Table

    from cyberai.cli.console import plain, stdout

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("ID", "NAME", "PLAN", "KEY", "CREATED", "STATE"):
        # Ids and keys are copied whole; names and times may take a second line.
        table.add_column(title, overflow="fold", no_wrap=title in ("ID", "KEY", "PLAN"))
    for key in keys:
        table.add_row(key.id, plain(key.name), key.plan, key.hint, key.created_at, state(key))
    stdout().print(table if keys else f"No keys in workspace {place.workspace}.")


@command.command("revoke", help=REVOKE_HELP)
@click.argument("key_id", metavar="ID")
@somewhere(workspace_option, data_dir, database_url, may_be_new=True)
@as_json
def revoke(key_id: str, place: Place, as_json: bool) -> None:
    """Revoke one."""
    from cyberai.cli.console import plain

    key = on_platform(place, lambda platform: platform.revoke_key(key_id))
    click.echo(_encoded(key) if as_json else plain(f"Revoked {key.id} ({key.name})."))


def state(key: "KeyResource") -> str:
    """One word or two."""
    if key.revoked_at:
        return "revoked"
    return f"until {key.expires_at}" if key.expires_at else "valid"


def _encoded(value: object) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()
