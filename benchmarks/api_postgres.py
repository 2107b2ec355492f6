"""CPU per API request with the store in PostgreSQL, beside the same raw ASGI hello.

`python -m benchmarks.api_postgres [ROWS]` (200,000 vulnerabilities by default) starts a server of its own, with every
commit flushed to the disk, and copies the rows of the SQLite benchmark into it. What the database's own processes spend
is printed beside what ours spend; the ratio is of ours.
"""

import shutil
import sys
from pathlib import Path

import apsw
import psycopg

from benchmarks.api import TICKS, measure
from benchmarks.fill import filled_folder
from benchmarks.table import Row, show
from tools.postgres_server import PostgresServer, postgres_server, program

TABLES = (
    *("workspace", "term", "vulnerability", "posting", "posting_count", "sighting"),
    *("pair_count", "vulnerability_brief"),
)


def copy_rows(source: Path, url: str) -> None:
    """The rows of a filled SQLite store; as the superuser, whom row-level security lets copy."""
    connection = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)
    with psycopg.connect(url) as target:
        for table in TABLES:
            columns = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
            names = ", ".join(columns)
            with target.cursor().copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
                for row in connection.execute(f"SELECT {names} FROM {table}"):
                    copy.write_row(row)
            if "number" in columns:
                serial = f"pg_get_serial_sequence('{table}', 'number')"
                target.execute(f"SELECT setval({serial}, max(number)) FROM {table}".encode())
    connection.close()
    with psycopg.connect(url, autocommit=True) as target:
        target.execute("VACUUM ANALYZE")


def cpu_of(server: PostgresServer) -> float:
    """CPU seconds of all of the server's processes so far."""

    def ticks(pid: int, *places: int) -> int:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            return 0
        return sum(int(fields[place]) for place in places)

    children = map(int, Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split())
    return (ticks(server.pid, 11, 12, 13, 14) + sum(ticks(pid, 11, 12) for pid in children)) / TICKS


def main() -> int:
    """Print the table."""
    if program("initdb") is None or shutil.which("wrk") is None:
        print("benchmarks.api_postgres needs PostgreSQL and wrk: apt-get install postgresql wrk")
        return 2
    from cyberai.storage.postgres.database import Database
    from cyberai.storage.postgres.opening import prepare

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    folder = filled_folder(rows)
    with postgres_server(fsync=True) as server:
        for name in ("filled", "fresh"):
            server.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' OWNER cyberai")
            prepare(Database(server.url(name)))
        copy_rows(folder / "cyberai.db", server.url("filled", user="postgres"))
        best = measure(rows, folder, (server.url("filled"), server.url("fresh")), lambda: cpu_of(server))
    base = best["hello"][0]
    table = [
        Row(name, f"{own:.0f} + {beside:.0f} us CPU", own / base) for name, (own, beside) in best.items()
    ]
    deep, first = best["page of 50, deep"], best["page of 50 vulnerabilities"]
    table.append(Row("deep page / first page", "", sum(deep) / sum(first)))
    return show(f"hello; {rows:,} vulnerabilities; ours + the database's; minimum of 5 rounds", table)


if __name__ == "__main__":
    raise SystemExit(main())
