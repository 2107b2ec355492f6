"""The tables, one schema for SQLite and PostgreSQL.

Columns are integers, text and blobs only: time is UTC microseconds, structured values are JSON text, booleans
are 0 and 1. A resource is a row of `number` (what other rows point to), `id` (what people see), `rank` (what
lists seek on) and `doc` (the whole value); further columns exist only where a statement seeks on them.
`workspace` is the number of the workspace and stands first in every index that belongs to one tenant; indexes
of work that any tenant may have waiting (open scans, open shards, open reports) are partial and small.

A new resource needs one more table made by `resource_table`; its lists, filters and counts come from `term`,
`posting` and `posting_count` (see `cyberai.storage.listing`). The index of words is no table of this kind: its
statements are in `cyberai.storage.dialect`.
"""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint, text

from cyberai.storage.columns import blob_column as _blob
from cyberai.storage.columns import int_column as _int
from cyberai.storage.columns import keyed_table as _keyed
from cyberai.storage.columns import metadata as metadata
from cyberai.storage.columns import number_column as _number
from cyberai.storage.columns import resource_table as _resource
from cyberai.storage.columns import text_column as _text

workspace = Table(
    "workspace",
    metadata,
    _number(),
    _text("id"),
    _int("seq", 0),
    _int("created_at"),
    UniqueConstraint("id", name="workspace_id"),
)
"""`seq` is the number of the newest event: see `cyberai.storage.events`."""

setting = _keyed("setting", ("name",), _text("name"), _text("value"))
"""Values of the deployment as a whole."""

worker = _keyed("worker", ("name",), _text("name"), _int("slots"), _int("until"))
"""Workers that live until then."""

api_key = Table(
    "api_key",
    metadata,
    _number(),
    _int("workspace"),
    _text("id"),
    _text("digest"),
    _int("revoked_at", 0),
    _int("last_used_at", 0),
    _text("doc"),
    UniqueConstraint("digest", name="api_key_digest"),
    UniqueConstraint("workspace", "id", name="api_key_id"),
)
"""`revoked_at` and `last_used_at` count, not those inside `doc`; 0 means never."""

ws_ticket = _keyed(
    "ws_ticket",
    ("digest",),
    _text("digest"),
    _text("workspace"),
    _text("key"),
    _int("until"),
)
Index("ws_ticket_until", ws_ticket.c.until)
"""Tickets for one WebSocket handshake each, as digests, with the key they stand for."""

usage_count = _keyed(
    "usage_count",
    ("workspace", "day", "key"),
    _int("workspace"),
    _int("day"),
    _text("key"),
    _int("n"),
)
"""Requests per day (days since 1970, UTC) and key."""

# -- lists ------------------------------------------------------------------------------------------------

term = Table(
    "term",
    metadata,
    _number(),
    _int("workspace"),
    _text("kind"),
    _text("value"),
    UniqueConstraint("workspace", "kind", "value", name="term_value"),
)
"""A value that a list can be filtered by: (vulnerability.check, web.xss) and the like."""

posting = _keyed(
    "posting",
    ("workspace", "term", "rank"),
    _int("workspace"),
    _int("term"),
    _int("rank"),
    _int("facet"),
    _int("item"),
)
"""The row of that rank and number carries this term and has this facet now."""
Index(
    "posting_facet",
    posting.c.workspace,
    posting.c.term,
    posting.c.facet,
    posting.c.rank,
    posting.c.item,
)

posting_count = _keyed(
    "posting_count",
    ("workspace", "term", "facet"),
    _int("workspace"),
    _int("term"),
    _int("facet"),
    _int("n"),
)
"""How many postings there are: what a list's plan and the counts per severity read."""

pair_count = _keyed(
    "pair_count",
    ("workspace", "term", "dimension", "other"),
    *map(_int, ("workspace", "term", "dimension", "other", "n")),
)
"""How many rows carry this term and, of that dimension, the other (see `cyberai.storage.cross_counts`); never 0."""

# -- scans and their work ---------------------------------------------------------------------------------

scan = _resource(
    "scan",
    _int("status"),
    _int("cancel_requested"),
    _text("owner"),
)
Index(
    "scan_open",
    scan.c.status,
    scan.c.workspace,
    scan.c.rank,
    sqlite_where=text("status < 10"),
    postgresql_where=text("status < 10"),
)

