"""Every rule of tools/ast_rules.py fires on a bad snippet and is silent on the good form beside it."""

from pathlib import Path

import pytest

from tools import ast_rules
from tools.rules import imports
from tools.rules.allowances import Allowances
from tools.rules.source import Module

ROOT = Path(__file__).parents[2]


def module(name: str, text: str, *, is_package: bool = False) -> Module:
    path = "src/" + name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
    return Module(name, path, text, is_package)


def rules(name: str, text: str, **sections: dict[str, str]) -> list[str]:
    """The rules that fire on one module, without the docstring rule (tested below)."""
    found = ast_rules.judge_source([module(name, text)], Allowances(dict(sections)))
    return [item.rule for item in found if item.rule != "docstring"]


FIRES = [
    ("outbound-socket", "cyberai.app.a", "import socket\ns = socket.socket()"),
    ("outbound-socket", "cyberai.app.a", "from socket import create_connection as c\nc(('h', 1))"),
    ("outbound-socket", "cyberai.lab.a", "import socket\nsocket.create_connection(('h', 1))"),
    ("outbound-socket", "cyberai.lab.a", "import socket\ns = socket.socket()\ns.connect(('h', 1))"),
    ("outbound-socket", "cyberai.engine.a", "import asyncio\nasyncio.open_connection('h', 1)"),
    ("outbound-socket", "cyberai.engine.a", "def f(loop): loop.create_connection(None, 'h', 1)"),
    ("outbound-socket", "cyberai.engine.a", "import socket\nsocket.getaddrinfo('h', 1)"),
    (
        "outbound-socket",
        "cyberai.lab.a",
        "def f(loop): loop.create_datagram_endpoint(p, remote_addr=('h', 1))",
    ),
    ("outbound-socket", "cyberai.app.a", "import urllib.request"),
    ("outbound-socket", "cyberai.cli.scan", "from cyberai_sdk import Client"),
    ("outbound-socket", "cyberai.app.a", "from http.client import HTTPConnection"),
    ("outbound-socket", "cyberai.cli.scan", "import httpx"),
    ("outbound-socket", "cyberai.cli.scan", "from websockets.sync import client"),
    ("sql-in-storage", "cyberai.app.a", "import sqlalchemy"),
    ("sql-in-storage", "cyberai.app.a", "from apsw import Connection"),
    ("sql-in-storage", "cyberai.app.a", "q = 'SELECT 1'"),
    ("sql-in-storage", "cyberai.app.a", "q = f'''\n  UPDATE {t} SET a = 1'''"),
    ("sql-in-storage", "cyberai.api.a", "q = 'INSERT OR IGNORE INTO t VALUES (1)'"),
    ("sql-in-storage", "cyberai.api.a", "q = 'DELETE FROM t'"),
    ("sql-in-storage", "cyberai.api.a", "q = 'CREATE UNIQUE INDEX i ON t(a)'"),
    ("sql-in-storage", "cyberai.jobs.a", "q = 'PRAGMA data_version'"),
    ("no-sqlite3", "cyberai.storage.a", "import sqlite3"),
    ("no-sqlite3", "cyberai.lab.a", "from sqlite3 import dbapi2"),
    ("broad-except", "cyberai.app.a", "try: pass\nexcept Exception: pass"),
    ("broad-except", "cyberai.app.a", "def f():\n try: pass\n except: pass"),
    (
        "broad-except",
        "cyberai.app.a",
        "def f():\n try: pass\n except (OSError, BaseException) as e: print(e)",
    ),
    ("broad-except", "cyberai.app.a", "import contextlib\nwith contextlib.suppress(Exception): pass"),
    ("store-workspace", "cyberai.app.a", "def f(store, fn): store.read(fn)"),
    ("store-workspace", "cyberai.app.a", "def f(self, fn): self._store.write(fn)"),
    ("store-workspace", "cyberai.app.a", "def f(self): self.store.write()"),
    ("no-wall-clock", "cyberai.app.a", "import time\ntime.time()"),
    ("no-wall-clock", "cyberai.net.a", "import time\nclock = time.time"),
    ("no-wall-clock", "cyberai.app.a", "from time import monotonic as m\nm()"),
    ("no-wall-clock", "cyberai.app.a", "from datetime import datetime, UTC\ndatetime.now(UTC)"),
    ("no-wall-clock", "cyberai.domain.a", "import datetime as dt\ndt.datetime.utcnow()"),
    ("no-entropy", "cyberai.app.a", "import random"),
    ("no-entropy", "cyberai.api.a", "from uuid import uuid4"),
    ("no-entropy", "cyberai.bootstrap.server", "import secrets"),
    ("no-entropy", "cyberai.app.a", "import os\nos.urandom(8)"),
    ("environment", "cyberai.cli.main", "import os\nos.environ['X']"),
    ("environment", "cyberai.bootstrap.a", "from os import getenv\ngetenv('X')"),
    ("unsafe-code", "cyberai.app.a", "eval('1')"),
    ("unsafe-code", "cyberai.app.a", "exec('1')"),
    ("unsafe-code", "cyberai.app.a", "import pickle"),
    ("unsafe-code", "cyberai.app.a", "import subprocess\nsubprocess.run('x', shell=True)"),
    ("unsafe-code", "cyberai.app.a", "import os\nos.system('x')"),
    ("linear-regex", "cyberai.engine.a", "import re"),
    ("linear-regex", "cyberai.net.a", "from re import compile"),
    ("linear-regex", "cyberai.checkkit.a", "import re"),
    ("pure-domain", "cyberai.domain.a", "import socket"),
    ("pure-domain", "cyberai.domain.a", "import sys"),
    ("pure-domain", "cyberai.domain.a", "import click"),
    ("narrow-checks", "cyberai.checks.web.a", "from cyberai.ports import Http"),
    ("narrow-checks", "cyberai.checks.web.a", "import asyncio"),
    ("narrow-checks", "cyberai.checks.web.a", "import selectolax"),
    ("function-length", "cyberai.app.a", "def f():\n" + " x = 1\n" * 60),
    ("file-length", "cyberai.app.a", "x = 1\n" * 501),
    ("type-ignore", "cyberai.app.a", "x = 1  # type: ignore\ny = 1  # type: ignore[misc]\n"),
]

