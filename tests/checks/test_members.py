"""The lab's areas behind a login: every flaw inside is found by who logs in, none on the mended twins, and nobody who
does not log in sees any."""

from collections import Counter

import pytest

from cyberai.domain.finding import HttpEvidence, Tier
from cyberai.engine.login.failure import LoginFailed
from cyberai.lab import discovery
from cyberai.lab.area import MembersArea
from cyberai.lab.members.form_login import SHORT_LIFE
from support.members import ORIGIN, WEB, notes, scan_logged_in
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import of_lab, website

AREAS = discovery.members_areas()
BESIDE = {"passive.security-headers", "passive.mixed-content"}
"""What a page open to cross-site scripting lacks, and what is wrong with any login over HTTP: not what hides inside."""


def logged_in(area: MembersArea, fixed: bool, new_session_every: int = 0, **other: object) -> Finished:
    opened = area.open(fixed)
    try:
        auth = {**area.auth_at(ORIGIN), **other}
        return scan_logged_in(of_lab(opened), auth, new_session_every=new_session_every)
    finally:
        opened.close()


def found(finished: Finished) -> Counter[tuple[str, str, str]]:
    return Counter(
        (check.meta.id, hit.url.path if hit.url else "", hit.point.name if hit.point else "")
        for check, hit in finished.hits
        if check.meta.id not in BESIDE
    )


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_what_lies_inside_is_found_and_proven(area: MembersArea) -> None:
    finished = logged_in(area, fixed=False)
    assert set(found(finished)) == {(flaw.check, flaw.path, flaw.parameter) for flaw in area.flaws}
    inside = [hit for check, hit in finished.hits if check.meta.id not in BESIDE]
    assert {hit.proof.tier for hit in inside} == {Tier.CONFIRMED}
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]
    assert not finished.errors


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_the_mended_twin_is_clean(area: MembersArea) -> None:
    finished = logged_in(area, fixed=True)
    assert not found(finished)
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_without_a_login_nothing_of_it_is_seen(area: MembersArea) -> None:
    import asyncio

    opened = area.open(False)
    finished = asyncio.run(scan(spec_of(f"{ORIGIN}/"), website(of_lab(opened)), WEB))
    opened.close()
    assert not found(finished)


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_wrong_credentials_fail_the_scan_in_words(area: MembersArea) -> None:
    wrong = {"headers": {"X-Mooring-Key": "wrong"}} if "headers" in area.auth else {"password": "wrong"}
    with pytest.raises(LoginFailed) as failed:
        logged_in(area, fixed=False, **wrong)
    said = str(failed.value)
    assert f"{ORIGIN}/" in said
    assert "HTTP " in said
    assert "wrong" not in said.replace("is wrong", "").replace("are wrong", "")


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_evidence_names_the_session_and_keeps_its_secrets(area: MembersArea) -> None:
    finished = logged_in(area, fixed=False)
    secrets = [
        value for value in (area.auth.get("password"), *area.auth.get("headers", {}).values()) if value
    ]
    told = repr(finished.outcomes) + repr(finished.results) + repr(notes(finished))
    assert not [secret for secret in secrets if secret in told]
    for check, hit in finished.hits:
        if check.meta.id == "web.sql-injection":
            evidence = hit.evidence[0]
            assert isinstance(evidence, HttpEvidence)
            assert "***" in repr(evidence.exchange.request.headers)


def test_what_ends_the_session_is_sent_no_more_than_it_takes_to_know() -> None:
    finished = logged_in(AREAS[0], fixed=False)
    assert not [line for line in finished.crawled if line.startswith("GET /logout")]
    ashore = [line for line in finished.crawled if line == "GET /gangway?step=ashore"]
    assert 1 <= len(ashore) <= 6
    assert any("/gangway?step=ashore ended it" in note for note in notes(finished))


def test_a_session_that_expires_is_made_again_and_nothing_is_lost_by_it() -> None:
    area = next(area for area in AREAS if area.name == "form-that-forgets")
    finished = logged_in(area, fixed=False)
    again = [note for note in notes(finished) if "logged in again" in note]
    assert len(again) >= len(finished.crawled) // SHORT_LIFE // 3
    assert len(found(finished)) == len(area.flaws)


def test_the_login_form_itself_is_tested_without_the_session() -> None:
    finished = logged_in(AREAS[0], fixed=False)
    tested = [r for r in finished.network.log if r.method == "POST" and r.url.path == "/login"]
    assert len(tested) > 20
    own = [r for r in tested if b"low-tide" in r.body]
    assert len(own) <= 8


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_a_worker_that_takes_over_logs_in_for_itself(area: MembersArea) -> None:
    finished = logged_in(area, fixed=False, new_session_every=1)
    assert set(found(finished)) == {(flaw.check, flaw.path, flaw.parameter) for flaw in area.flaws}
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]
    assert sum(note.startswith("logged in") for note in notes(finished)) > 1
