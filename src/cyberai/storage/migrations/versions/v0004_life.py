"""The life of vulnerabilities: histories, places that can be told, when acceptances are reviewed."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 1000
WEEK = 7 * 24 * 3600 * 1_000_000
LONGEST = 500
_EVERY_WORKSPACE = "SELECT set_config('cyberai.workspace', '0', true)"
_ROWS = sa.text(
    "SELECT number, workspace, doc FROM vulnerability WHERE number > :last ORDER BY number LIMIT :batch"
)
_SCAN = sa.text(
    "SELECT number FROM term WHERE workspace = :workspace AND kind = 'vulnerability.scan' AND value = :scan"
)
_TELL = sa.text(
    "UPDATE vulnerability_place SET first_seen = :first_seen, last_seen = :last_seen, first_scan = :first_scan, "
    "scan = :scan, doc = :doc WHERE workspace = :workspace AND vulnerability = :number AND place = :place"
)
_ACCEPT = sa.text("INSERT INTO acceptance (workspace, due, vulnerability) VALUES (:workspace, :due, :number)")


def _tables() -> None:
    op.create_table(
        "vulnerability_change",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("vulnerability", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("comment", NUMBER, nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "vulnerability", "ordinal", name="vulnerability_change_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "vulnerability_comment",
        "vulnerability_change",
        ["workspace", "vulnerability", "ordinal"],
        sqlite_where=sa.text("comment = 1"),
        postgresql_where=sa.text("comment = 1"),
    )
    op.create_table(
        "acceptance",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("vulnerability", NUMBER, nullable=False),
        sa.Column("due", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "vulnerability", name="acceptance_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("acceptance_due", "acceptance", ["workspace", "due"])


def upgrade() -> None:
    """Add the tables and columns, and fill in what the rows know."""
    _tables()
    for name in ("first_seen", "last_seen", "first_scan", "scan"):
        column = sa.Column(name, NUMBER, nullable=False, server_default=sa.text("0"))
        op.add_column("vulnerability_place", column)
    op.add_column(
        "vulnerability_place", sa.Column("doc", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(_EVERY_WORKSPACE))
    last = 0
    while rows := connection.execute(_ROWS, {"last": last, "batch": BATCH}).fetchall():
        for number, workspace, doc in rows:
            _fill(connection, number, workspace, json.loads(doc))
        last = rows[-1][0]


def _fill(connection: sa.Connection, number: int, workspace: int, value: dict[str, Any]) -> None:
    """Tell the one place that the row itself names, and note the end of its acceptance."""
    key = {"workspace": workspace, "number": number}
    if value.get("status") == "accepted_risk" and value.get("accept_until") is not None:
        connection.execute(_ACCEPT, {**key, "due": value["accept_until"] - WEEK})
    first, scan = (
        connection.execute(_SCAN, {"workspace": workspace, "scan": value[name]}).scalar()
        for name in ("first_scan_id", "scan_id")
    )
    if first is None or scan is None:
        return
    connection.execute(
        _TELL,
        {
            **key,
            "place": _place(value),
            "first_seen": value["first_seen"],
            "last_seen": value["last_seen"],
            "first_scan": first,
            "scan": scan,
            "doc": json.dumps(value["location"], ensure_ascii=False),
        },
    )


def _place(value: dict[str, Any]) -> int:
    """The number by which the place of the row was counted, as far as the row tells it."""
    location = value["location"]
    url = location.get("url")
    if url is None:
        text = f"{value['host']}:{location.get('port')}"
    else:
        bare = url.partition("?")[0]
        words = f"{location.get('method')} {bare} {location.get('parameter') or ''}".split()
        text = " ".join(words)[:LONGEST].strip()
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
