"""Rules on what a module imports."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Collection, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.rules.allowances import Allowances
from tools.rules.source import PACKAGE, Import, Module, Violation, is_within

CLIENT_LIBRARIES = (
    "aiohttp",
    "cyberai_sdk",
    "dns.asyncquery",
    "dns.asyncresolver",
    "dns.query",
    "dns.resolver",
    "ftplib",
    "http.client",
    "httpx",
    "httpx2",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc",
)
OWN_CLIENTS = ("cli.client", "cli.remote")
"""The clients of our own API: of `cyberai demo` on loopback, and of the remote commands, over the Python SDK."""
STORE_LIBRARIES = ("sqlalchemy", "apsw", "alembic", "psycopg")
ENTROPY_MODULES = ("random", "secrets", "uuid")
UNSAFE_MODULES = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle")
LINEAR_TIME_ONLY = ("engine", "checks", "checkkit", "templates", "net")
# fmt: off
IMPURE_MODULES = (
    "asyncio", "concurrent", "ctypes", "fcntl", "glob", "http.client", "io", "locale", "logging", "mmap",
    "multiprocessing", "os", "pathlib", "platform", "queue", "random", "sched", "secrets", "select",
    "selectors", "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "uuid",
)
# fmt: on
# fmt: off
CHECK_MODULES = (
    "__future__", "base64", "binascii", "bisect", "collections", "contextlib", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "html.entities", "ipaddress",
    "itertools", "json", "math", "operator", "string", "struct", "textwrap", "types", "typing",
    "unicodedata", "urllib.parse",
)
# fmt: on


def imports_any(item: Import, names: Collection[str]) -> bool:
    return any(is_within(item.module, name) or is_within(item.target, name) for name in names)


def opens_connections(module: Module, item: Import) -> bool:
    return (
        imports_any(item, CLIENT_LIBRARIES)
        and not module.inside("net", *OWN_CLIENTS)
        and not item.typing_only
    )


def check(module: Module, allowances: Allowances) -> Iterator[Violation]:
    for item in module.imports:
        for rule, message in judge(module, item, allowances):
            yield module.violation(item.line, rule, message)
    if module.inside("domain"):
        yield from pure_domain(module)
    if module.inside("checks"):
        yield from narrow_checks(module)


def judge(module: Module, item: Import, allowances: Allowances) -> Iterator[tuple[str, str]]:
    name = item.module
    if imports_any(item, ["sqlite3"]):
        yield (
            "no-sqlite3",
            "the store is opened through apsw only; closing it with sqlite3 drops apsw's locks",
        )
    if imports_any(item, UNSAFE_MODULES):
        yield "unsafe-code", f"{name} runs what it reads; encode with msgspec"
    if opens_connections(module, item) and not allowances.allows("client", module.name):
        yield "outbound-socket", f"{name} opens connections; only cyberai.net does, behind the egress guard"
    if imports_any(item, STORE_LIBRARIES) and not module.inside("storage", "lab", "templates.index"):
        yield "sql-in-storage", f"{name} belongs to cyberai.storage; take a Store port"
    if imports_any(item, ENTROPY_MODULES) and not module.inside("bootstrap.entropy", "lab"):
        yield "no-entropy", f"{name}: take an IdSource or Rng port (to compare secrets: hmac.compare_digest)"
    if imports_any(item, ["re"]) and module.inside(*LINEAR_TIME_ONLY):
        yield "linear-regex", "re can take exponential time on text from a target; use re2"


def pure_domain(module: Module) -> Iterator[Violation]:
    for item in module.imports:
        top = item.module.partition(".")[0]
        known = top in sys.stdlib_module_names or top in ("msgspec", "__future__")
        own = is_within(item.module, f"{PACKAGE}.domain") or item.target == f"{PACKAGE}.__version__"
        if imports_any(item, IMPURE_MODULES) or not (known or own):
            yield module.violation(
                item.line, "pure-domain", f"domain holds pure values and may not import {item.module}"
            )


def narrow_checks(module: Module) -> Iterator[Violation]:
    own = tuple(f"{PACKAGE}.{package}" for package in ("checkkit", "domain", "checks"))
    for item in module.imports:
        if not imports_any(item, CHECK_MODULES) and not imports_any(item, own):
            yield module.violation(
                item.line, "narrow-checks", f"a check takes {item.module} from checkkit or does without"
            )


def undeclared(modules: list[Module], pyproject: Path) -> Iterator[Violation]:
    """Third-party imports that [project.dependencies] does not name and that the wheel does not carry: they would be
    missing from an installation."""
    document = tomllib.loads(pyproject.read_text())
    project, wheel = document["project"], document["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = {Path(package).name for package in wheel["packages"]}
    groups = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    declared = {canonicalize_name(Requirement(line).name) for group in groups for line in group}
    providers = packages_distributions()
    for module in modules:
        for item in module.imports:
            top = item.module.partition(".")[0]
            if top in sys.stdlib_module_names or top in (*carried, "__future__"):
                continue
            if not declared & {canonicalize_name(name) for name in providers.get(top, [])}:
                yield module.violation(item.line, "undeclared", f"{top} is no dependency of pyproject.toml")
