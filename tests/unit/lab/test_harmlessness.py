"""Nothing that is sent reaches the machine: no file, no process, no socket, no endless work."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cyberai.lab.backend import jinja, templates, windows_shell
from cyberai.lab.backend.database import Database, StatementError
from cyberai.lab.backend.filesystem import POSIX_FILES, WINDOWS_FILES
from cyberai.lab.backend.shell import Shell
from cyberai.lab.backend.templates import TemplateError
from cyberai.lab.page import Insertion
from cyberai.lab.site import Site

from .client import send

_WATCHED = (
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "shutil.",
    "ctypes.",
    "import",
    "exec",
    "glob.",
    "tempfile.",
)
_seen: dict[int, list[str]] = {}


def _record(event: str, arguments: tuple[object, ...]) -> None:
    log = _seen.get(threading.get_ident())
    if log is not None and event.startswith(_WATCHED):
        log.append(f"{event} {arguments!r:.120}")


sys.addaudithook(_record)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Everything that the interpreter itself reports about files, processes, sockets, imports and code."""
    log = _seen[threading.get_ident()] = []
    try:
        yield log
    finally:
        del _seen[threading.get_ident()]


def hostile(secret: Path) -> list[str]:
    """Values that would reach files, processes or the network wherever a page took them at their word."""
    up = "../" * 12
    return [
        str(secret), up + str(secret), up + "proc/self/environ", "/proc/self/maps", "/etc/shadow", f"file://{secret}",
        up.replace("../", "..%2f") + str(secret)[1:], f"{up}{secret}\0.html", "C:\\boot.ini",
        f"; cat {secret}", f"$(cat {secret})", f"`cat {secret}`", f"| cat < {secret}", f"' ; cat {secret} ; '", f'" ; cat {secret} ; "',
        "; curl http://127.0.0.1:9/", "; echo x > /tmp/cyberai-lab-owned", "; python3 -c 'open(1)'", "& type C:\\boot.ini",
        f"' UNION SELECT readfile('{secret}'),1--", f"1;ATTACH DATABASE '{secret}.db' AS a;CREATE TABLE a.b(c)",
        "' || load_extension('/lib/x.so') || '", "1; PRAGMA temp_store_directory='/tmp'", f"1; VACUUM INTO '{secret}.copy'",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ self.__init__.__globals__ }}", "{{ config.from_object('os') }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ lipsum.__globals__['os'].system('id') }}",
        "{% include '" + str(secret) + "' %}", "{% import 'os' as os %}", "{{ range.__self__ }}", "{{ ''|attr('__class__') }}",
        "${T(java.lang.Runtime).getRuntime().exec('id')}", "<%= `id` %>", "<%= File.read('/etc/passwd') %>", "#{system('id')}",
        '${"freemarker.template.utility.Execute"?new()("id")}', "{php}system('id');{/php}", "__import__('os').system('id')",
    ]  # fmt: skip


@pytest.mark.parametrize("fixed", [False, True])
def test_no_page_opens_a_file_starts_a_process_or_connects(tmp_path: Path, fixed: bool) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("sesame-4711")
    values, site = hostile(secret), Site(fixed=fixed)
    flaws = [flaw for flaw in Site().flaws if flaw.insertion is not Insertion.NONE]
    for flaw in flaws:
        send(site, flaw, "{{ 1 }}")  # lets engines import what they import once
        send(site, flaw, "{{ x.y }}")
    with watched() as log:
        answers = [send(site, flaw, value) for flaw in flaws for value in values]
    # Templates are compiled by the interpreter: Jinja2 does so with names of its own.
    assert [line for line in log if not line.startswith("exec")] == []
    assert not any("sesame-4711" in answer.text for answer in answers)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.txt"]


def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    with watched() as log:
        (tmp_path / "x").write_text("x")
    assert any("open" in line for line in log)


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database("CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1)")
    yield database
    database.close()


