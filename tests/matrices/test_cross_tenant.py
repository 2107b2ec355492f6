"""With a key of another workspace, nothing of the owner's can be seen, found, guessed or changed.

Every operation of the document by every kind of id: what the stranger is told about the owner's is, byte for byte, what
it is told about something that never was; and afterwards the owner's rows are what they were.
"""

from urllib.parse import quote

import pytest
from asgi_driver import Answer
from inventory import ENDLESS, HEADERS, MEMBERS, QUERY, Kind, Operation, operations
from world import DOMAIN, IDEMPOTENCY_KEY, MARK, OWNER, STRANGER, World, told, unseen

ENDING = [operation for operation in operations() if operation.id not in ENDLESS]
WITH_ID = [operation for operation in ENDING if operation.id_kind]
OF_A_DELTA = ("baseline_scan_id",)
"""Ids that need a whole request around them."""
KINDS = ("scan", "vuln", "ast", "report", "key", "evt", "ticket", "cursor", "idempotency", "seq")
ENDED_FIRST = ("retryScan", "purgeScan")
"""Operations that only an ended scan allows."""
PAUSED_FIRST = ("resumeScan",)
WITHOUT_ID = {"connectWebSocket": 400, "getReady": 503}
"""No upgrade was asked for; no worker beats beside this clock."""
NAMING = [
    o for o in ENDING if any(QUERY[name] in (Kind.SCAN_ID, Kind.ASSET_ID, Kind.FILTER) for name in o.query)
]
FILTERS = {
    "check_id": f"{MARK}.check",
    "cwe": f"CWE-{MARK}",
    "host": DOMAIN,
    "key_sha256": f"{MARK}-key",
    "product": f"{MARK}-product",
    "protocol": f"{MARK}-protocol",
    "q": MARK,
    "tags": f"{MARK}-tag",
    "target": DOMAIN,
}


def with_query(kind: Kind) -> list[Operation]:
    return [o for o in ENDING if any(QUERY[name] is kind for name in o.query) and o.id != "connectWebSocket"]


def with_header(name: str) -> list[Operation]:
    return [operation for operation in ENDING if name in operation.headers]


def assert_silent(world: World, answer: Answer, sent: str = "") -> None:
    """Nothing of the owner's stands in an answer, but for what the stranger sent itself."""
    text = answer.body.decode("utf-8", "replace") + repr(answer.raw_headers)
    if sent:
        text = text.replace(quote(sent, safe=""), "").replace(sent, "")
    for secret in world.secrets():
        assert secret not in text, (secret, text[:2000])


def ready(world: World, operation: Operation) -> str:
    """A new resource of the owner's on which the operation works."""
    if operation.id == "retestVulnerability":
        return world.fresh("testable", OWNER)
    id = world.fresh(operation.id_kind, OWNER, ended=operation.id in ENDED_FIRST)
    if operation.id in PAUSED_FIRST:
        assert world.call("POST", f"/v1/scans/{id}/pause", OWNER).status == 200
    return id


@pytest.mark.parametrize("operation", WITH_ID, ids=str)
def test_the_owner_may(world: World, operation: Operation) -> None:
    """The rows below are real: with the owner's key each of these operations works."""
    answer = world.perform(operation, OWNER, ready(world, operation))
    assert answer.status in (200, 201), answer.body


@pytest.mark.parametrize("operation", WITH_ID, ids=str)
def test_ids_in_the_path(world: World, operation: Operation) -> None:
    before = world.digest()
    for kind in KINDS:
        sent, never = world.ids[kind], unseen(world.ids[kind])
        assert sent != never
        answer = world.perform(operation, STRANGER, sent)
        assert answer.status == 404, (kind, answer.body)
        assert answer.error["code"] == "not_found"
        assert told(answer, sent) == told(world.perform(operation, STRANGER, never), never), kind
        assert_silent(world, answer)
    assert world.digest() == before


@pytest.mark.parametrize("operation", [o for o in ENDING if "{" not in o.path], ids=str)
def test_operations_without_an_id(world: World, operation: Operation) -> None:
    before = world.digest()
    answer = world.perform(operation, STRANGER)
    assert answer.status == WITHOUT_ID.get(operation.id, answer.status), answer.body
    assert answer.status in (200, 201) or operation.id in WITHOUT_ID, answer.body
    assert_silent(world, answer)
    assert world.digest() == before


