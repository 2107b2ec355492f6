"""`cyberai feeds update`: what is fetched, and what came of it."""

from functools import partial
from pathlib import Path

import click
import msgspec

from cyberai.app.feed_update import Publishers, Source, sources, update
from cyberai.bootstrap.clock import SystemClock
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.feed_words import imported_in_words
from cyberai.cli.store_access import on_existing_store, store_settings
from cyberai.domain.errors import InvalidRequest
from cyberai.ports.feeds import FeedName

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.- ")


def planned(
    names: tuple[str, ...], years: tuple[int, ...], ecosystems: tuple[str, ...], data_dir: Path | None
) -> tuple[Source, ...]:
    """The files of these feeds; raise Failure for an address that cannot be used."""
    settings = store_settings(data_dir)
    publishers = Publishers(
        nvd=settings.feeds_nvd,
        kev=settings.feeds_kev,
        epss=settings.feeds_epss,
        osv=settings.feeds_osv,
        ecosystems=settings.feeds_ecosystems,
    )
    for name in (*ecosystems, *publishers.ecosystems):
        if not name or set(name) - _NAME or name.startswith("."):
            raise click.BadParameter(
                f"{name!r} is no name of an ecosystem, such as Debian", param_hint="--ecosystem"
            )
    try:
        wanted = [FeedName(name) for name in names]
        return sources(publishers, wanted, SystemClock().now(), years, ecosystems)
    except InvalidRequest as error:
        raise Failure(error.message, next_step=error.reason, code=ExitCode.USAGE) from error


def fetch(files: tuple[Source, ...], data_dir: Path | None, *, as_json: bool) -> bool:
    """Fetch and import them one by one, saying so; False when one could not be had."""
    hosts = dict.fromkeys(file.url.split("/")[2] for file in files)
    count = f"{len(files)} file{'' if len(files) == 1 else 's'}"
    click.echo(f"Fetching {count} from {', '.join(hosts)}", err=True)
    good = True
    for file in files:
        done = on_existing_store(data_dir, partial(update, source=file))
        good = good and not done.failure
        if as_json:
            click.echo(msgspec.json.encode(done))
        elif done.failure:
            click.echo(f"{file.url}: {done.failure}", err=True)
        elif done.imported is None:
            click.echo(f"{file.url}: not changed")
        else:
            click.echo(f"{file.url}:")
            for line in imported_in_words(done.imported):
                click.echo(f"  {line}")
    return good
