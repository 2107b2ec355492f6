"""The one place where SQLite and PostgreSQL may need two forms of a statement.

Both speak the same ON CONFLICT, RETURNING, IN and partial indexes, so that most have one expression: what only
PostgreSQL knows (FOR UPDATE SKIP LOCKED) SQLite's compiler leaves out. `Forms` holds the few that differ.
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    bindparam,
    column,
    insert,
    literal_column,
    select,
    text,
    union,
    union_all,
)
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

_PREFIX = "arg_"


class Backend(IntEnum):
    """The databases that carry a store."""

    SQLITE = 0
    POSTGRES = 1


class Forms(NamedTuple):
    """A statement that the two databases run well only in a form of its own each."""

    sqlite: Executable
    postgres: Executable


@cache
def sql_dialect(backend: Backend) -> Dialect:
    """SQLAlchemy's compiler for this database, with positional parameters."""
    if backend is Backend.SQLITE:
        return sqlite.dialect(paramstyle="qmark")
    return psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


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
    return postgresql.insert(table).values({name: arg(name) for name in names}).on_conflict_do_nothing()


def upsert(
    table: Table,
    *names: str,
    key: tuple[str, ...],
    changes: Mapping[str, ColumnElement[Any]] | None = None,
    only_if: ColumnElement[bool] | None = None,
) -> postgresql.Insert:
    """INSERT, or UPDATE of the row with that key: by default of every column that is not in the key."""
    statement = postgresql.insert(table).values({name: arg(name) for name in names})
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


def put_text() -> Forms:
    """INSERT or replacement of a row's words."""
    names = ("rowid", "tenant", "title", "component", "description")
    fts5 = insert(text_index).prefix_with("OR REPLACE").values({name: arg(name) for name in names})
    return Forms(fts5, text(_PUT_WORDS).bindparams(*(arg(name) for name in names)))


_PUT_WORDS = """
INSERT INTO vulnerability_text (tenant, rowid, words) VALUES (
    :arg_tenant, :arg_rowid,
    cyberai_words(:arg_tenant, concat_ws(' ', CAST(:arg_title AS text), CAST(:arg_component AS text),
                                         CAST(:arg_description AS text)))
) ON CONFLICT (tenant, rowid) DO UPDATE SET words = excluded.words
"""


class _HasWords(FunctionElement[Any]):
    # Of a boolean SQLAlchemy would ask SQLite whether it is 1, and the index would not be used.
    type = NullType()
    inherit_cache = True
    name = "has_words"


@compiles(_HasWords, "sqlite")
def _sqlite_words(element: _HasWords, compiler: Any, **options: Any) -> str:
    (words,) = element.clauses
    return f"vulnerability_text MATCH {compiler.process(words, **options)}"


def has_words() -> ColumnElement[bool]:
    """SQLite's condition that a row holds what the parameters of `word_query` ask. PostgreSQL has functions for it (see
    `cyberai.storage.postgres.words`)."""
    return _HasWords(arg("words"))


def tenant_word(workspace: int) -> str:
    """The word that stands for a workspace."""
    return f"tenant{workspace}"


def word_query(workspace: int, text: str) -> dict[str, str]:
    """The parameters of a search: every word of the text, in any of the three columns. Nothing of it is syntax."""
    pieces = " AND ".join('"' + word.replace('"', " ") + '"' for word in text.split())
    words = f'tenant : "{tenant_word(workspace)}" AND {{title component description}} : ({pieces})'
    return {"words": words, "asked": text}


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


def claimable(statement: Select[Any], of: Table) -> Select[Any]:
    """Make a SELECT of work to claim safe against another claimer: PostgreSQL locks the chosen row of `of` and
    passes over rows that are locked; SQLite's write lock does it already."""
    return statement.with_for_update(skip_locked=True, of=of)


def newest_of(selects: list[Select[Any]], *, distinct: bool, ascending: bool = False) -> Forms | Executable:
    """The newest rows of several selects that begin with `rank`, each in order of an index: at most `limit`.
    `distinct` where they may hold the same row, which has the same rank everywhere."""
    if len(selects) == 1:
        return selects[0].order_by(_by_rank(selects[0].selected_columns.rank, ascending)).limit(arg("limit"))
    every = union_all(*selects)
    merged = union(*selects) if distinct else every
    sorted_ = merged.order_by(_by_rank(merged.selected_columns.rank, ascending)).limit(arg("limit"))
    if not distinct:
        return sorted_
    # PostgreSQL's UNION reads all runs to their ends before it sorts; this form merges them and stops. That no run needs
    # to be read further than the page is long must be said, since the planner expects many rows of the same rank.
    heads = [
        run.order_by(_by_rank(run.selected_columns.rank, ascending)).limit(arg("limit")) for run in selects
    ]
    rows = union_all(*heads).subquery("run")
    newest = (
        select(rows)
        .ext(postgresql.distinct_on(rows.c.rank))
        .order_by(_by_rank(rows.c.rank, ascending))
        .limit(arg("limit"))
    )
    return Forms(sorted_, newest)


def _by_rank(rank: ColumnElement[int], ascending: bool) -> ColumnElement[int]:
    return rank.asc() if ascending else rank.desc()
