"""Every check on the practice site: it finds each flaw of its pages and of their variants, it is silent on every
fixed page and trap, it keeps its budget, and what it claims can be repeated from its own evidence."""

from collections.abc import Iterable

import pytest
from msgspec import structs

from cyberai.checkkit import Check, Hit, HttpEvidence, InsertionKind, Scope
from cyberai.domain.finding import Oracle, Tier
from cyberai.domain.http import HttpResponse
from cyberai.domain.reproduce import curl
from cyberai.engine.registry import all_checks
from cyberai.lab.page import Flaw, Insertion
from cyberai.lab.site import Site
from support.command_lines import request_of
from support.scan_in_process import Finished
from support.simulated_network import of_lab

WEB = [
    c
    for c in all_checks()
    if c.meta.scope in (Scope.INSERTION, Scope.STORED, Scope.PAGE, Scope.CONTENT, Scope.ORIGIN)
]
Scanned = tuple[Finished, tuple[Flaw, ...]]
HELD_BACK = {"/contact/pickup"}
"""Flaws that the page's own policy keeps from doing harm: strong at most."""
_KINDS = {
    Insertion.QUERY: {InsertionKind.QUERY},
    Insertion.FORM: {InsertionKind.FORM, InsertionKind.MULTIPART},
    Insertion.FILE_NAME: {InsertionKind.FILE_NAME},
    Insertion.JSON: {InsertionKind.JSON},
    Insertion.COOKIE: {InsertionKind.COOKIE},
    Insertion.HEADER: {InsertionKind.HEADER},
    Insertion.PATH: {InsertionKind.PATH},
    Insertion.RAW_QUERY: {InsertionKind.RAW_QUERY},
    Insertion.NAME: {InsertionKind.PARAMETER_NAME},
}


def hits_of(check: Check, finished: Finished) -> list[Hit]:
    return [hit for found, hit in finished.hits if found.meta.id == check.meta.id]


def explains(hit: Hit, flaw: Flaw) -> bool:
    """The hit is about this flaw's place."""
    if hit.point is not None:
        request = hit.point.request
        same_place = request.url.path == flaw.path or (
            flaw.insertion is Insertion.PATH and request.url.path.startswith(flaw.path)
        )
        named = not flaw.parameter or hit.point.name in (flaw.parameter, "")
        return (
            same_place
            and request.method == flaw.method
            and hit.point.kind in _KINDS[flaw.insertion]
            and named
        )
    assert hit.url is not None
    if flaw.check == "web.exposed-files":
        return flaw.path.startswith(hit.url.path.rpartition("/")[0])
    return hit.url.path == flaw.path or (flaw.parameter != "" and flaw.parameter == hit.cause)


def missed(flaws: Iterable[Flaw], hits: list[Hit]) -> list[str]:
    return [
        f"{f.method} {f.path} {f.parameter}: {f.variant}"
        for f in flaws
        if not any(explains(h, f) for h in hits)
    ]


@pytest.mark.parametrize("check", WEB, ids=lambda c: c.meta.id)
def test_every_flaw_of_the_check_is_found(check: Check, vulnerable_scan: Scanned) -> None:
    finished, flaws = vulnerable_scan
    mine = [flaw for flaw in flaws if flaw.check == check.meta.id and not flaw.intrusive]
    assert mine, "the lab has no page for this check"
    if check.meta.id == "passive.security-headers":
        # One finding per header and site: as many as the lab has headers wrong.
        assert len({hit.cause for hit in hits_of(check, finished)}) == len(mine)
        return
    assert not missed(mine, hits_of(check, finished))


# One finding per header and site may come from any page of the site.
@pytest.mark.parametrize(
    "check", [c for c in WEB if c.meta.id != "passive.security-headers"], ids=lambda c: c.meta.id
)
def test_nothing_but_its_flaws_is_claimed(check: Check, vulnerable_scan: Scanned) -> None:
    finished, flaws = vulnerable_scan
    mine = [flaw for flaw in flaws if flaw.check == check.meta.id]
    extra = [
        (str(h.url), h.point and h.point.name)
        for h in hits_of(check, finished)
        if not any(explains(h, f) for f in mine)
    ]
    assert not extra


@pytest.mark.parametrize("check", WEB, ids=lambda c: c.meta.id)
def test_silent_on_every_fixed_page(check: Check, fixed_scan: Finished) -> None:
    assert [(str(hit.url), hit.detail) for hit in hits_of(check, fixed_scan)] == []


@pytest.mark.parametrize("check", WEB, ids=lambda c: c.meta.id)
def test_budgets_are_kept(check: Check, vulnerable_scan: Scanned, fixed_scan: Finished) -> None:
    outcomes = [
        o for f in (vulnerable_scan[0], fixed_scan) for o in f.outcomes if o.check_id == check.meta.id
    ]
    assert outcomes
    assert max(outcome.requests for outcome in outcomes) <= check.meta.max_requests
    # A check that overspends, or fails, is recorded as an error.
    assert not [e for f in (vulnerable_scan[0], fixed_scan) for e in f.errors if e.check_id == check.meta.id]


@pytest.mark.parametrize("check", WEB, ids=lambda c: c.meta.id)
def test_hits_are_confirmed_with_evidence(check: Check, vulnerable_scan: Scanned) -> None:
    for hit in hits_of(check, vulnerable_scan[0]):
        held_back = hit.url is not None and hit.url.path in HELD_BACK
        assert hit.proof.held_back is held_back, (str(hit.url), hit.detail)
        assert hit.proof.tier is (Tier.STRONG if held_back else Tier.CONFIRMED), (str(hit.url), hit.proof)
        assert hit.detail
        for evidence in hit.evidence:
            assert isinstance(evidence, HttpEvidence)
            assert evidence.match or evidence.note
            assert len(evidence.match) <= 500
            assert evidence.match in whole_text(evidence.exchange.response) or not evidence.match
            if check.meta.scope is Scope.INSERTION:
                assert evidence.control is not None
                assert evidence.match or hit.proof.oracle is Oracle.TIMING


def whole_text(response: HttpResponse) -> str:
    lines = "\n".join(f"{name}: {value}" for name, value in response.headers)
    return f"{lines}\n{response.text}"


@pytest.mark.parametrize("check", WEB, ids=lambda c: c.meta.id)
def test_the_printed_command_shows_it_again(check: Check, vulnerable_scan: Scanned) -> None:
    site = Site(fixed=False)
    respond = of_lab(site)
    try:
        for hit in hits_of(check, vulnerable_scan[0]):
            evidence = hit.evidence[0]
            assert isinstance(evidence, HttpEvidence)
            request = request_of(curl(evidence.exchange.request))
            assert request.url == evidence.exchange.request.url
            if evidence.delivered is not None:
                answer = respond(request_of(curl(evidence.delivered)))
                if evidence.followed:
                    page = evidence.delivered.url.join(answer.header("location") or "")
                    request = structs.replace(request, url=page)
            assert evidence.match in whole_text(respond(request)), (str(hit.url), evidence.match)
    finally:
        site.close()
