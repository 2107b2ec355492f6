"""What makes two findings the same vulnerability, and what does not."""

import pytest
from msgspec.structs import replace

from cyberai.domain import fingerprint as rules
from cyberai.domain.check import CheckMeta, Grain, Scope
from cyberai.domain.finding import Hit, Oracle, Proof
from cyberai.domain.fingerprint import (
    Rules,
    fingerprint,
    fingerprint_at,
    former_fingerprints,
    former_fingerprints_at,
)
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from support.fake_checks import fake

PROOF = Proof(Oracle.EXECUTED, 2, True)


def meta(grain: Grain = Grain.PARAMETER, id: str = "web.x") -> CheckMeta:
    made: CheckMeta = fake(lambda asset, probe: None, Scope.INSERTION, id=id).meta  # type: ignore[arg-type]
    return replace(made, grain=grain)


def at(target: str, name: str = "q", method: str = "GET", kind: InsertionKind = InsertionKind.QUERY) -> Hit:
    url = Url.parse(f"http://shop.example{target}")
    return Hit(
        proof=PROOF, evidence=(), url=url, point=InsertionPoint(HttpRequest(method, url), kind, name, "1")
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/list?q=1&page=2", "/list?page=2&q=1"),
        ("/list?q=1", "/list?q=rope&sort=up&utm=x"),
        ("/item/42?q=1", "/item/9000001?q=1"),
        ("/item/42/edit?q=1", "/item/7/edit?q=1"),
        ("/o/6f9619ff-8b86-d011-b42d-00c04fc964ff?q=1", "/o/00000000-0000-4000-8000-000000000001?q=1"),
        ("/c/507f1f77bcf86cd799439011?q=1", "/c/507f191e810c19729de860ea?q=1"),
    ],
)
@pytest.mark.parametrize("grain", [Grain.PARAMETER, Grain.PATH, Grain.ORIGIN, Grain.PORT])
def test_order_values_and_ids_do_not_enter(one: str, other: str, grain: Grain) -> None:
    assert fingerprint(meta(grain), at(one)) == fingerprint(meta(grain), at(other))


@pytest.mark.parametrize(
    "other",
    [
        at("/list?q=1", "page"),
        at("/other?q=1"),
        at("/list?q=1", method="POST"),
        at("/list", kind=InsertionKind.FORM),
        at("/list/summer?q=1"),
        replace(at("/list?q=1"), cause="another"),
    ],
)
def test_another_place_or_cause_is_another_vulnerability(other: Hit) -> None:
    assert fingerprint(meta(), at("/list?q=1")) != fingerprint(meta(), other)


def test_the_same_flaw_on_572_pages_is_one_vulnerability() -> None:
    pages = [at(f"/page-{n}.html") for n in range(572)]
    assert len({fingerprint(meta(Grain.ORIGIN), hit) for hit in pages}) == 1
    root = at("/list?q=1").point
    assert len({fingerprint(meta(), replace(hit, root=root)) for hit in pages}) == 1


def test_a_clean_run_is_known_by_what_a_finding_there_would_be() -> None:
    hit = at("/item/42?q=1")
    assert hit.point is not None
    assert fingerprint_at(meta(), hit.point) == fingerprint(meta(), hit)


def test_version_1_is_fixed_for_ever() -> None:
    # Stored in every deployment: a change of the rules needs a new version, and the old ones in FORMER.
    assert fingerprint(meta(), at("/item/42?q=1")) == "v1:80aabcdec5d76d05b1fd3fc306684c1b33a98d25"


def test_what_was_known_by_earlier_rules_and_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    hit = at("/item/42?q=1")
    assert hit.point is not None
    assert former_fingerprints(meta(), hit) == ()
    before = fingerprint(meta(), hit)
    old_id = fingerprint(meta(id="web.old"), hit)
    monkeypatch.setattr(rules, "FORMER", (rules.CURRENT,))
    monkeypatch.setattr(rules, "CURRENT", Rules("v2", lambda segment: segment == "item"))
    monkeypatch.setattr(rules, "RENAMED", {"web.x": ("web.old",)})
    now = fingerprint(meta(), hit)
    assert now.startswith("v2:")
    former = former_fingerprints(meta(), hit)
    assert former == former_fingerprints_at(meta(), hit.point)
    assert former[0].startswith("v2:")
    assert former[1:] == (before, old_id)
    assert now not in former