@pytest.mark.parametrize("operation", NAMING, ids=str)
def test_ids_and_texts_in_the_query(world: World, operation: Operation) -> None:
    own = world.own.get(operation.id_kind, "")
    values = {name: world.ids["scan"] for name in operation.query if QUERY[name] is Kind.SCAN_ID}
    values |= {name: world.ids["ast"] for name in operation.query if QUERY[name] is Kind.ASSET_ID}
    values |= {name: FILTERS[name] for name in operation.query if QUERY[name] is Kind.FILTER}
    for name, value in values.items():
        asked = f"?{name}={quote(value)}"
        theirs = world.perform(operation, OWNER, world.ids.get(operation.id_kind, ""), asked)
        found = theirs.json()
        assert found["data"] if "data" in found else found["total"], f"the owner finds nothing by {asked}"
    before = world.digest()
    for name, value in values.items():
        further = [text for text in ("include=total", "limit=1") if text.partition("=")[0] in operation.query]
        for more in ("", *(f"&{text}" for text in further)):
            answer = world.perform(operation, STRANGER, own, f"?{name}={quote(value)}{more}")
            assert answer.status == 200
            other = world.perform(operation, STRANGER, own, f"?{name}={quote(unseen(value))}{more}")
            assert told(answer, value) == told(other, unseen(value)), name
            assert_silent(world, answer, value)
    assert world.digest() == before


@pytest.mark.parametrize("operation", with_query(Kind.OTHER_SCAN), ids=str)
def test_scans_that_must_be_known(world: World, operation: Operation) -> None:
    (name,) = (name for name in operation.query if QUERY[name] is Kind.OTHER_SCAN)
    theirs = world.perform(operation, OWNER, world.ids["scan"], f"?{name}={world.ids['other']}")
    assert theirs.status == 200, theirs.body
    before = world.digest()
    for kind in KINDS:
        sent, never = world.ids[kind], unseen(world.ids[kind])
        answer = world.perform(operation, STRANGER, world.own["scan"], f"?{name}={quote(sent)}")
        assert answer.status == 404, (kind, answer.body)
        other = world.perform(operation, STRANGER, world.own["scan"], f"?{name}={quote(never)}")
        assert told(answer, sent) == told(other, never), kind
        assert_silent(world, answer, sent)
    assert world.digest() == before


@pytest.mark.parametrize("operation", with_query(Kind.CURSOR), ids=str)
def test_cursors(world: World, operation: Operation) -> None:
    before = world.digest()
    own = world.own.get(operation.id_kind, "")
    for path, cursor in world.cursors.items():
        assert cursor, path
        never = "A" * len(cursor)
        answer = world.perform(operation, STRANGER, own, f"?cursor={quote(cursor)}")
        assert answer.error["code"] == "invalid_cursor", path
        other = world.perform(operation, STRANGER, own, f"?cursor={never}")
        assert told(answer, cursor) == told(other, never), path
    assert world.digest() == before


@pytest.mark.parametrize("operation", with_query(Kind.SEQ), ids=str)
def test_sequence_numbers(world: World, operation: Operation) -> None:
    before = world.digest()
    own = world.own.get(operation.id_kind, "")
    for seq in range(int(world.ids["seq"]) + 2):
        answer = world.perform(operation, STRANGER, own, f"?after_seq={seq}")
        assert answer.status == 200
        assert_silent(world, answer)
    assert world.digest() == before


@pytest.mark.parametrize("operation", [o for o in ENDING if o.id in MEMBERS], ids=str)
def test_ids_in_the_body(world: World, operation: Operation) -> None:
    before = world.digest()
    own = world.own.get(operation.id_kind, "")
    rows = {name: kind for name, kind in MEMBERS[operation.id].items() if kind is Kind.SCAN_ID}
    for name in rows:
        for kind in KINDS:
            sent, never = world.ids[kind], unseen(world.ids[kind])
            beside = [world.own["scan"]]
            for others in ([], beside) if name.endswith("s") else ([],):
                beside_it = {"scan_id": world.own["scan"], "type": "delta"} if name in OF_A_DELTA else {}
                bodies = [
                    {**beside_it, name: [*others, id] if name.endswith("s") else id} for id in (sent, never)
                ]
                answer, other = (world.perform(operation, STRANGER, own, body=body) for body in bodies)
                assert answer.status == 404, (kind, answer.body)
                assert told(answer, sent) == told(other, never), (name, kind)
                assert_silent(world, answer)
    assert world.digest() == before