@pytest.mark.parametrize(
    "statement",
    ["ATTACH DATABASE 'x.db' AS x", "PRAGMA table_info(t)", "PRAGMA journal_mode=OFF", "SELECT load_extension('x')", "DROP TABLE t",
     "CREATE TABLE u (a)", "CREATE TEMP TABLE u (a)", "CREATE VIRTUAL TABLE u USING fts5(a)", "VACUUM", "VACUUM INTO 'copy.db'", "COMMIT",
     "ROLLBACK", "SAVEPOINT s", "DETACH main", "ALTER TABLE t RENAME TO u", "REINDEX", "ANALYZE", "DELETE FROM sqlite_schema",
     "SELECT * FROM pragma_table_info('t')", "SELECT fts3_tokenizer('simple')", "SELECT readfile('/etc/passwd')"],
)  # fmt: skip
def test_the_database_refuses_all_but_rows(
    database: Database, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for attempt in (statement, f"SELECT 1; {statement}"):
        with pytest.raises(StatementError):
            database.query(attempt)
    assert database.query("SELECT a FROM t") == [(1,)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO t VALUES (2)",
        "DELETE FROM t",
        "UPDATE t SET a = 5",
        "DELETE FROM t; INSERT INTO t VALUES (3)",
    ],
)
def test_no_change_lasts(database: Database, change: str) -> None:
    database.query(change)
    assert database.query("SELECT a FROM t") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    ["WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT count(*) FROM r",
     "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT max(n) FROM r, r AS s, r AS u",
     "SELECT hex(zeroblob(1000000000))", "SELECT randomblob(2000000000)", "SELECT printf('%.*c', 900000000, 'x')",
     "SELECT replace(printf('%.90000c', 'x'), 'x', printf('%.90000c', 'y'))", "SELECT " + "+".join(["1"] * 1000),
     "SELECT '" + "x" * 100_000 + "'"],
)  # fmt: skip
def test_runaway_statements_are_interrupted(database: Database, statement: str) -> None:
    started = time.process_time()
    with pytest.raises(StatementError):
        database.query(statement)
    assert time.process_time() - started < 2
    assert database.query("SELECT a FROM t") == [(1,)]


def test_a_result_is_capped(database: Database) -> None:
    assert (
        len(
            database.query(
                "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r LIMIT 5000) SELECT n FROM r"
            )
        )
        == 200
    )


@pytest.mark.parametrize(
    "source",
    ["{{ 'a' * 100000000 }}", "{{ 9 ** 9 ** 9 }}", "{{ 10 ** 1000 }}", "{{ range(100000000) }}", "{{ 'a'.ljust(100000000) }}",
     "{{ '%099999999d' % 1 }}", "{{ '{:99999999}'.format(1) }}", "{{ 'a'|center(99999999) }}", "{{ 1|round(99999999, 'ceil') }}",
     "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "{% set a = 'x' %}{% set a = a ~ a %}", "{{ [[1] * 2000] * 2000 * 2 }}",
     "{% for a in range(50) %}{% for b in range(50) %}x{% endfor %}{% endfor %}", "{% for a in 'x' * 2000 %}x{% endfor %}",
     "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", "{{ " + "(" * 500 + "1" + ")" * 500 + " }}", "{{ " + "1+" * 5000 + "1 }}",
     "{% filter upper %}x{% endfilter %}", "{% block a %}{% endblock %}{% extends 'a' %}", "{{ 'x'.join(['y'] * 2000) }}"],
)  # fmt: skip
def test_templates_cannot_grow_or_loop_without_end(source: str) -> None:
    started = time.process_time()
    with suppress(TemplateError):
        assert len(jinja.render(source, {})) < 20_000
    assert time.process_time() - started < 2


@pytest.mark.parametrize("engine", [templates.FREEMARKER, templates.ERB, templates.TWIG, templates.SMARTY])
@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "'a'*100000000",
        "(" * 900 + "1" + ")" * 900,
        "-" * 900 + "1",
        "1+" * 900 + "1",
        "10**99*10**99*10**99",
        "'a" * 400,
    ],
)
def test_expressions_are_bounded(engine: templates.Engine, expression: str) -> None:
    opening, closing = engine.delimiters[-1].opening, engine.delimiters[-1].closing
    started = time.process_time()
    with suppress(TemplateError):
        assert len(engine.render(opening + expression + closing)) < 30_000
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "line",
    ["; ".join(["echo x"] * 500), "$(" * 50 + "id" + ")" * 50, "echo " + "`echo ${PATH}`" * 200, "seq 1 100000000", "sleep 100000",
     "yes | head", "cat " + "*" * 50 + "x", "cat /" + "*/" * 60, ":(){ :|:& };:", "printf '%99999999d' 1", "echo $((2**99999))",
     "echo $((1<<99999999))", "expr " + "9 \\* " * 90 + "9", "sh -c 'sh -c \"sh -c id\"'", "echo 'sh' | sh | sh | sh", "A=$(cat /etc/passwd);" * 50,
     "seq 1 1000 | rev | base64 | base64 | base64 | base64 | base64 | base64 | base64 | base64"],
)  # fmt: skip
def test_shells_end_soon_and_stay_inside(line: str) -> None:
    started = time.process_time()
    with watched() as log:
        outcome = Shell(POSIX_FILES).run(line)
        windows = windows_shell.run(line, WINDOWS_FILES)
    assert log == []
    assert len(outcome.stdout) + len(outcome.stderr) < 200_000
    assert outcome.delay <= 10
    assert windows.delay <= 10
    assert time.process_time() - started < 1
