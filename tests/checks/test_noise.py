"""No injection check claims anything about safe applications, however noisy they are.

20 runs per check and target by default (four kinds of original value, five seeds); NOISE_SEEDS=50 makes it 200.
"""

import os
from urllib.parse import urlencode

import pytest

from cyberai.checkkit import Check, HttpRequest, Scope, Url
from cyberai.checks.web.sql_injection import sql_injection
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.registry import all_checks
from support.direct_probe import DirectProbe, collect, run
from support.noisy_targets import NoisyTarget, targets

SEEDS = int(os.environ.get("NOISE_SEEDS", "5"))
VALUES = ("7", "rope", "", "/guides/knots.html")
INJECTION = [check for check in all_checks() if check.meta.scope is Scope.INSERTION]


def point(value: str) -> InsertionPoint:
    url = Url.parse(f"http://shop.test/find?v={value}&page=1")
    return InsertionPoint(HttpRequest("GET", url), InsertionKind.QUERY, "v", value)


def posted(value: str) -> InsertionPoint:
    head = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = HttpRequest("POST", Url.parse("http://shop.test/find"), head, urlencode({"v": value}).encode())
    return InsertionPoint(request, InsertionKind.FORM, "v", value)


@pytest.mark.parametrize("name", [name for name, _ in targets(0)])
def test_no_sql_where_values_are_posted(name: str) -> None:
    # What may not be sent where a statement may write has techniques of its own in its place.
    for seed in range(SEEDS):
        for value in VALUES:
            target: NoisyTarget = dict(targets(seed))[name]
            probe = DirectProbe(target, seed=seed * 37 + len(value), budget=sql_injection.meta.max_requests)
            assert not run(collect(sql_injection, posted(value), probe)), (seed, value)


@pytest.mark.parametrize("name", [name for name, _ in targets(0)])
@pytest.mark.parametrize("check", INJECTION, ids=lambda check: check.meta.id)
def test_no_claim_about_a_noisy_safe_target(check: Check, name: str) -> None:
    for seed in range(SEEDS):
        for value in VALUES:
            target: NoisyTarget = dict(targets(seed))[name]
            probe = DirectProbe(target, seed=seed * 31 + len(value), budget=check.meta.max_requests)
            hits = run(collect(check, point(value), probe))
            assert not hits, (seed, value, hits[0].detail, hits[0].evidence[0].match)
