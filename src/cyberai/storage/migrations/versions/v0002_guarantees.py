"""Replies under idempotency keys, the order of last sight, the index of words."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT_INDEX = (
    "CREATE VIRTUAL TABLE vulnerability_text USING fts5(tenant, title, component, description, content='', "
    "contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2')"
)
BATCH = 1000
_ROWS = sa.text(
    "SELECT number, workspace, rank, doc FROM vulnerability WHERE number > :last ORDER BY number LIMIT :batch"
)
_PLACE = sa.text(
    "INSERT INTO posting (workspace, term, rank, facet, item) "
    "SELECT p.workspace, -p.term, :place, p.facet, p.item FROM term t JOIN posting p "
    "ON p.workspace = t.workspace AND p.term = t.number AND p.rank = :rank "
    "WHERE t.workspace = :workspace AND t.kind = :kind AND t.value = :value"
)
_WORDS = sa.text(
    "INSERT INTO vulnerability_text (rowid, tenant, title, component, description) "
    "VALUES (:number, :tenant, :title, :affected_component, :description)"
)


def upgrade() -> None:
    """To version 0002."""
    op.create_table(
        "idempotency",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("expires_at", NUMBER, nullable=False),
        sa.Column("status", NUMBER, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sealed", NUMBER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "key", name="idempotency_key"),
    )
    op.create_index("idempotency_expiry", "idempotency", ["expires_at"])
    connection = op.get_bind()
    # PostgreSQL has its own form, made beside the migrations; no store there is older than this step.
    if connection.dialect.name == "sqlite":
        op.execute(TEXT_INDEX)
    last = 0
    while rows := connection.execute(_ROWS, {"last": last, "batch": BATCH}).fetchall():
        for row in rows:
            _list_again(connection, *row)
        last = rows[-1][0]


def _list_again(connection: sa.Connection, number: int, workspace: int, rank: int, doc: str) -> None:
    """Place the row in the order of last sight, under the negative numbers of the terms it carries, and index it."""
    value: dict[str, Any] = json.loads(doc)
    seen = value["last_seen"]
    place = ((seen - seen % 1_000_000) << 11) + number
    terms = {"": ("",), "target": (value["target"],), "type": (value["type"],), "check": (value["check_id"],)}
    terms["cwe"] = tuple(value["cwe"])
    for name, carried in terms.items():
        for text in dict.fromkeys(carried):
            here = {"workspace": workspace, "kind": f"vulnerability.{name}", "value": text}
            connection.execute(_PLACE, {**here, "place": place, "rank": rank})
    words = {name: value[name] for name in ("title", "affected_component", "description")}
    connection.execute(_WORDS, {**words, "number": number, "tenant": f"tenant{workspace}"})