shard = Table(
    "shard",
    metadata,
    _number(),
    _int("workspace"),
    _int("scan"),
    _text("id"),
    _text("host"),
    _text("owner"),
    _int("done", 0),
    _text("worker", ""),
    _int("fence", 0),
    _int("lease_until", 0),
    _int("not_before", 0),
    UniqueConstraint("workspace", "id", name="shard_id"),
)
"""`worker` is empty when nobody holds it. The fence is no part of a key: it is the condition of every write."""
Index(
    "shard_open",
    shard.c.workspace,
    shard.c.scan,
    shard.c.number,
    sqlite_where=text("done = 0"),
    postgresql_where=text("done = 0"),
)
Index("shard_scan", shard.c.workspace, shard.c.scan, shard.c.number)
Index(
    "shard_held",
    shard.c.workspace,
    shard.c.lease_until,
    sqlite_where=text("done = 0 AND worker <> ''"),
    postgresql_where=text("done = 0 AND worker <> ''"),
)

host_lease = _keyed("host_lease", ("address",), _text("address"), _text("shard"), _int("until"))
"""One shard at a time talks to an address, across scans and workspaces."""
Index("host_lease_shard", host_lease.c.shard)

unit = Table(
    "unit",
    metadata,
    _number(),
    _int("workspace"),
    _int("scan"),
    _int("shard"),
    _text("id"),
    _int("stage"),
    _int("depth"),
    _int("done", 0),
    _int("requests", 0),
    _int("urls", 0),
    _text("failure", ""),
    _text("doc"),
    UniqueConstraint("workspace", "scan", "id", name="unit_key"),
)
"""The frontier and its results."""
Index(
    "unit_pending",
    unit.c.workspace,
    unit.c.shard,
    unit.c.stage,
    unit.c.depth,
    unit.c.number,
    sqlite_where=text("done = 0"),
    postgresql_where=text("done = 0"),
)

unit_tally = _keyed(
    "unit_tally",
    ("workspace", "scan", "stage", "failure"),
    _int("workspace"),
    _int("scan"),
    _int("stage"),
    _text("failure"),
    _int("total", 0),
    _int("done", 0),
    _int("requests", 0),
    _int("urls", 0),
)
"""Sums over `unit`, so that progress costs nothing. Units not done count under the empty failure."""

ledger_count = _keyed(
    "ledger_count",
    ("workspace", "scan", "host", "check_id", "outcome", "reason"),
    _int("workspace"),
    _int("scan"),
    _text("host"),
    _text("check_id"),
    _text("outcome"),
    _text("reason"),
    _int("n"),
)
ledger_row = _keyed(
    "ledger_row",
    ("workspace", "scan", "host", "check_id", "outcome", "reason", "ordinal"),
    _int("workspace"),
    _int("scan"),
    _text("host"),
    _text("check_id"),
    _text("outcome"),
    _text("reason"),
    _int("ordinal"),
    _text("asset"),
    _text("detail"),
)

scan_log = _keyed(
    "scan_log", ("workspace", "scan", "ordinal"),
    _int("workspace"), _int("scan"), _int("ordinal"), _int("at"), _text("kind"), _text("text"), _text("detail"),
    _int("times"), _int("last_at"),
)  # fmt: skip
"""What happened to a scan, for people: the newest entries, see `cyberai.storage.scan_log`."""

scan_service = _keyed(
    "scan_service", ("workspace", "scan", "host", "port", "transport"),
    _int("workspace"), _int("scan"), _text("host"), _int("port"), _text("transport"), _text("doc"),
)  # fmt: skip
"""What speaks on the ports of a scan: see `cyberai.storage.scan_services`."""

# -- vulnerabilities --------------------------------------------------------------------------------------

vulnerability = _resource(
    "vulnerability",
    _text("fingerprint"),
    UniqueConstraint("workspace", "fingerprint", name="vulnerability_fingerprint"),
)

vulnerability_brief = _keyed(
    "vulnerability_brief",
    ("workspace", "item"),
    *map(_int, ("workspace", "item", "facet", "target_term", "type_term", "check_term")),
)
"""What the vulnerability of that number is counted by: its facet and the numbers of its terms."""

vulnerability_place = _keyed(
    "vulnerability_place",
    ("workspace", "vulnerability", "place"),
    _int("workspace"),
    _int("vulnerability"),
    _int("place"),
    _int("first_seen", 0),
    _int("last_seen", 0),
    _int("first_scan", 0),
    _int("scan", 0),
    _text("doc", ""),
)
"""Which places were counted: 63 bits of a hash each, a bounded number per vulnerability, with where they are and which
scans (the numbers of their terms) saw them first and last. Zeros: counted before that was kept."""

vulnerability_change = _keyed(
    "vulnerability_change",
    ("workspace", "vulnerability", "ordinal"),
    _int("workspace"),
    _int("vulnerability"),
    _int("ordinal"),
    _int("comment"),
    _text("doc"),
)
"""The history of each vulnerability; `comment` is 1 for what somebody wrote."""
Index(
    "vulnerability_comment",
    vulnerability_change.c.workspace,
    vulnerability_change.c.vulnerability,
    vulnerability_change.c.ordinal,
    sqlite_where=text("comment = 1"),
    postgresql_where=text("comment = 1"),
)