def test_many_that_are_changed_at_once(world: World) -> None:
    """By id: as one that never was. By a filter: nothing is found."""
    sent, never = world.ids["vuln"], unseen(world.ids["vuln"])
    before = world.digest()
    path, patch = "/v1/vulnerabilities/bulk", {"tags": ["mine"]}
    answer, other = (
        world.call("POST", path, STRANGER, {"ids": [id], "patch": patch}) for id in (sent, never)
    )
    assert told(answer, sent) == told(other, never)
    assert answer.json()["results"][0]["error"]["code"] == "not_found"
    members = {**FILTERS, "scan_id": world.ids["scan"]}
    for name, value in members.items():
        if f"filter.{name}" not in MEMBERS["updateVulnerabilities"]:
            continue
        body = {"filter": {name: value if name == "q" else [value]}, "patch": patch}
        answer = world.call("POST", path, STRANGER, body)
        assert (answer.status, answer.json()["matched"]) == (200, 0), name
        assert_silent(world, answer, value)
    assert world.digest() == before


@pytest.mark.parametrize("operation", with_header("If-None-Match"), ids=str)
def test_entity_tags_in_if_none_match(world: World, operation: Operation) -> None:
    id = world.ids.get(operation.id_kind, "")
    tag = world.perform(operation, OWNER, id).headers["etag"]
    before = world.digest()
    if id:
        answer = world.perform(operation, STRANGER, id, If_None_Match=tag)
        assert answer.status == 404
        assert told(answer, id) == told(world.perform(operation, STRANGER, unseen(id)), unseen(id))
    answer = world.perform(operation, STRANGER, world.own.get(operation.id_kind, ""), If_None_Match=tag)
    assert answer.status in (200, 304)
    assert (
        answer.status == 200
        or tag == world.perform(operation, STRANGER, world.own.get(operation.id_kind, "")).headers["etag"]
    )
    assert_silent(world, answer, tag)
    assert world.digest() == before


@pytest.mark.parametrize("operation", with_header("If-Match"), ids=str)
def test_entity_tags_in_if_match(world: World, operation: Operation) -> None:
    id = world.ids[operation.id_kind]
    tag = world.call("GET", operation.path.replace("{id}", id), OWNER).headers["etag"]
    before = world.digest()
    for sent in (tag, "*", '"never"'):
        answer = world.perform(operation, STRANGER, id, If_Match=sent)
        assert answer.status == 404
        other = world.perform(operation, STRANGER, unseen(id), If_Match=sent)
        assert told(answer, id) == told(other, unseen(id))
    assert world.digest() == before


@pytest.mark.parametrize("operation", with_header("If-Range"), ids=str)
def test_entity_tags_in_if_range(world: World, operation: Operation) -> None:
    """The owner's tag opens no part of the owner's file."""
    id = world.ids[operation.id_kind]
    tag = world.call("GET", operation.path.replace("{id}", id), OWNER).headers["etag"]
    answer = world.perform(operation, STRANGER, id, If_Range=tag, Range="bytes=0-9")
    other = world.perform(operation, STRANGER, unseen(id), If_Range=tag, Range="bytes=0-9")
    assert answer.status == 404
    assert told(answer, id) == told(other, unseen(id))


@pytest.mark.parametrize("operation", with_header("Idempotency-Key"), ids=str)
def test_idempotency_keys(world: World, operation: Operation) -> None:
    """The owner's key under the stranger's: neither replayed nor called a mismatch."""
    key = f"{IDEMPOTENCY_KEY}-{operation.id}"
    id = ready(world, operation) if operation.id_kind else ""
    first = world.perform(operation, OWNER, id, Idempotency_Key=key)
    assert first.status in (200, 201), first.body
    assert world.perform(operation, OWNER, id, Idempotency_Key=key).headers["idempotency-replayed"] == "true"
    before = world.digest()
    same = world.perform(operation, STRANGER, id, Idempotency_Key=key)
    assert same.status == (404 if id else first.status), same.body
    if id:
        assert told(same, id) == told(world.perform(operation, STRANGER, unseen(id)), unseen(id))
    assert "idempotency-replayed" not in same.headers
    assert same.body != first.body
    assert_silent(world, same)
    assert world.digest() == before


def test_every_header_that_names_something_has_a_test() -> None:
    tested = {"If-None-Match", "If-Match", "If-Range", "Idempotency-Key", "Last-Event-ID"}
    assert {name for name, kind in HEADERS.items() if kind is not Kind.PLAIN} == tested
    assert set(FILTERS) == {name for name, kind in QUERY.items() if kind is Kind.FILTER}
