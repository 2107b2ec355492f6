"""What the tables of the schema are made of."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

# SQLite gives a row number by itself only to a column declared INTEGER PRIMARY KEY.
_NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()
"""Every table of the schema."""


def number_column() -> Column[int]:
    """The row number, which other rows point to."""
    return Column("number", _NUMBER, primary_key=True, autoincrement=True)


def int_column(name: str, default: int | None = None) -> Column[int]:
    """A 64-bit integer; with a default it belongs to other statements than those of documents."""
    return Column(
        name, _NUMBER, nullable=False, server_default=None if default is None else text(str(default))
    )


def text_column(name: str, default: str | None = None) -> Column[str]:
    """A text; `default` as for integers."""
    return Column(
        name, Text, nullable=False, server_default=None if default is None else text(f"'{default}'")
    )


def blob_column(name: str) -> Column[bytes]:
    """Bytes."""
    return Column(name, LargeBinary, nullable=False)


def resource_table(name: str, *further: SchemaItem) -> Table:
    """The table of a resource: see `cyberai.storage.schema`."""
    return Table(
        name,
        metadata,
        number_column(),
        int_column("workspace"),
        text_column("id"),
        int_column("rank"),
        int_column("facet"),
        *further,
        text_column("doc"),
        UniqueConstraint("workspace", "id", name=f"{name}_id"),
        UniqueConstraint("workspace", "rank", name=f"{name}_rank"),
    )


def keyed_table(name: str, key: tuple[str, ...], *columns: Column[int] | Column[str]) -> Table:
    """A table whose rows are found by their key only."""
    # The rows are as small as their key, so the key's tree is the table on SQLite.
    return Table(
        name,
        metadata,
        *columns,
        PrimaryKeyConstraint(*key, name=f"{name}_key"),
        sqlite_with_rowid=False,
    )