acceptance = _keyed(
    "acceptance",
    ("workspace", "vulnerability"),
    _int("workspace"),
    _int("vulnerability"),
    _int("due"),
)
"""When an accepted risk is to be reviewed next: see `cyberai.domain.vulnerability_moves`."""
Index("acceptance_due", acceptance.c.workspace, acceptance.c.due)

sighting = _keyed(
    "sighting",
    ("workspace", "vulnerability", "scan"),
    _int("workspace"),
    _int("vulnerability"),
    _int("scan"),
)
"""This scan (the number of its term) saw this vulnerability."""

evidence = Table(
    "evidence",
    metadata,
    _int("workspace"),
    _int("vulnerability"),
    _blob("data"),
    PrimaryKeyConstraint("workspace", "vulnerability", name="evidence_key"),
)
"""The evidence of the best sighting, packed."""

retest = Table(
    "retest",
    metadata,
    _int("workspace"),
    _int("vulnerability"),
    _int("open"),
    _int("ordered_at"),
    _text("worker", ""),
    _int("lease_until"),
    _blob("data"),
    PrimaryKeyConstraint("workspace", "vulnerability", name="retest_key"),
)
"""The latest retest of a vulnerability, packed."""
Index(
    "retest_open",
    retest.c.ordered_at,
    sqlite_where=text("open = 1"),
    postgresql_where=text("open = 1"),
)

idempotency = Table(
    "idempotency",
    metadata,
    _int("workspace"),
    _text("key"),
    _text("fingerprint"),
    _int("expires_at"),
    _int("status"),
    _text("location"),
    _int("sealed"),
    _blob("body"),
    PrimaryKeyConstraint("workspace", "key", name="idempotency_key"),
)
"""Replies kept under idempotency keys, for a day. `key` is a digest: what clients send is kept nowhere."""
Index("idempotency_expiry", idempotency.c.expires_at)

feed = _keyed("feed", ("name",), _text("name"), _text("doc"))
feed_entry = _keyed(
    "feed_entry",
    ("feed", "generation", "cve"),
    _text("feed"),
    _int("generation"),
    _text("cve"),
    _text("doc"),
)
"""Imported feeds and what they say of each CVE: see `cyberai.storage.feeds`."""

# -- the inventory ----------------------------------------------------------------------------------------

asset = _resource(
    "asset",
    _text("asset_key"),
    UniqueConstraint("workspace", "asset_key", name="asset_asset_key"),
)
asset_sighting = _keyed(
    "asset_sighting",
    ("workspace", "asset", "scan"),
    _int("workspace"),
    _int("asset"),
    _int("scan"),
)
"""This scan (the number of its term) saw this asset, or looked for it."""
certificate_end = _keyed(
    "certificate_end",
    ("workspace", "until", "asset"),
    _int("workspace"),
    _int("until"),
    _int("asset"),
)
"""This certificate (the number of its row in `asset`) ends then, in seconds since 1970."""
asset_change = _resource("asset_change")
"""What scans found different: see `cyberai.domain.inventory`."""

# -- events, reports, files -------------------------------------------------------------------------------

event = Table(
    "event",
    metadata,
    _int("workspace"),
    _int("seq"),
    _text("id"),
    _text("type"),
    _int("at"),
    _text("scan"),
    _text("data"),
    PrimaryKeyConstraint("workspace", "seq", name="event_key"),
)
Index("event_scan", event.c.workspace, event.c.scan, event.c.seq)

report = _resource(
    "report",
    _int("open"),
    _text("worker", ""),
    _int("lease_until", 0),
)
Index(
    "report_open",
    report.c.lease_until,
    report.c.number,
    sqlite_where=text("open = 1"),
    postgresql_where=text("open = 1"),
)

blob = Table(
    "blob",
    metadata,
    _number(),
    _int("workspace"),
    _text("name"),
    _text("media_type"),
    _text("filename"),
    _int("size"),
    UniqueConstraint("workspace", "name", name="blob_name"),
)
blob_chunk = Table(
    "blob_chunk",
    metadata,
    _int("workspace"),
    _int("blob"),
    _int("ordinal"),
    _blob("data"),
    PrimaryKeyConstraint("workspace", "blob", "ordinal", name="blob_chunk_key"),
)

schema_version = _keyed("schema_version", ("version_num",), _text("version_num"))
"""Alembic's own table under our name: one row, the newest migration that ran."""
