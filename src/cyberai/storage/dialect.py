"""The one place where SQLite and PostgreSQL may need two forms of a statement.

Both speak the same ON CONFLICT, RETURNING and partial indexes, so that today there is one form of each; claims
are the statement to watch: SQLite's writers come one at a time, PostgreSQL's will skip locked rows here.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, column, insert, literal_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.functions import FunctionElement

_PREFIX = "arg_"


class Backend(StrEnum):
    """The databases that carry a store."""

    SQLITE = "sqlite"


@cache
def sql_dialect(backend: Backend) -> Dialect:
    """SQLAlchemy's compiler for this database, with positional parameters."""
    assert backend is Backend.SQLITE
    return sqlite.dialect(paramstyle="qmark")


def table_ddl(table: Table, backend: Backend) -> list[str]:
    """The statements that make this table and its indexes."""
    dialect = sql_dialect(backend)
    made = [str(CreateTable(table).compile(dialect=dialect))]
    made += [
        str(CreateIndex(index).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda i: str(i.name))
    ]
    return made


def arg(name: str) -> BindParameter[Any]:
    """A parameter that the caller gives by this name."""
    # A name of its own: SQLAlchemy reserves the columns' names in INSERT and UPDATE.
    return bindparam(_PREFIX + name)


def args(name: str, count: int) -> list[BindParameter[Any]]:
    """The parameters `name0` to `name{count-1}`: a list of bounded length for IN."""
    return [arg(f"{name}{index}") for index in range(count)]


def arg_name(key: str) -> str | None:
    """The caller's name of a compiled parameter; None for a constant of the statement."""
    return key[len(_PREFIX) :] if key.startswith(_PREFIX) else None


def constant(value: int) -> ColumnElement[int]:
    """A number in the statement's text: a partial index is used only where its condition is literal."""
    return literal_column(str(value), Integer)


def insert_row(table: Table, *names: str) -> Insert:
    """INSERT of these columns, each from the parameter of its name."""
    return insert(table).values({name: arg(name) for name in names})


def insert_new(table: Table, *names: str) -> Insert:
    """INSERT that does nothing (and counts 0 rows) where the key is taken."""
    return sqlite.insert(table).values({name: arg(name) for name in names}).on_conflict_do_nothing()


def upsert(
    table: Table,
    *names: str,
    key: tuple[str, ...],
    changes: Mapping[str, ColumnElement[Any]] | None = None,
    only_if: ColumnElement[bool] | None = None,
) -> sqlite.Insert:
    """INSERT, or UPDATE of the row with that key: by default of every column that is not in the key."""
    statement = sqlite.insert(table).values({name: arg(name) for name in names})
    changed = changes or {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=dict(changed), where=only_if)


def text_index_ddl() -> list[str]:
    """The statements that make the index of words. It keeps no text; `tenant` is a word for the workspace, so that
    a search walks only its own rows; words are kept in their base form (injections, injected: inject)."""
    return [
        "CREATE VIRTUAL TABLE vulnerability_text USING fts5(tenant, title, component, description, content='', "
        "contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2')"
    ]


text_index = sql_table(
    "vulnerability_text",
    column("rowid", Integer),
    column("tenant"),
    column("title"),
    column("component"),
    column("description"),
)
"""The index of words: `rowid` is the number of the vulnerability."""


def put_text() -> Insert:
    """INSERT or replacement of a row's words."""
    names = ("rowid", "tenant", "title", "component", "description")
    return insert(text_index).prefix_with("OR REPLACE").values({name: arg(name) for name in names})


def has_words() -> ColumnElement[bool]:
    """The condition that a row holds what the parameter `words` (`word_query`) asks."""
    return literal_column("vulnerability_text").op("MATCH", is_comparison=True)(arg("words"))


def tenant_word(workspace: int) -> str:
    """The word that stands for a workspace."""
    return f"tenant{workspace}"


def word_query(workspace: int, text: str) -> str:
    """The value of `words`: every word of the text, in any of the three columns. Nothing of it is syntax."""
    pieces = " AND ".join('"' + word.replace('"', " ") + '"' for word in text.split())
    return f'tenant : "{tenant_word(workspace)}" AND {{title component description}} : ({pieces})'


class store_size(FunctionElement[int]):  # noqa: N801 - named like the SQL function it is
    """Bytes of the whole database."""

    type = Integer()
    inherit_cache = True
    name = "store_size"


@compiles(store_size, "sqlite")
def _sqlite_size(*_: Any, **__: Any) -> str:
    return "(SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size())"


@compiles(store_size, "postgresql")
def _postgresql_size(*_: Any, **__: Any) -> str:
    return "pg_database_size(current_database())"


def claimable(statement: Select[Any]) -> Select[Any]:
    """Make a SELECT of work to claim safe against another claimer; SQLite's write lock already does."""
    return statement
