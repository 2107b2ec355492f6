"""Two tenants on one server: the owner has one of everything, the stranger has a little of its own."""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
from asgi_driver import Answer
from inventory import BODIES, Operation
from records import finish_scan, store_asset, store_retest, store_vulnerability
from site_under_test import CHECKS, Site
from web_visitor import open_site

from cyberai.app.report_making import work_on_report
from cyberai.domain.ids import DEFAULT_WORKSPACE, WorkspaceId

OWNER, STRANGER = "owner", "stranger"
STRANGERS_WORKSPACE = WorkspaceId("other")
MARK = "zqmark"
"""Stands in every text of the owner's and in nothing else."""
DOMAIN = f"{MARK}.example"
IDEMPOTENCY_KEY = f"{MARK}-0001"
_VARYING = frozenset({"x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "date"})
_UNSEEN = "z"


class World:
    """The server, both keys, and the owner's ids by kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site: Site = open_site(folder)
        self.keys = {
            OWNER: self.site.key,
            STRANGER: self.site.make_key(STRANGERS_WORKSPACE, plan="enterprise"),
        }
        self.ids: dict[str, str] = {}
        self.own: dict[str, str] = {}
        for who, workspace in ((OWNER, DEFAULT_WORKSPACE), (STRANGER, STRANGERS_WORKSPACE)):
            # An earlier scan of the same target, which the next one can be compared with.
            finish_scan(self.site, self.fresh("scan", who), workspace=workspace)
            self.site.clock.advance(60)
        for kind in ("scan", "vuln", "ast", "report", "key"):
            self.ids[kind] = self.fresh(kind, OWNER)
            self.own[kind] = self.fresh(kind, STRANGER)
        self.fresh("vuln", OWNER)
        self.fresh("report", OWNER)
        self.fresh("ast", OWNER)
        self._tell_of(self.ids["vuln"])
        events = self.get("/v1/events", OWNER).json()["data"]
        self.ids["evt"] = events[0]["id"]
        self.ids["seq"] = str(events[-1]["seq"])
        self.ids["ticket"] = self.call("POST", "/v1/ws/tickets", OWNER).json()["ticket"]
        self.ids["other"] = self.fresh("scan", OWNER)
        self.cursors = self._cursors()
        self.ids["cursor"] = next(iter(self.cursors.values()))
        self.ids["idempotency"] = IDEMPOTENCY_KEY

    def close(self) -> None:
        self.site.close()

    def next_minute(self) -> None:
        """Let a new minute begin, with the whole limit of every key."""
        self.site.clock.advance(60)

    def call(
        self,
        method: str,
        target: str,
        who: str,
        body: Any = None,
        *,
        kind: str = "application/json",
        **headers: str,
    ) -> Answer:
        """A request with this tenant's key."""
        sent = self.site.headers(self.keys[who], **{n.replace("_", "-"): v for n, v in headers.items()})
        raw = b""
        if body is not None:
            sent["content-type"] = kind
            raw = json.dumps(body).encode()
        return self.site.call(method, target, raw=raw, headers=sent)

    def get(self, target: str, who: str, **headers: str) -> Answer:
        return self.call("GET", target, who, **headers)

    def perform(
        self, operation: Operation, who: str, id: str = "", query: str = "", body: Any = None, **headers: str
    ) -> Answer:
        """An operation with a body that it accepts, on the resource of that id."""
        target = operation.path.replace("{id}", quote(id, safe="")) + query
        if body is None:
            body = self.body(operation, who)
        return self.call(operation.method, target, who, body, **headers)

    def body(self, operation: Operation, who: str) -> Any:
        known = self.ids if who == OWNER else self.own
        text = json.dumps(BODIES.get(operation.id)).replace("{scan}", known["scan"])
        return json.loads(text)

    def fresh(self, kind: str, who: str, *, ended: bool = False) -> str:
        """A new resource; its id. A scan runs, unless it shall have ended."""
        mark = MARK if who == OWNER else "mine"
        workspace = DEFAULT_WORKSPACE if who == OWNER else STRANGERS_WORKSPACE
        known = self.ids if who == OWNER else self.own
        match kind:
            case "scan":
                body = {"target": f"{mark}.example", "name": f"{mark} scan", "tags": [f"{mark}-tag"]}
                id: str = self.call("POST", "/v1/scans", who, body).json()["id"]
                if ended:
                    finish_scan(self.site, id)
                return id
            case "vuln" | "testable":
                number = 1 + len(self.get("/v1/vulnerabilities", who).json()["data"])
                row = {"title": f"{mark} title", "description": f"{mark} text", "target": f"{mark}.example"}
                row |= {"host": f"{mark}.example", "affected_component": f"{mark}.example:443"}
                row |= {"notes": f"{mark} note", "assignee": f"{mark} person", "cwe": (f"CWE-{mark}",)}
                row |= {"check_id": f"{mark}.check" if kind == "vuln" else CHECKS[0].meta.id}
                id = store_vulnerability(self.site, known["scan"], number, workspace=workspace, **row)
                if kind == "vuln":
                    store_retest(self.site, id, workspace, why=f"{mark} why")
                return id
            case "ast":
                return store_asset(self.site, known["scan"], mark, workspace)
            case "report":
                body = {"scan_id": known["scan"], "title": f"{mark} report", "format": "csv"}
                id = self.call("POST", "/v1/reports", who, body).json()["id"]
                assert self.site.runner.run(work_on_report(self.site.app, "worker-1"))
                return id
            case "key":
                return str(self.call("POST", "/v1/api-keys", who, {"name": f"{mark} key"}).json()["id"])
        raise AssertionError(f"give ids of the kind {kind!r} a row in World.fresh")

    def _tell_of(self, vulnerability: str) -> None:
        """Write about it twice, and see it at one more place: its lists have a second page then."""
        path = f"/v1/vulnerabilities/{vulnerability}"
        for text in (f"{MARK} remark", f"{MARK} further remark"):
            assert self.call("POST", f"{path}/comments", OWNER, {"text": text}).status == 201
        row = self.get(path, OWNER).json()
        store_vulnerability(
            self.site,
            self.ids["scan"],
            fingerprint=row["fingerprint"],
            title=row["title"],
            affected_component=f"{MARK}.example:8443",
        )

    def _cursors(self) -> dict[str, str]:
        lists = [
            "/v1/vulnerabilities",
            "/v1/assets",
            "/v1/assets/changes",
            "/v1/assets/expiring",
            "/v1/reports",
            "/v1/api-keys",
            "/v1/events",
        ]
        lists += [f"/v1/scans/{self.ids['scan']}/{part}" for part in ("events", "vulnerabilities", "assets")]
        lists += [
            f"/v1/vulnerabilities/{self.ids['vuln']}/{part}"
            for part in ("history", "comments", "occurrences")
        ]
        self.fresh("scan", OWNER)
        return {
            path: self.get(f"{path}?limit=1", OWNER).json()["next_cursor"] for path in ["/v1/scans", *lists]
        }

    def digest(self, *, owner_acts: bool = False) -> str:
        """Every row of the owner's workspace, as one hash; without what tells that its key was used where
        `owner_acts`. What was counted of its requests so far is stored first."""
        assert self.get("/v1/usage", STRANGER).status == 200
        found = hashlib.sha256()
        store = apsw.Connection(str(self.folder / "cyberai.db"), flags=apsw.SQLITE_OPEN_READONLY)
        with contextlib.closing(store):
            rows = store.execute("SELECT number FROM workspace WHERE id = ?", (DEFAULT_WORKSPACE,)).fetchall()
            (number,) = rows[0]
            for name, where in self._tenant_tables(store):
                if owner_acts and name == "usage_count":
                    continue
                columns = "number, id, digest, revoked_at, doc" if owner_acts and name == "api_key" else "*"
                query = f"SELECT {columns} FROM {name} WHERE {where} IN (?, ?)"
                if name == "ws_ticket":  # what has run out may be swept away by anybody's next ticket
                    query += f" AND until > {self.site.clock.now()}"
                rows = store.execute(query, (number, DEFAULT_WORKSPACE))
                found.update(repr((name, sorted(map(repr, rows)))).encode())
        return found.hexdigest()

    @staticmethod
    def _tenant_tables(store: apsw.Connection) -> list[tuple[str, str]]:
        """Tables whose rows belong to a workspace, and the column that says to which."""
        names = store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        ).fetchall()
        found = [("workspace", "number")]
        for (name,) in names:
            columns = {row[1] for row in store.execute(f"PRAGMA table_info('{name}')")}
            if "workspace" in columns:
                found.append((name, "workspace"))
        assert len(found) > 15, found
        return sorted(found)

    def secrets(self) -> list[str]:
        """What no answer to the stranger may hold."""
        public = {"seq"}
        return [
            MARK,
            *(text for kind, text in self.ids.items() if kind not in public),
            *self.cursors.values(),
        ]


def unseen(text: str) -> str:
    """An id (or cursor, ticket, key) of the same shape that was never given out."""
    if text.isdigit():
        return str(10**9)
    prefix, line, rest = text.rpartition("_")
    return prefix + line + "".join(_UNSEEN if c.isalnum() else c for c in rest)


def told(answer: Answer, sent: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer byte for byte, but for request ids, the spent limit, and the text that was sent."""
    request_id = answer.headers.get("x-request-id", "\0").encode()
    longer = len(request_id) * answer.body.count(request_id)  # request ids end in a number that grows
    body = answer.body.replace(request_id, b"REQUEST")
    body = body.replace(quote(sent, safe="").encode(), b"SENT").replace(sent.encode(), b"SENT")
    headers = []
    for name, value in answer.raw_headers:
        if name == "content-length":
            value = str(int(value) - longer)
        elif name == "link":
            value = value.replace(sent, "SENT")
        if name not in _VARYING:
            headers.append((name, value))
    return answer.status, headers, body
