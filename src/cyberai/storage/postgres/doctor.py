"""What `cyberai doctor` says about a store in PostgreSQL. It only looks."""

import psycopg

from cyberai.storage.doctor import Finding
from cyberai.storage.migrations import HEAD
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.failures import refused_start
from cyberai.storage.postgres.opening import schema_version
from cyberai.storage.postgres.protection import bypassed


def examine(url: str) -> Finding:
    """Reach the database and judge its schema and our role; raise StoreError when it cannot be reached."""
    database = Database(url)
    try:
        with database.connect(log=False) as connection:
            server = connection.info.server_version // 10000
            version, mighty = schema_version(connection), bypassed(connection)
    except psycopg.Error as error:
        raise refused_start(error, database.name) from error
    text = f"PostgreSQL {server}, {database.name}, schema {version or 'not made yet'}"
    if version is not None and version.isdigit() and int(version) > int(HEAD):
        return Finding(
            "database", text, f"A newer Cyber AI wrote it; this one knows schema {HEAD}: install that version"
        )
    if mighty:
        return Finding(
            "database",
            text,
            "Its role passes by row-level security: take an ordinary one that owns the database",
        )
    return Finding("database", text)
