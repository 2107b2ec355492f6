"""A store with many vulnerabilities, made fast: rows and postings in bulk, the way the repositories would.

`python -m benchmarks.fill PATH COUNT` makes one; `filled(path, count)` returns at once when it is there.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import apsw

from cyberai.domain.finding import Tier
from cyberai.domain.ids import ScanId, VulnerabilityId, WorkspaceId, make_id
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Location, Vulnerability, VulnerabilityStatus
from cyberai.storage.codec import first_rank, place_in_second, to_text
from cyberai.storage.dbapi import engine_over
from cyberai.storage.dialect import tenant_word
from cyberai.storage.migrations import HEAD
from cyberai.storage.opening import prepare
from cyberai.storage.vulnerability_kind import KIND

OUT = Path(__file__).parent / "out"
WORKSPACE = WorkspaceId("default")
START = 1_790_000_000_000_000
STEP = 1_000_000
SEEN_SPREAD = 30 * 86_400
"""Seconds over which the rows were seen last, in another order than they were made."""
SCANS, TARGETS, CHECKS, WEAKNESSES = 200, 2_000, 60, 25
NAMES = ("", "scan", "target", "type", "check", "cwe")

_BANDS = [Severity.CRITICAL] + [Severity.HIGH] * 4 + [Severity.MEDIUM] * 8 + [Severity.LOW] * 10
_BANDS += [Severity.INFO] * 9
_STATUS = [VulnerabilityStatus.OPEN] * 14 + list(VulnerabilityStatus)[1:]
_TIERS = [Tier.CONFIRMED] * 7 + [Tier.STRONG] * 2 + [Tier.LEAD]
_DETECTION = [Detection.NEW, Detection.PRESENT, Detection.PRESENT, Detection.NOT_OBSERVED]
_WORDS = ["rare"] + ["seldom"] * 40 + ["common"] * 959
_TEXT = "The value of the parameter reaches the answer as markup, so that a script of the sender runs. "

_TEMPLATE = Vulnerability(
    id=VulnerabilityId("vuln_" + "0" * 26),
    workspace=WORKSPACE,
    fingerprint="v1:" + "0" * 40,
    scan_id=ScanId("scan"),
    first_scan_id=ScanId("scan"),
    check_id="check",
    type="type",
    title="Reflected cross-site scripting",
    description=_TEXT * 3,
    remediation=_TEXT * 2,
    severity=Severity.HIGH,
    cvss_score=6.1,
    cvss_vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    cwe=("CWE-79",),
    owasp=("A03:2021",),
    references=("https://cwe.mitre.org/data/definitions/79.html",),
    tier=Tier.CONFIRMED,
    confidence=93,
    host="host.example",
    target="http://host.example/",
    affected_component="http://host.example/search (query:q)",
    location=Location(url="http://host.example/search?q=x", method="GET", parameter="query:q"),
    first_seen=START,
    last_seen=START,
    created_at=START,
    updated_at=START,
)


def identity(index: int) -> VulnerabilityId:
    """The id of the row of that index."""
    return VulnerabilityId(make_id("vuln", START // 1000 + index, index))


def vulnerability(index: int) -> Vulnerability:
    """The row of that index: properties are spread so that every combination of them occurs."""
    spread = index * 2_654_435_761 % (1 << 32)
    scan = ScanId(make_id("scan", 0, index * SCANS // 1_000_000 % SCANS))
    at = START + index * STEP
    return _TEMPLATE.replace(
        id=identity(index),
        fingerprint=f"v1:{spread:040x}",
        scan_id=scan,
        first_scan_id=scan,
        check_id=f"web.check_{spread % CHECKS}",
        type=f"type_{spread % CHECKS // 3}",
        target=f"http://host-{spread // 64 % TARGETS}.example/",
        severity=_BANDS[spread // 8 % len(_BANDS)],
        status=_STATUS[spread // 16 % len(_STATUS)],
        tier=_TIERS[spread // 32 % len(_TIERS)],
        detection=_DETECTION[spread // 128 % len(_DETECTION)],
        cwe=(f"CWE-{spread // 256 % WEAKNESSES}",),
        title=f"{_TEMPLATE.title} {_WORDS[spread // 512 % len(_WORDS)]} number{index}",
        created_at=at,
        updated_at=at,
        last_seen=START + spread % SEEN_SPREAD * 1_000_000,
    )


def filled_folder(count: int) -> Path:
    """A data directory with such a store, kept beside the benchmarks and shared by them."""
    folder = OUT / f"vulnerabilities-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    filled(folder / "cyberai.db", count)
    return folder


def filled(path: Path, count: int) -> Path:
    """A store of that many vulnerabilities in the workspace `default`."""
    done = path.with_name(path.name + ".done")
    made = f"{count} rows, schema {HEAD}"
    if done.exists() and done.read_text() == made:
        return path
    for suffix in ("", "-wal", "-shm", "-ballast"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    prepare(path)
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; PRAGMA temp_store=FILE")
    with connection:
        connection.execute(
            "INSERT INTO workspace (number, id, created_at) VALUES (1, ?, ?)", (WORKSPACE, START)
        )
        connection.execute("CREATE TEMP TABLE row (number, rank, facet, place, t0, t1, t2, t3, t4, t5)")
        terms: dict[tuple[str, str], int] = {}
        for start in range(0, count, 10_000):
            _insert(connection, terms, range(start, min(count, start + 10_000)))
        _index(connection, terms)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    done.write_text(made)
    return path


def _insert(connection: apsw.Connection, terms: dict[tuple[str, str], int], indexes: range) -> None:
    rows, listed, words = [], [], []
    for index in indexes:
        value = vulnerability(index)
        rank, facet = first_rank(value.created_at), KIND.facet_of(value)
        rows.append((index + 1, 1, value.id, rank, facet, value.fingerprint, to_text(value)))
        place = place_in_second(value.last_seen, index + 1)
        listed.append((index + 1, rank, facet, place, *_terms(terms, value)))
        words.append((index + 1, tenant_word(1), value.title, value.affected_component, value.description))
    connection.executemany(
        "INSERT INTO vulnerability (number, workspace, id, rank, facet, fingerprint, doc) VALUES (?,?,?,?,?,?,?)",
        rows,
    )
    connection.executemany("INSERT INTO row VALUES (?,?,?,?,?,?,?,?,?,?)", listed)
    connection.executemany(
        "INSERT INTO vulnerability_text (rowid, tenant, title, component, description) VALUES (?,?,?,?,?)",
        words,
    )


def _terms(terms: dict[tuple[str, str], int], value: Vulnerability) -> Iterator[int]:
    carried = ("", value.scan_id, value.target, value.type, value.check_id, value.cwe[0])
    for name, text in zip(NAMES, carried, strict=True):
        yield terms.setdefault((f"{KIND.name}.{name}", text), len(terms) + 1)


def _index(connection: apsw.Connection, terms: dict[tuple[str, str], int]) -> None:
    connection.executemany(
        "INSERT INTO term (number, workspace, kind, value) VALUES (?, 1, ?, ?)",
        [(number, kind, value) for (kind, value), number in terms.items()],
    )
    # Made last, so that it is sorted once rather than kept in order row by row.
    known = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'posting_facet'").fetchall()
    index = str(known[0][0])
    connection.execute("DROP INDEX posting_facet")
    columns = " UNION ALL ".join(f"SELECT t{n} AS term, facet, rank, number FROM row" for n in range(6))
    connection.execute(
        "INSERT INTO posting (workspace, term, facet, rank, item) "
        f"SELECT 1, term, facet, rank, number FROM ({columns}) ORDER BY term, rank"
    )
    # The order of last sight: the same lists under negative numbers, but for those of scans (t1).
    columns = " UNION ALL ".join(
        f"SELECT -t{n} AS term, facet, place, number FROM row" for n in (0, 2, 3, 4, 5)
    )
    connection.execute(
        "INSERT INTO posting (workspace, term, rank, facet, item) "
        f"SELECT 1, term, place, facet, number FROM ({columns}) ORDER BY term, place"
    )
    connection.execute(index)
    connection.execute(
        "INSERT INTO posting_count (workspace, term, facet, n) "
        "SELECT workspace, term, facet, count(*) FROM posting WHERE term > 0 GROUP BY workspace, term, facet"
    )
    connection.execute(
        "INSERT INTO sighting (workspace, vulnerability, scan) SELECT 1, number, t1 FROM row ORDER BY number"
    )
    pair_counts = import_module("cyberai.storage.migrations.versions.v0007_pair_counts")
    with engine_over(connection).connect() as face:
        pair_counts.count_all(face)


if __name__ == "__main__":
    filled(Path(sys.argv[1]), int(sys.argv[2]))
