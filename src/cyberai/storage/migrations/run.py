"""Run the numbered steps over an open connection, inside its transaction. Alembic is imported here alone."""

from pathlib import Path

import apsw
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from cyberai.domain.errors import StoreError
from cyberai.storage.dbapi import engine_over
from cyberai.storage.migrations import HEAD


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here: no file of it lies in the installation."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(connection: apsw.Connection, to: str = HEAD) -> None:
    """Bring a SQLite schema from its version to `to`; the caller holds the transaction. Raise StoreError."""
    with engine_over(connection).connect() as face:
        upgrade_over(face, to)


def upgrade_over(face: Connection, to: str = HEAD) -> None:
    """The same over a connection of SQLAlchemy, to any database."""
    try:
        command.upgrade(config(face), to)
    except CommandError as error:
        raise StoreError(f"The store cannot be upgraded: {error}; restore a backup") from error
