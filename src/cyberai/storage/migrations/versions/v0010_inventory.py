"""The inventory: assets, which scans saw them, and their changes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    _resource("asset", sa.Column("asset_key", sa.Text(), nullable=False), unique="asset_key")
    op.create_table(
        "asset_sighting",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("asset", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "asset", "scan", name="asset_sighting_key"),
        sqlite_with_rowid=False,
    )
    _resource("asset_change")


def _resource(name: str, *further: sa.Column[str], unique: str = "") -> None:
    constraints = [sa.UniqueConstraint("workspace", unique, name=f"{name}_{unique}")] if unique else []
    op.create_table(
        name,
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rank", NUMBER, nullable=False),
        sa.Column("facet", NUMBER, nullable=False),
        *further,
        sa.Column("doc", sa.Text(), nullable=False),
        sa.UniqueConstraint("workspace", "id", name=f"{name}_id"),
        sa.UniqueConstraint("workspace", "rank", name=f"{name}_rank"),
        *constraints,
    )
