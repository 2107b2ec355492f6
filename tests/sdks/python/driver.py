"""Runs cases of sdks/conformance through the Python SDK: the same code for the sync and the async client."""

import asyncio
import hashlib
import inspect
import json
import logging
import os
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import msgspec

import cyberai_sdk as sdk
from cyberai_sdk import _operations, webhooks
from cyberai_sdk._requests import Operation
from cyberai_sdk.testing import FakeServer
from support.conformance_matching import mismatches

OPERATIONS = {value.id: value for value in vars(_operations).values() if isinstance(value, Operation)}
ERRORS: dict[str, tuple[type[BaseException], ...]] = {
    "bad_request": (sdk.BadRequest,),
    "unauthorized": (sdk.Unauthorized,),
    "forbidden": (sdk.Forbidden,),
    "not_found": (sdk.NotFound,),
    "conflict": (sdk.Conflict,),
    "precondition_failed": (sdk.PreconditionFailed,),
    "rate_limited": (sdk.RateLimited,),
    "server": (sdk.ServerError,),
    "api": (sdk.ApiError,),
    "connection": (sdk.ConnectionFailed,),
    "timeout": (sdk.TimedOut,),
    "bad_response": (sdk.InvalidResponse,),
    "wait_timeout": (sdk.WaitTimedOut,),
    "signature": (sdk.WebhookError,),
    "usage": (sdk.ConfigurationError, ValueError, TypeError),
}
PYTHON_NAMES = {"from": "from_"}


