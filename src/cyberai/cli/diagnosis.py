"""What the doctor looks at."""

import importlib
import locale
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec import Struct

MIN_PYTHON = (3, 11)
MIN_SQLITE = (3, 51, 3)
"""The release with the repair of the WAL-reset fault (sqlite.org, "WAL-reset bug")."""

LOW_SPACE = 1024**3
NO_SPACE = 64 * 1024**2
EARLIEST = 1_735_689_600_000_000
"""2025-01-01 in microseconds: a clock before that is wrong for certain."""

LIBRARIES = (
    "msgspec",
    "apsw",
    "sqlalchemy",
    "uvicorn",
    "httptools",
    "websockets",
    "cryptography",
    "selectolax",
    "jinja2",
    "click",
    "rich",
)


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """One line."""

    subject: str
    level: Level
    text: str
    next_step: str = ""


def examine(data_dir: Path | None, port: int) -> Iterator[Finding]:
    """Every look, in order; none raises."""
    looks: tuple[Callable[[], Finding], ...] = (
        python,
        libraries,
        sqlite,
        event_loop,
        lambda: data_folder(data_dir),
        *((database,) if database_url() else ()),
        lambda: port_free(port),
        clock,
        encoding,
    )
    for look in looks:
        yield look()


def python() -> Finding:
    """The interpreter's version."""
    text = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info < MIN_PYTHON:
        return Finding("python", Level.FAIL, text, "Install Python 3.11 or newer and run `make setup` again")
    return Finding("python", Level.OK, text)


def libraries() -> Finding:
    """Every library is installed and can be loaded."""
    missing = []
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            missing.append(f"{name} ({error})")
    if missing:
        return Finding(
            "libraries",
            Level.FAIL,
            f"cannot load {', '.join(missing)}",
            "Run `make setup` in the source folder",
        )
    return Finding(
        "libraries", Level.OK, ", ".join(f"{name} {_version(name)}" for name in LIBRARIES[:6]) + ", ..."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def sqlite() -> Finding:
    """The store's SQLite has the repair of the WAL-reset fault."""
    from cyberai.cli.version import sqlite_version

    text = sqlite_version()
    if tuple(int(part) for part in text.split(".")) < MIN_SQLITE:
        wanted = ".".join(map(str, MIN_SQLITE))
        return Finding(
            "sqlite", Level.FAIL, f"{text}, at least {wanted} is needed", "Run `make setup`: it updates apsw"
        )
    return Finding("sqlite", Level.OK, f"{text} (in apsw)")


def event_loop() -> Finding:
    """The fast event loop."""
    try:
        importlib.import_module("uvloop")
    except ImportError as error:
        return Finding("uvloop", Level.FAIL, str(error), "Run `make setup` in the source folder")
    return Finding("uvloop", Level.OK, _version("uvloop"))


def data_folder(data_dir: Path | None) -> Finding:
    """The data folder can be written and has room. Nothing is left behind."""
    from cyberai.config import load

    path = load(data_dir=data_dir).data_path
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Finding(
            "data",
            Level.FAIL,
            f"{path}: {error.strerror}",
            "Choose another folder with --data-dir, or change its owner",
        )
    free = shutil.disk_usage(existing).free
    text = f"{path}, {free / 1024**3:.1f} GiB free" + ("" if path.exists() else " (made at the first start)")
    if free < NO_SPACE:
        return Finding("data", Level.FAIL, text, "Make room on the disk: nothing can be stored")
    if free < LOW_SPACE:
        return Finding("data", Level.WARN, text, "Make room soon: evidence of large scans takes some 100 MiB")
    return Finding("data", Level.OK, text)


def database_url() -> str | None:
    """The address of the store in PostgreSQL, where one is set."""
    from cyberai.config import load

    return load().database_url


def database() -> Finding:
    """The database can be reached, its schema is known, and our role is bound by its policies."""
    from cyberai.domain.errors import StoreError

    try:
        from cyberai.storage.postgres.doctor import examine as look
    except ImportError as error:
        return Finding("database", Level.FAIL, str(error), "Install cyberai-platform[postgres]")
    try:
        found = look(database_url() or "")
    except StoreError as error:
        return Finding("database", Level.FAIL, str(error))
    return Finding("database", Level.WARN if found.problem else Level.OK, found.detail, found.problem)


def port_free(port: int) -> Finding:
    """Nobody listens where the server wants to."""
    from cyberai.cli.processes import is_free

    if is_free("127.0.0.1", port):
        return Finding("port", Level.OK, f"{port} is free")
    return Finding("port", Level.WARN, f"{port} is taken", "Give `cyberai serve` another one with --port")


def clock() -> Finding:
    """The wall clock is not absurd: certificates and key expiry are judged by it."""
    from cyberai.app.times import rfc3339
    from cyberai.bootstrap.clock import SystemClock

    now = SystemClock().now()
    if now < EARLIEST:
        return Finding(
            "clock", Level.FAIL, rfc3339(now), "Set the machine's clock: certificates are judged by it"
        )
    return Finding("clock", Level.OK, rfc3339(now))


def encoding() -> Finding:
    """Output can carry every character."""
    name = (sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)).lower()
    if name.replace("-", "") != "utf8":
        return Finding("locale", Level.WARN, f"output is {name}", "Set LANG=C.UTF-8 for signs beyond ASCII")
    return Finding("locale", Level.OK, "UTF-8")
