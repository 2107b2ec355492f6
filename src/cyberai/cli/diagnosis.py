"""What the doctor looks at."""

import importlib
import locale
import platform
import resource
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cyberai.cli import diagnosis_of_data as of_data
from cyberai.cli.finding_level import Finding, Level
from cyberai.config import SettingsError, load

MIN_PYTHON = (3, 11)
MIN_SQLITE = (3, 51, 3)
"""The release with the repair of the WAL-reset fault (sqlite.org, "WAL-reset bug")."""

MIN_DESCRIPTORS = 1024
"""Open files: connections to targets, clients of the API, the store."""

LIBRARIES = (
    "msgspec",
    "apsw",
    "sqlalchemy",
    "uvicorn",
    "httptools",
    "websockets",
    "cryptography",
    "dns",
    "selectolax",
    "jinja2",
    "click",
    "rich",
)


def examine(data_dir: Path | None, port: int) -> Iterator[Finding]:
    """Every look, in order; none raises."""
    yield from (python(), libraries(), sqlite(), event_loop(), descriptors())
    try:
        path = load(data_dir=data_dir).data_path
    except SettingsError as error:
        yield Finding("settings", Level.FAIL, str(error), "Correct the environment variable CYBERAI_...")
        return
    if database_url():
        yield database()
    else:
        yield from (of_data.data_folder(path), of_data.permissions(path), of_data.file_system(path))
        yield from of_data.store(path)
        yield of_data.server(path)
    yield from (port_free(port, path), of_data.clock(path), encoding())


def descriptors() -> Finding:
    """How many files and connections a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < MIN_DESCRIPTORS:
        return Finding(
            "files",
            Level.WARN,
            f"at most {soft:,} open files and connections",
            "Raise it: ulimit -n 4096, or LimitNOFILE=4096 in the service's unit"
            + ("" if hard < 0 or hard >= MIN_DESCRIPTORS else f"; the administrator's own limit is {hard:,}"),
        )
    return Finding("files", Level.OK, f"up to {soft:,} open at once")


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


def port_free(port: int, path: Path) -> Finding:
    """Nobody listens where the server wants to, except the server of this data directory."""
    from cyberai.bootstrap.server_lock import server_of
    from cyberai.cli.processes import is_free

    holder = server_of(path)
    if holder is not None and port in (own for _, own in holder.listeners):
        return Finding("port", Level.OK, f"{port} is held by our own server, process {holder.pid}")

    if is_free("127.0.0.1", port):
        return Finding("port", Level.OK, f"{port} is free")
    return Finding("port", Level.WARN, f"{port} is taken", "Give `cyberai serve` another one with --port")


def encoding() -> Finding:
    """Output can carry every character."""
    name = (sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)).lower()
    if name.replace("-", "") != "utf8":
        return Finding("locale", Level.WARN, f"output is {name}", "Set LANG=C.UTF-8 for signs beyond ASCII")
    return Finding("locale", Level.OK, "UTF-8")
