"""Opening a PostgreSQL store: make its tables, bring them up to date, protect them, or say why not."""

import logging
from typing import Any, LiteralString

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from cyberai.domain.errors import StoreError
from cyberai.storage.dialect import Backend, table_ddl
from cyberai.storage.migrations import HEAD, VERSION_TABLE
from cyberai.storage.postgres.database import Connection, Database
from cyberai.storage.postgres.driver import taking_turns
from cyberai.storage.postgres.failures import refused_start
from cyberai.storage.postgres.protection import bypassed, missing_rights, protect
from cyberai.storage.schema import metadata
from cyberai.storage.schema import schema_version as schema_version_table

_LOG = logging.getLogger("cyberai.store")

OLDEST_SERVER = 13_00_00
"""The first release that merges posting lists without reading them to their ends (incremental sort)."""


def prepare(database: Database) -> frozenset[tuple[str, int]]:
    """Make the tables if they are new and bring them up to date; where the database listens. Raise StoreError."""
    try:
        with database.connect(log=False) as connection:
            _judge_server(connection, database)
            if schema_version(connection) != HEAD:
                _bring_up_to_date(database)
            lacking = missing_rights(connection, metadata)
            if lacking:
                raise StoreError(
                    f"The role {connection.info.user} may not use {', '.join(lacking)} of {database.name}; "
                    "make it their owner, or GRANT SELECT, INSERT, UPDATE, DELETE on all tables and USAGE on all "
                    "sequences of the schema"
                )
            return _addresses(connection)
    except psycopg.Error as error:
        raise refused_start(error, database.name) from error


def schema_version(connection: Connection) -> str | None:
    """The store's schema version; None when it has none."""
    if _value(connection, f"SELECT to_regclass('{VERSION_TABLE}')") is None:
        return None
    found = _value(connection, f"SELECT max(version_num) FROM {VERSION_TABLE}")  # noqa: S608 - a constant
    return None if found is None else str(found)


def _judge_server(connection: Connection, database: Database) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        raise StoreError(
            f"PostgreSQL {connection.info.server_version // 10000} is too old; "
            f"{OLDEST_SERVER // 10000} or newer is needed"
        )
    encoding = _value(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"The database {database.name} is encoded in {encoding}; create one with ENCODING 'UTF8'"
        )
    if _value(connection, "SELECT current_schema()") is None:
        raise StoreError(
            f"The database {database.name} has no schema of the role's search_path; create it, or correct the path"
        )
    if _value(connection, "SELECT pg_is_in_recovery()"):
        raise StoreError(f"The database {database.name} is a standby that takes no writes; name its primary")


def _bring_up_to_date(database: Database) -> None:
    """In one transaction, so that a failure leaves the database as it was."""
    from cyberai.storage.migrations.run import upgrade_over

    connection = database.connect_plainly()
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.begin() as face:
            # Another process may do it at the same time: it is waited for, and then there is nothing to do.
            face.exec_driver_sql(taking_turns("schema"))
            version = _known_version(connection, database)
            if version != HEAD:
                if version is None:
                    face.exec_driver_sql(table_ddl(schema_version_table, Backend.POSTGRES)[0])
                upgrade_over(face)
                protect(connection, metadata)
                if bypassed(connection):
                    _LOG.warning(
                        "the role %s passes by row-level security, which keeps workspaces apart should a query "
                        "forget to: give the server an ordinary role that owns the database",
                        connection.info.user,
                    )
    except DBAPIError as error:
        raise error.orig or error from error
    finally:
        connection.close()
        engine.dispose()


def _known_version(connection: Connection, database: Database) -> str | None:
    version = schema_version(connection)
    if version is None:
        names = [table.name for table in metadata.sorted_tables if table.name != VERSION_TABLE]
        query = "SELECT string_agg(n, ', ') FROM unnest(%s::text[]) n WHERE to_regclass(quote_ident(n)) IS NOT NULL"
        others = connection.execute(query, (names,)).fetchall()[0][0]
        if others:
            raise StoreError(
                f"The database {database.name} holds tables of something else ({others}); name another database"
            )
    elif not version.isdigit() or int(version) > int(HEAD):
        raise StoreError(
            f"The store in {database.name} was written by a newer Cyber AI (schema {version}, this one knows "
            f"{HEAD}); install that version again or restore a backup made before the upgrade"
        )
    return version


def _addresses(connection: Connection) -> frozenset[tuple[str, int]]:
    info = connection.info
    return frozenset({(info.hostaddr, info.port)} if info.hostaddr else ())


def _value(connection: Connection, query: LiteralString) -> Any:
    rows = connection.execute(query).fetchall()
    return rows[0][0] if rows else None
