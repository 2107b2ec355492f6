"""`/v1/vulnerabilities/{id}/retest`: ordering, waiting, errors. What a retest does: unit/app/test_retesting.py."""

import asyncio

from asgi_driver import Answer, request
from envelopes import assert_envelope
from records import ended_retest, finish_scan, store_retest, store_vulnerability
from site_under_test import CHECKS, START, Site

from cyberai.domain.ids import DEFAULT_WORKSPACE, SYSTEM


def found_by_a_check(site: Site) -> str:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    found = store_vulnerability(site, scan, check_id=CHECKS[0].meta.id)
    finish_scan(site, scan)
    return found


def test_order_and_look(site: Site) -> None:
    path = f"/v1/vulnerabilities/{found_by_a_check(site)}/retest"
    assert_envelope(site.get(path), "not_found", "id", "POST")
    ordered = site.post(path, headers=site.headers(**{"Idempotency-Key": "once"}))
    assert (ordered.status, ordered.headers["location"]) == (201, path)
    assert list(ordered.json()) == [
        "vulnerability_id", "status", "result", "why", "match", "steps", "created_at", "completed_at",
    ]  # fmt: skip
    again = site.post(path, headers=site.headers(**{"Idempotency-Key": "once"}))
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    other = site.post(path)
    assert (other.status, other.json()) == (200, ordered.json()), "it runs already"
    assert site.get(path).json() == ordered.json()
    assert site.get(f"{path}?fields=status").json() == {"status": "running"}


def test_an_answer_can_be_waited_for(site: Site) -> None:
    found = found_by_a_check(site)
    path = f"/v1/vulnerabilities/{found}/retest"

    async def both() -> Answer:
        headers = site.headers(Prefer="wait=30")
        waiting = asyncio.create_task(request(site.asgi, "POST", path, headers=headers))
        while (
            await site.store.write(SYSTEM, lambda tx: tx.retests.claim("w1", site.clock.now(), START)) is None
        ):
            await site.store.changed(1)
        assert not waiting.done()
        done = ended_retest(site, found, DEFAULT_WORKSPACE, why="told")
        await site.store.write(DEFAULT_WORKSPACE, lambda tx: tx.retests.put(done))
        return await waiting

    answer = site.runner.run(both())
    assert (answer.status, answer.headers["preference-applied"]) == (201, "wait=30")
    assert (answer.json()["status"], answer.json()["why"]) == ("completed", "told")


def test_what_cannot_be_tested_again(site: Site) -> None:
    assert_envelope(site.post("/v1/vulnerabilities/vuln_x/retest"), "not_found", "id")
    assert_envelope(site.get("/v1/vulnerabilities/vuln_x/retest"), "not_found", "id")
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    strange = store_vulnerability(site, scan, 7, check_id="web.of-another-version")
    assert_envelope(site.post(f"/v1/vulnerabilities/{strange}/retest"), "conflict", "id", "no check")
    reader = site.make_key(scopes=["vulnerabilities:read", "vulnerabilities:write"])
    refused = site.post(f"/v1/vulnerabilities/{strange}/retest", headers=site.headers(reader))
    assert_envelope(refused, "forbidden")
    store_retest(site, strange, DEFAULT_WORKSPACE, why="seen")
    assert (
        site.get(f"/v1/vulnerabilities/{strange}/retest", headers=site.headers(reader)).json()["why"]
        == "seen"
    )
