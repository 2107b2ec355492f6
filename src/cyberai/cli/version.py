"""`cyberai version`: what a bug report needs."""

import click

from cyberai.cli.options import as_json

HELP = """Show the version of Cyber AI and of what it stands on.

\b
Examples:
  cyberai version
  cyberai version --json
"""


@click.command("version", help=HELP)
@as_json
def command(as_json: bool) -> None:
    """Print the facts."""
    facts = versions()
    if as_json:
        import json

        click.echo(json.dumps(facts))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {value}")


def versions() -> dict[str, str]:
    """Name -> version."""
    import platform

    from cyberai import __version__

    return {
        "cyberai": __version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "sqlite": sqlite_version(),
        "platform": platform.platform(),
    }


def sqlite_version() -> str:
    """The version of the SQLite that the store uses: apsw bundles it and carries its number."""
    from importlib.metadata import version

    return ".".join(version("apsw").split(".")[:3])
