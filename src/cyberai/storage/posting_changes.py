"""Changes of posting lists and their counts, gathered in a transaction and written in order of their keys.

They wait until the transaction ends, or reads a list. Rows stored or changed together lie near each other in most lists: in
order, each page of the tables is touched once, and what several rows do to one count is one statement. A hundred rows
that move in eleven lists each wrote 66 pages per row when each went by itself, more than the cache holds, so that pages
were written out and fetched again.
"""

from sqlalchemy import delete

from cyberai.storage.dialect import arg, upsert
from cyberai.storage.schema import posting, posting_count
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_p = posting.c
_PUT = Statement(
    upsert(posting, "workspace", "term", "rank", "facet", "item", key=("workspace", "term", "rank"))
)
_DROP = Statement(
    delete(posting).where(
        _p.workspace == arg("workspace"),
        _p.term == arg("term"),
        _p.rank == arg("rank"),
    )
)
_COUNT = Statement(
    upsert(
        posting_count,
        "workspace",
        "term",
        "facet",
        "n",
        key=("workspace", "term", "facet"),
        changes={"n": posting_count.c.n + arg("n")},
    )
)


class PostingChanges:
    """What waits. Keys begin with a workspace and a term, by number."""

    __slots__ = ("_counts", "_postings", "_scope")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._postings = scope.postings
        self._counts = scope.counts

    def put(self, workspace: int, term: int, rank: int, facet: int, item: int) -> None:
        """List that row, or list it under another facet."""
        self._postings[workspace, term, rank] = (facet, item)

    def drop(self, workspace: int, term: int, rank: int) -> None:
        """List it no more."""
        self._postings[workspace, term, rank] = None

    def count(self, workspace: int, term: int, facet: int, n: int) -> None:
        """So many more rows of that facet carry the term."""
        key = (workspace, term, facet)
        self._counts[key] = self._counts.get(key, 0) + n

    def store(self) -> None:
        """Write what waits."""
        if not self._postings and not self._counts:
            return
        gone, kept, counts = [], [], []
        for (workspace, term, rank), row in sorted(self._postings.items(), key=lambda change: change[0]):
            key = {"workspace": workspace, "term": term, "rank": rank}
            if row is None:
                gone.append(key)
            else:
                kept.append({**key, "facet": row[0], "item": row[1]})
        for (workspace, term, facet), n in sorted(self._counts.items()):
            if n:
                counts.append({"workspace": workspace, "term": term, "facet": facet, "n": n})
        self._postings.clear()
        self._counts.clear()
        self._scope.db.many(_DROP, gone)
        self._scope.db.many(_PUT, kept)
        self._scope.db.many(_COUNT, counts)
