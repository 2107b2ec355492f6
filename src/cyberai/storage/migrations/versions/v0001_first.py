"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite gives a row number by itself only to a column declared INTEGER PRIMARY KEY.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("revoked_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("last_used_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("digest", name="api_key_digest"),
        sa.UniqueConstraint("workspace", "id", name="api_key_id"),
    )


def _blob() -> None:
    op.create_table(
        "blob",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "name", name="blob_name"),
    )


def _blob_chunk() -> None:
    op.create_table(
        "blob_chunk",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("blob", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "blob", "ordinal", name="blob_chunk_key"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("scan", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="event_key"),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("vulnerability", NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "vulnerability", name="evidence_key"),
    )


def _host_lease() -> None:
    op.create_table(
        "host_lease",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("address", name="host_lease_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("host_lease_shard", "host_lease", ["shard"], unique=False)


def _ledger_count() -> None:
    op.create_table(
        "ledger_count",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace", "scan", "host", "check_id", "outcome", "reason", name="ledger_count_key"
        ),
        sqlite_with_rowid=False,
    )


def _ledger_row() -> None:
    op.create_table(
        "ledger_row",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace", "scan", "host", "check_id", "outcome", "reason", "ordinal", name="ledger_row_key"
        ),
        sqlite_with_rowid=False,
    )


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("term", NUMBER, nullable=False),
        sa.Column("rank", NUMBER, nullable=False),
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("item", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "term", "rank", name="posting_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("posting_facet", "posting", ["workspace", "term", "facet", "rank", "item"], unique=False)


def _posting_count() -> None:
    op.create_table(
        "posting_count",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("term", NUMBER, nullable=False),
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "term", "facet", name="posting_count_key"),
        sqlite_with_rowid=False,
    )


def _report() -> None:
    op.create_table(
        "report",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rank", NUMBER, nullable=False),
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("open", NUMBER, nullable=False),
        sa.Column("worker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("lease_until", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "id", name="report_id"),
        sa.UniqueConstraint("workspace", "rank", name="report_rank"),
    )
    op.create_index(
        "report_open",
        "report",
        ["lease_until", "number"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open = 1"),
    )


def _scan() -> None:
    op.create_table(
        "scan",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rank", NUMBER, nullable=False),
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("status", NUMBER, nullable=False),
        sa.Column("cancel_requested", NUMBER, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "id", name="scan_id"),
        sa.UniqueConstraint("workspace", "rank", name="scan_rank"),
    )
    op.create_index(
        "scan_open",
        "scan",
        ["status", "workspace", "rank"],
        unique=False,
        sqlite_where=sa.text("status < 10"),
        postgresql_where=sa.text("status < 10"),
    )


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="setting_key"),
        sqlite_with_rowid=False,
    )


def _shard() -> None:
    op.create_table(
        "shard",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("done", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("worker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("fence", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "id", name="shard_id"),
    )
    op.create_index(
        "shard_held",
        "shard",
        ["workspace", "lease_until"],
        unique=False,
        sqlite_where=sa.text("done = 0 AND worker <> ''"),
        postgresql_where=sa.text("done = 0 AND worker <> ''"),
    )
    op.create_index(
        "shard_open",
        "shard",
        ["workspace", "scan", "number"],
        unique=False,
        sqlite_where=sa.text("done = 0"),
        postgresql_where=sa.text("done = 0"),
    )


def _sighting() -> None:
    op.create_table(
        "sighting",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("vulnerability", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "vulnerability", "scan", name="sighting_key"),
        sqlite_with_rowid=False,
    )


def _term() -> None:
    op.create_table(
        "term",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "kind", "value", name="term_value"),
    )


def _unit() -> None:
    op.create_table(
        "unit",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("shard", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stage", NUMBER, nullable=False),
        sa.Column("depth", NUMBER, nullable=False),
        sa.Column("done", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("requests", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("urls", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "scan", "id", name="unit_key"),
    )
    op.create_index(
        "unit_pending",
        "unit",
        ["workspace", "shard", "stage", "depth", "number"],
        unique=False,
        sqlite_where=sa.text("done = 0"),
        postgresql_where=sa.text("done = 0"),
    )


def _unit_tally() -> None:
    op.create_table(
        "unit_tally",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("stage", NUMBER, nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("total", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("done", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("requests", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("urls", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "scan", "stage", "failure", name="unit_tally_key"),
        sqlite_with_rowid=False,
    )


def _vulnerability() -> None:
    op.create_table(
        "vulnerability",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rank", NUMBER, nullable=False),
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("workspace", "fingerprint", name="vulnerability_fingerprint"),
        sa.UniqueConstraint("workspace", "id", name="vulnerability_id"),
        sa.UniqueConstraint("workspace", "rank", name="vulnerability_rank"),
    )


def _vulnerability_place() -> None:
    op.create_table(
        "vulnerability_place",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("vulnerability", NUMBER, nullable=False),
        sa.Column("place", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "vulnerability", "place", name="vulnerability_place_key"),
        sqlite_with_rowid=False,
    )


def _worker() -> None:
    op.create_table(
        "worker",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slots", NUMBER, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="worker_key"),
        sqlite_with_rowid=False,
    )


def _workspace() -> None:
    op.create_table(
        "workspace",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id", name="workspace_id"),
    )


def upgrade() -> None:
    """Make every table."""
    _api_key()
    _blob()
    _blob_chunk()
    _event()
    _evidence()
    _host_lease()
    _ledger_count()
    _ledger_row()
    _posting()
    _posting_count()
    _report()
    _scan()
    _setting()
    _shard()
    _sighting()
    _term()
    _unit()
    _unit_tally()
    _vulnerability()
    _vulnerability_place()
    _worker()
    _workspace()