def with_values(node: Any, values: dict[str, Any]) -> Any:
    """The case with `${NAME}` replaced."""
    if isinstance(node, dict):
        return {key: with_values(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [with_values(value, values) for value in node]
    if isinstance(node, str):
        for name, value in values.items():
            if node == f"${{{name}}}":
                return value
            node = node.replace(f"${{{name}}}", str(value))
    return node


def as_json(value: Any) -> Any:
    """A model as what it was on the wire."""
    return json.loads(msgspec.json.encode(value))


class Driver:
    """One run of one case. `kind` is sync or async."""

    def __init__(self, case: dict[str, Any], world: dict[str, Any], kind: str) -> None:
        self.run = f"{case['id']}-{kind}"
        self.case: dict[str, Any] = with_values(case, {**world, "run": self.run})
        self.world = world
        self.is_async = kind == "async"
        self.loop = asyncio.new_event_loop() if self.is_async else None
        self.fake: FakeServer | None = None
        self.progress: list[int] = []
        self.left_over: bool | None = None

    def problems(self) -> list[str]:
        """What was not as expected."""
        result, error = None, None
        began = time.monotonic()
        try:
            result = self.perform(self.case["do"])
        except (sdk.CyberAIError, ValueError, TypeError) as raised:
            error = raised
        finally:
            if self.loop is not None:
                self.loop.close()
        seconds = time.monotonic() - began
        return [*self.judged(result, error, seconds), *self.judged_server()]

    def judged(self, result: Any, error: BaseException | None, seconds: float) -> Iterator[str]:
        expect = self.case["expect"]
        if "error" in expect:
            yield from self.judged_error(error, expect["error"])
            if "result" in expect:
                yield from mismatches({"left_over": self.left_over}, expect["result"])
        elif error is not None:
            yield f"raised {error!r}"
        elif "result" in expect:
            yield from mismatches(result, expect["result"])
        if "seconds" in expect:
            yield from mismatches(seconds, expect["seconds"], "seconds")
        if expect.get("progress", {}).get("ascending") and self.progress != sorted(self.progress):
            yield f"progress went back: {self.progress}"
        if "last" in expect.get("progress", {}) and self.progress[-1:] != [expect["progress"]["last"]]:
            yield f"progress ended with {self.progress[-1:]}"

    def judged_error(self, error: BaseException | None, expected: dict[str, Any]) -> Iterator[str]:
        if error is None:
            yield "no error was raised"
            return
        fitting = [name for name, kinds in ERRORS.items() if isinstance(error, kinds)]
        wanted = expected["type"]["$one_of"] if isinstance(expected["type"], dict) else [expected["type"]]
        if not set(wanted) & set(fitting):
            yield f"{error!r} is none of {wanted}"
        for member in expected.keys() - {"type"}:
            value = (
                str(error) if member == "message" and not hasattr(error, member) else getattr(error, member)
            )
            yield from mismatches(value, expected[member], member)

    def judged_server(self) -> Iterator[str]:
        expected = self.case.get("server")
        if expected is None:
            return
        with urllib.request.urlopen(f"{self.world['origin']}/_chaos/{self.run}", timeout=30) as reply:
            requests = json.load(reply)["requests"]
        if "requests" in expected:
            yield from mismatches(len(requests), expected["requests"], "requests")
        for index, request in enumerate(requests):
            yield from mismatches(request, expected.get("each", {}), f"request {index}")
        for place, matcher in expected.get("at", {}).items():
            yield from mismatches(requests[int(place)], matcher, f"request {place}")
        yield from judged_together(requests, expected)

    # What a case does.

    def perform(self, action: dict[str, Any]) -> Any:
        verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
            "call": self.do_call,
            "raw": self.do_raw,
            "all": self.do_all,
            "page": self.do_page,
            "create_and_wait": self.do_create_and_wait,
            "wait": self.do_wait,
            "one_liner": self.do_one_liner,
            "events": self.do_events,
            "download": self.do_download,
            "webhook": self.do_webhook,
            "config": self.do_config,
            "logged": self.do_logged,
            "faked": self.do_faked,
        }
        (verb,) = verbs.keys() & action.keys()
        return verbs[verb](action)

    def made(self, value: Any) -> Any:
        """The value itself, awaited where it has to be."""
        return self.loop.run_until_complete(value) if self.loop and inspect.isawaitable(value) else value

    def taken(self, values: Any, count: int | None = None) -> list[Any]:
        """The first so many of an iterator, sync or async."""
        found: list[Any] = []
        if self.loop is None:
            iterator = iter(values)
            while (count is None or len(found) < count) and (value := next(iterator, self)) is not self:
                found.append(value)
            return found

        async def collect() -> None:
            iterator = aiter(values)
            while (count is None or len(found) < count) and (
                value := await anext(iterator, self)
            ) is not self:
                found.append(value)
            if hasattr(iterator, "aclose"):
                await iterator.aclose()

        self.loop.run_until_complete(collect())
        return found

    @contextmanager
    def client(self) -> Iterator[Any]:
        given = self.case.get("client", {})
        plan = self.case.get("chaos", "pass")
        retry = sdk.RetryPolicy(
            retries=given.get("max_retries", 2),
            first_delay=given.get("backoff", 0.01),
            longest_wait=given.get("max_wait", 120.0),
        )
        kind: Any = sdk.AsyncClient if self.is_async else sdk.Client
        client = kind(
            given.get("base_url", f"{self.world['origin']}/_chaos/{self.run}/{plan}/v1"),
            given.get("api_key", self.world["key"]),
            timeout=given.get("timeout", 10),
            retry=retry,
            transport=self.fake,
        )
        try:
            yield client
        finally:
            self.made(client.close())

    def do_call(self, action: dict[str, Any]) -> Any:
        with self.client() as client:
            value = self.started(client, action, action["call"])
            if hasattr(value, "first_page"):
                value = self.made(value.first_page())
            return value.json() if isinstance(value, sdk.RawResponse) else as_json(value)

    def started(self, client: Any, action: dict[str, Any], operation: str) -> Any:
        """Call the method of an operation; what is no argument of it goes as a plain request."""
        query, body = dict(action.get("query", {})), dict(action.get("body", {}))
        name = _operations.METHODS[operation]
        if operation == "createScan" and query.pop("dry_run", False):
            name = "scans.plan"
        group, _, method = name.partition(".")
        function = getattr(getattr(client, group), method)
        keywords = {PYTHON_NAMES.get(key, key): value for key, value in {**query, **body}.items()}
        options = dict(action.get("options", {}))
        if "if_match" in options:
            keywords["if_match"] = options.pop("if_match")
        if not keywords.keys() <= inspect.signature(function).parameters.keys():
            return self.made(self.plain(client, action, operation))
        ids = [action["path"]["id"]] if "path" in action else []
        return self.made(function(*ids, **keywords, call=call_options(options)))

    def plain(self, client: Any, action: dict[str, Any], operation: str) -> Any:
        described = OPERATIONS[operation]
        path = described.path.replace("{id}", quote(action.get("path", {}).get("id", ""), safe=""))
        options = call_options(action.get("options", {}))
        return client.request(
            described.method, path, query=action.get("query"), body=action.get("body"), call=options
        )

    def do_raw(self, action: dict[str, Any]) -> Any:
        with self.client() as client:
            raw = self.made(self.plain(client, action, action["raw"]))
            return {"status": raw.status, "headers": dict(raw.headers), "body": raw.body.decode()}

    def do_all(self, action: dict[str, Any]) -> Any:
        with self.client() as client:
            return as_json(self.taken(self.started(client, action, action["all"]), action.get("take")))

    def do_page(self, action: dict[str, Any]) -> Any:
        with self.client() as client:
            pages = self.started(client, action, action["page"]).pages()
            page = as_json(self.taken(pages, action.get("next", 0) + 1)[-1])
            return {"next_cursor": None, **page}

    def do_create_and_wait(self, action: dict[str, Any]) -> Any:
        body = action["create_and_wait"]
        with self.client() as client:
            handle = self.made(client.scan(**body))
            try:
                return self.waited(handle.wait, action).scan_json(handle)
            except sdk.WaitTimedOut:
                self.made(handle.cancel())  # it would keep the target from the scans of other cases
                raise

    def waited(self, wait: Callable[..., Any], action: dict[str, Any], *ids: str) -> "Waited":
        options = action.get("options", {})

        def note(scan: Any) -> None:
            self.progress.append(scan.progress.current)

        return Waited(
            self.made(
                wait(*ids, timeout=options.get("timeout"), on_progress=note, live=not options.get("poll"))
            )
        )

    def do_wait(self, action: dict[str, Any]) -> Any:
        with self.client() as client:
            return as_json(self.waited(client.scans.wait, action, action["wait"]).value)

    def do_one_liner(self, action: dict[str, Any]) -> Any:
        with self.client() as client:
            handle = self.made(client.scan(**action["one_liner"]))
            return as_json(self.taken(self.made(handle.wait()).vulnerabilities()))

    def do_events(self, action: dict[str, Any]) -> Any:
        wanted = action["events"]
        with self.client() as client:
            return as_json(self.taken(client.events.stream(wanted["since"]), wanted["take"]))

    def do_download(self, action: dict[str, Any]) -> Any:
        with tempfile.TemporaryDirectory() as folder, self.client() as client:
            path = Path(folder) / "report"
            try:
                size = self.made(client.reports.download(action["download"], path))
            finally:
                self.left_over = bool(
                    [name for name in os.listdir(folder) if name != "report" or not path.exists()]
                )
                if not path.exists():
                    self.left_over = bool(os.listdir(folder))
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            return {"size": size, "sha256": digest, "left_over": self.left_over}

    def do_webhook(self, action: dict[str, Any]) -> Any:
        given = action["webhook"]
        body = given["body"].encode()
        return webhooks.verify(body, given["headers"], given["secret"], now=given["now"])

    def do_config(self, action: dict[str, Any]) -> Any:
        given = action["config"]
        with tempfile.TemporaryDirectory() as home:
            for name, text in given.get("files", {}).items():
                path = Path(name.replace("~", home, 1))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                path.chmod(0o600)
            environment = {name: value.replace("~", home, 1) for name, value in given["environment"].items()}
            with mock.patch.dict(os.environ, {"HOME": home, **environment}, clear=True):
                kind: Any = sdk.AsyncClient if self.is_async else sdk.Client
                client = kind(**given["arguments"])
            self.made(client.close())
            server = client._caller.calls.client.server
            return {"base_url": client.base_url, "api_key": server.key}

    def do_logged(self, action: dict[str, Any]) -> str:
        with logged_here() as lines:
            try:
                self.perform(action["logged"])
            except sdk.CyberAIError as error:
                lines.append(str(error))
        return "\n".join(lines)

    def do_faked(self, action: dict[str, Any]) -> Any:
        given, then = action["faked"]["responses"], action["faked"]["then"]
        (operation,) = [then[verb] for verb in ("call", "raw", "all", "page") if verb in then]
        described = OPERATIONS[operation]
        path = "/v1" + described.path.removeprefix("/v1").replace("{id}", then.get("path", {}).get("id", ""))
        plan = self.case.get("chaos", "pass")
        self.fake = FakeServer()
        for reply in given:
            body = json.dumps(reply["json"]).encode() if "json" in reply else reply["text"].encode()
            self.fake.reply(
                described.method,
                f"/_chaos/{self.run}/{plan}{path}",
                body,
                status=reply["status"],
                headers=reply["headers"],
            )
        return self.perform(then)


def judged_together(requests: list[dict[str, Any]], expected: dict[str, Any]) -> Iterator[str]:
    """What several requests must have in common or not, and the time between the first two."""
    for names, count in ((expected.get("same", ()), 1), (expected.get("distinct", ()), len(requests))):
        for name in names:
            if len({request["headers"].get(name) for request in requests}) != count:
                yield f"{name} of {len(requests)} requests has not {count} values"
    if "gap_min" in expected or "gap_max" in expected:
        gap = requests[1]["at"] - requests[0]["at"]
        if not expected.get("gap_min", 0) <= gap <= expected.get("gap_max", 1e9):
            yield f"the requests were {gap:.3f} s apart"


class Waited:
    """What `wait` gave."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def scan_json(self, handle: Any) -> Any:
        assert self.value is handle
        return as_json(handle.scan)


def call_options(options: dict[str, Any]) -> sdk.CallOptions:
    return sdk.CallOptions(
        timeout=options.get("timeout"),
        retries=options.get("max_retries"),
        headers=options.get("headers", {}),
        idempotency_key=options.get("idempotency_key"),
    )


@contextmanager
def logged_here() -> Iterator[list[str]]:
    """Everything that this thread logs, through every logger, at DEBUG."""
    lines: list[str] = []
    here = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == here:
                lines.append(record.getMessage())

    root, collector = logging.getLogger(), Collector()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(collector)
        root.setLevel(level)
