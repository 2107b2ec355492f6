"""Rules on what a module calls, catches and writes as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.rules.allowances import Allowances
from tools.rules.imports import OWN_CLIENTS
from tools.rules.source import Module, Violation

OUTBOUND_CALLS = ("socket.create_connection", "asyncio.open_connection", "asyncio.open_unix_connection")
OUTBOUND_METHODS = ("create_connection", "create_unix_connection", "create_datagram_endpoint", "sock_connect")
SOCKET_CONNECTS = ("connect", "connect_ex", "sendto")
LISTENERS = ("lab", "bootstrap", "api")
NAME_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")

WALL_CLOCK = (
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
)
ELAPSED_CLOCK = tuple(f"time.{name}{unit}" for name in ("monotonic", "perf_counter") for unit in ("", "_ns"))
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv")
UNSAFE_CALLS = ("eval", "exec", "os.system", "os.popen", "builtins.eval", "builtins.exec")

SQL = re.compile(
    r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s"
    r"|(CREATE|DROP|ALTER)\s+(UNIQUE\s+|VIRTUAL\s+|TEMP\s+)?(TABLE|INDEX|VIEW|TRIGGER)\s|BEGIN\s+IMMEDIATE)"
)
BROAD = ("Exception", "BaseException", "builtins.Exception", "builtins.BaseException")


def check(module: Module, allowances: Allowances) -> Iterator[Violation]:
    for node, called in module.calls():
        for rule, message in judge_call(module, node, called, allowances):
            yield module.violation(node, rule, message)
    yield from names(module)
    yield from sql_text(module)
    yield from broad_except(module, allowances)


def judge_call(
    module: Module, node: ast.Call, called: str, allowances: Allowances
) -> Iterator[tuple[str, str]]:
    if opens_socket(module, node, called) and not allowances.allows("client", module.name):
        yield "outbound-socket", f"{called or ast.unparse(node.func)}: only cyberai.net opens connections"
    if called in UNSAFE_CALLS or is_shell(called, node):
        yield "unsafe-code", f"{called} runs text as code or as a shell line"
    if names_no_workspace(node, called):
        yield "store-workspace", f"{called}: the first argument names the workspace"


def opens_socket(module: Module, node: ast.Call, called: str) -> bool:
    """A call that opens a connection or asks a resolver, anywhere but in net; listening is for lab, bootstrap and api."""
    if module.inside("net"):
        return False
    if called == "asyncio.open_connection" and module.inside(*OWN_CLIENTS):
        return False
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method == "create_datagram_endpoint" and module.inside(*LISTENERS):
        return any(keyword.arg == "remote_addr" for keyword in node.keywords)
    if called in OUTBOUND_CALLS or method in OUTBOUND_METHODS or called in NAME_LOOKUPS:
        return True
    if called == "socket.socket":
        return not module.inside(*LISTENERS)
    return method in SOCKET_CONNECTS and any(item.module == "socket" for item in module.imports)


def is_shell(called: str, node: ast.Call) -> bool:
    if called == "asyncio.create_subprocess_shell":
        return True
    for keyword in node.keywords:
        if keyword.arg == "shell" and not (
            isinstance(keyword.value, ast.Constant) and not keyword.value.value
        ):
            return True
    return False


def names_no_workspace(node: ast.Call, called: str) -> bool:
    parts = called.split(".")
    if len(parts) < 2 or parts[-1] not in ("read", "write") or parts[-2] not in ("store", "_store"):
        return False
    named = ast.unparse(node.args[0]) if node.args else ""
    return "workspace" not in named.lower() and named.rpartition(".")[2] != "SYSTEM"


def names(module: Module) -> Iterator[Violation]:
    """Rules on what is named at all, called or handed on."""
    for node in module.nodes:
        if isinstance(node, ast.Attribute | ast.Name):
            for rule, message in judge_name(module, module.meaning(node)):
                yield module.violation(node, rule, message)


def judge_name(module: Module, name: str) -> Iterator[tuple[str, str]]:
    if name in ENVIRONMENT and not module.inside("config"):
        yield "environment", "only cyberai.config reads the environment"
    if name in WALL_CLOCK and not module.inside("bootstrap.clock"):
        yield "no-wall-clock", f"{name}: take a Clock port"
    if name in ELAPSED_CLOCK and not module.inside("bootstrap.clock", "net", "engine", "jobs"):
        yield "no-wall-clock", f"{name}: take a Clock port"
    if name == "os.urandom" and not module.inside("bootstrap.entropy"):
        yield "no-entropy", "os.urandom: take an IdSource or Rng port"


def sql_text(module: Module) -> Iterator[Violation]:
    if module.inside("storage", "lab", "templates.index"):
        return
    for node, text in texts(module.tree):
        if SQL.match(text):
            yield module.violation(node, "sql-in-storage", f"SQL belongs to cyberai.storage: {text[:40]!r}")


def texts(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Every string literal; an f-string once, with `x` in the place of each value."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "x" for part in child.values)
            yield child, "".join(map(str, parts))
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child, child.value
        else:
            yield from texts(child)


def broad_except(module: Module, allowances: Allowances) -> Iterator[Violation]:
    for function in [*module.functions, None]:
        name = f"{module.name}:{function.name if function else '<module>'}"
        for node in own_nodes(function.node if function else module.tree):
            if catches_all(module, node) and not allowances.allows("broad_except", name):
                message = (
                    f"{name} catches everything; name the errors, or the boundary in tools/boundaries.toml"
                )
                yield module.violation(node, "broad-except", message)


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without those of functions nested in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from own_nodes(child)


def catches_all(module: Module, node: ast.AST) -> bool:
    """A handler of everything that does not raise it again, or `suppress(Exception)`."""
    if isinstance(node, ast.Call) and module.meaning(node.func) == "contextlib.suppress":
        return any(module.meaning(argument) in BROAD for argument in node.args)
    if not isinstance(node, ast.ExceptHandler):
        return False
    last = node.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(item is None or module.meaning(item) in BROAD for item in caught)
