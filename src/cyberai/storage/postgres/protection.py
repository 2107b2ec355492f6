"""What only PostgreSQL has: row-level security, byte order of texts, a table without a log for rate counters."""

from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import MetaData, Table, Text

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

# The words of vulnerabilities, in their base form by the same algorithm as SQLite's index (Porter's), no word left out.
TEXT_INDEX = (
    'CREATE TABLE IF NOT EXISTS vulnerability_text (rowid bigint PRIMARY KEY, tenant text COLLATE "C" NOT NULL, '
    "words tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS vulnerability_text_words ON vulnerability_text USING gin (words)",
    "ALTER TABLE vulnerability_text ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE vulnerability_text FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS own_workspace ON vulnerability_text",
    "CREATE POLICY own_workspace ON vulnerability_text USING (tenant = 'tenant' || "
    "current_setting('cyberai.workspace', true) OR current_setting('cyberai.workspace', true) = '0')",
    """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = 'cyberai' AND cfgnamespace = current_schema()::regnamespace)
        THEN
            CREATE TEXT SEARCH DICTIONARY cyberai_stem (TEMPLATE = snowball, Language = porter);
            CREATE TEXT SEARCH CONFIGURATION cyberai (COPY = simple);
            ALTER TEXT SEARCH CONFIGURATION cyberai ALTER MAPPING FOR asciiword, word, numword WITH cyberai_stem;
        END IF;
    END $$
    """,
    r"""
    CREATE OR REPLACE FUNCTION cyberai_words(content text) RETURNS tsvector LANGUAGE sql STABLE AS
    $$ SELECT to_tsvector('cyberai', regexp_replace(content, '[^[:alnum:]]+', ' ', 'g')) $$
    """,
    r"""
    CREATE OR REPLACE FUNCTION cyberai_query(asked text) RETURNS tsquery LANGUAGE sql STABLE AS
    $$ SELECT plainto_tsquery('cyberai', regexp_replace(asked, '[^[:alnum:]]+', ' ', 'g')) $$
    """,
)

_Connection = psycopg.Connection[tuple[Any, ...]]


def protect(connection: _Connection, schema: MetaData) -> None:
    """Bring what the migrations do not know up to date, for every table there is now; within their transaction."""
    for table in schema.sorted_tables:
        _order_by_bytes(connection, table)
        # Where it is a name (tickets), the row is found by its secret, before anybody knows a workspace.
        if "workspace" in table.c and not isinstance(table.c.workspace.type, Text):
            _hide_rows(connection, table)
    connection.execute(RATE_TABLE)
    for statement in TEXT_INDEX:
        connection.execute(statement)


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