SILENT = [
    ("cyberai.net.http", "import socket\ns = socket.socket()\ns.connect(('h', 1))"),
    (
        "cyberai.lab.a",
        "import asyncio, socket\ns = socket.socket()\ns.bind(('', 0))\nasyncio.start_server(f)",
    ),
    ("cyberai.storage.a", "import apsw\nc = apsw.Connection('f')\nc.connect('x')\nq = 'SELECT 1'"),
    ("cyberai.app.a", "a = 'Update the server'\nb = 'Delete it'\nc = 'DELETE /v1/scans'\nd = 'SELECTED'"),
    ("cyberai.app.a", "def f():\n try: pass\n except BaseException:\n  g()\n  raise"),
    ("cyberai.app.a", "try: pass\nexcept OSError: pass"),
    ("cyberai.app.a", "def f(store, workspace, fn): store.read(workspace, fn)"),
    ("cyberai.app.a", "def f(self, scan, fn): self._store.write(scan.workspace_id, fn)"),
    ("cyberai.app.a", "def f(file): file.read()"),
    ("cyberai.cli.client", "import urllib.request\nimport websockets"),
    ("cyberai.cli.remote.platform", "import cyberai_sdk"),
    ("cyberai.lab.a", "def f(loop): loop.create_datagram_endpoint(p, local_addr=('127.0.0.1', 0))"),
    ("cyberai.app.a", "def f(store, fn): store.read(SYSTEM, fn)"),
    ("cyberai.bootstrap.clock", "import time\ntime.time()\ntime.monotonic()"),
    ("cyberai.net.a", "import time\ntime.monotonic()"),
    ("cyberai.domain.a", "import datetime\nimport msgspec\nfrom cyberai.domain.b import c\nfrom . import b"),
    ("cyberai.lab.a", "import random"),
    ("cyberai.bootstrap.entropy", "import os, secrets, uuid\nos.urandom(1)"),
    ("cyberai.config", "import os\nos.environ.get('X')"),
    ("cyberai.app.a", "import subprocess\nsubprocess.run(['x'], shell=False)\nself.eval('x')"),
    ("cyberai.api.a", "import re"),
    (
        "cyberai.checks.web.a",
        "from cyberai.checkkit import check\nfrom cyberai.domain import finding\nimport html.entities",
    ),
    ("cyberai.app.a", "def f():\n" + " x = 1\n" * 59),
    ("cyberai.app.a", "x = 1\n" * 500),
    ("cyberai.app.a", "x = 1  # type: ignore\n"),
]


