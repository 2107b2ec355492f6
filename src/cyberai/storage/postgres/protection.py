"""What only PostgreSQL has: row-level security, byte order of texts, a table without a log for rate counters."""

from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import MetaData, Table, Text

from cyberai.storage.postgres.words import index_words

POLICY = "own_workspace"
VISIBLE = """
workspace = NULLIF(current_setting('cyberai.workspace', true), '')::bigint
OR current_setting('cyberai.workspace', true) = '0'
"""
"""A row is seen in its own workspace, and by transactions of the deployment itself, which say 0. A connection that
says nothing sees nothing."""

RATE_TABLE = """
CREATE UNLOGGED TABLE IF NOT EXISTS rate_hit (
    subject text COLLATE "C" NOT NULL,
    minute bigint NOT NULL,
    hits bigint NOT NULL,
    PRIMARY KEY (subject, minute)
)
"""

_Connection = psycopg.Connection[tuple[Any, ...]]


def protect(connection: _Connection, schema: MetaData) -> None:
    """Bring what the migrations do not know up to date, for every table there is now; within their transaction."""
    for table in schema.sorted_tables:
        _order_by_bytes(connection, table)
        # Where it is a name (tickets), the row is found by its secret, before anybody knows a workspace.
        if "workspace" in table.c and not isinstance(table.c.workspace.type, Text):
            _hide_rows(connection, table)
    connection.execute(RATE_TABLE)
    index_words(connection)


def _hide_rows(connection: _Connection, table: Table) -> None:
    # FORCE: the owner of the tables, which the server itself usually is, is bound as well.
    for statement in (
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        "DROP POLICY IF EXISTS {policy} ON {table}",
        "CREATE POLICY {policy} ON {table} USING (" + VISIBLE + ")",
    ):
        names = {"table": sql.Identifier(table.name), "policy": sql.Identifier(POLICY)}
        connection.execute(sql.SQL(statement).format(**names))


def _order_by_bytes(connection: _Connection, table: Table) -> None:
    """Texts are compared as on SQLite, and no update of the system's locales disorders an index."""
    query = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND attcollation <> 0 AND attcollation <> '\"C\"'::regcollation"
    )
    other = {name for (name,) in connection.execute(query, (table.name,)).fetchall()}
    for column in table.c:
        if isinstance(column.type, Text) and column.name in other:
            connection.execute(
                sql.SQL('ALTER TABLE {} ALTER COLUMN {} TYPE text COLLATE "C"').format(
                    sql.Identifier(table.name), sql.Identifier(column.name)
                )
            )


def bypassed(connection: _Connection) -> bool:
    """True when the role is so mighty that row-level security does not bind it."""
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    return bool(connection.execute(query).fetchall()[0][0])


def missing_rights(connection: _Connection, schema: MetaData) -> list[str]:
    """The tables that the role may not read or write."""
    query = (
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
        "AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') "
        "AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))"
    )
    ours = {table.name for table in schema.sorted_tables} | {"rate_hit", "vulnerability_text"}
    return sorted({str(name) for (name,) in connection.execute(query).fetchall()} & ours)