@pytest.mark.parametrize(("rule", "name", "text"), FIRES)
def test_rule_fires(rule: str, name: str, text: str) -> None:
    assert rule in rules(name, text)


@pytest.mark.parametrize(("name", "text"), SILENT)
def test_rules_are_silent(name: str, text: str) -> None:
    assert rules(name, text) == []


def test_violation_names_file_line_and_rule() -> None:
    (found,) = ast_rules.judge_source([module("cyberai.app.a", "x = 1\nimport random\n")], Allowances({}))
    assert str(found).startswith("src/cyberai/app/a.py:2 no-entropy ")


@pytest.mark.parametrize(
    ("section", "entry", "name", "text"),
    [
        (
            "broad_except",
            "cyberai.app.a:A.f",
            "cyberai.app.a",
            "class A:\n def f(self):\n  try: x\n  except Exception: y",
        ),
        ("broad_except", "cyberai.app.a:<module>", "cyberai.app.a", "try: x\nexcept Exception: y"),
        ("client", "cyberai.api.ws", "cyberai.api.ws", "import websockets"),
        ("long_file", "cyberai.app.a", "cyberai.app.a", "x = 1\n" * 501),
        ("fan_out", "cyberai.app.a", "cyberai.app.a", "\n".join(f"import cyberai.m{n}" for n in range(11))),
    ],
)
def test_named_exceptions(section: str, entry: str, name: str, text: str) -> None:
    assert rules(name, text)
    assert rules(name, text, **{section: {entry: "a reason"}}) == []


def test_a_boundary_covers_its_function_only() -> None:
    text = "def f():\n try: x\n except Exception: y\ndef g():\n try: x\n except Exception: y"
    assert rules("cyberai.app.a", text, broad_except={"cyberai.app.a:f": "reason"}) == ["broad-except"]


def test_exceptions_need_a_reason_and_a_use() -> None:
    allowed = Allowances({"client": {"cyberai.a": " "}, "nonsense": {}})
    messages = [problem.message for problem in allowed.problems()]
    assert any("needs a reason" in message for message in messages)
    assert any("not needed" in message for message in messages)
    assert any("unknown section" in message for message in messages)


def test_fan_out_counts_modules_and_exempts_roots_and_facades() -> None:
    text = "\n".join(f"from cyberai.m{n} import x, y" for n in range(11))
    assert rules("cyberai.app.a", text) == ["fan-out"]
    assert rules("cyberai.app.a", text.rpartition("\n")[0]) == []
    assert rules("cyberai.bootstrap.server", text) == []
    facade = module("cyberai.app", text + "\n__all__ = ['x']", is_package=True)
    assert ast_rules.judge_source([facade], Allowances({})) == []


def test_percentiles_are_judged_over_the_whole_tree() -> None:
    long_function = "def f():\n" + " x = 1\n" * 45
    modules = [module(f"cyberai.app.m{n}", long_function) for n in range(20)]
    assert [item.rule for item in ast_rules.judge_source(modules, Allowances({}))] == ["function-length"]
    files = [module(f"cyberai.app.m{n}", "x = 1\n" * 320) for n in range(20)]
    assert [item.rule for item in ast_rules.judge_source(files, Allowances({}))] == ["file-length"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ('"""M."""\ndef f(): pass', ["f"]),
        ('"""M."""\nclass A:\n def f(self): pass\n def _g(self): pass', ["A", "A.f"]),
        ('"""M."""\nclass _A:\n def f(self): pass', []),
        ("x = 1", ["module"]),
        ("", []),
    ],
)
def test_public_interfaces_need_docstrings(text: str, missing: list[str]) -> None:
    found = ast_rules.judge_source([module("cyberai.ports.a", text)], Allowances({}))
    assert [item.rule for item in found] == ["docstring"] * len(missing)
    for name, item in zip(missing, found, strict=True):
        assert name in item.message


def test_docstrings_are_not_asked_for_elsewhere() -> None:
    assert ast_rules.judge_source([module("cyberai.app.a", "def f(): pass")], Allowances({})) == []


def test_undeclared_dependencies_are_found() -> None:
    modules = [module("cyberai.app.a", "import msgspec, re2\nimport yaml\nimport hypothesis\nimport json")]
    found = imports.undeclared(modules, ROOT / "pyproject.toml")
    assert [item.message.split()[0] for item in found] == ["yaml", "hypothesis"]
