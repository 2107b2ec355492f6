"""What every check declares about itself, held by machine."""

import pytest

from cyberai.checkkit import Check, Grain, Scope, Severity
from cyberai.checkkit.check import docstring_sections
from cyberai.domain.cvss import base_score
from cyberai.engine.registry import all_checks

ALL = all_checks()
IDS = {
    "network.redis-unauthenticated",
    "passive.cookie-flags",
    "passive.security-headers",
    "tls.certificate-and-versions",
    "web.command-injection",
    "web.cors-origin",
    "web.exposed-files",
    "web.open-redirect",
    "web.path-traversal",
    "web.reflected-xss",
    "web.sql-injection",
    "web.ssti",
}


def test_the_published_ids_stay() -> None:
    assert {check.meta.id for check in ALL} >= IDS


@pytest.mark.parametrize("check", ALL, ids=lambda c: c.meta.id)
def test_the_id_is_the_path(check: Check) -> None:
    folder, _, name = check.meta.id.partition(".")
    assert check.run.__module__ == f"cyberai.checks.{folder}.{name.replace('-', '_')}"


@pytest.mark.parametrize("check", ALL, ids=lambda c: c.meta.id)
def test_the_texts_are_there(check: Check) -> None:
    module = __import__(check.run.__module__, fromlist=["_"])
    sections = docstring_sections(module.__doc__ or "")
    assert set(sections) == {"", "Impact", "Remediation", "How it is proven"}
    assert all(len(text) > 60 for text in sections.values())
    assert check.meta.title
    assert not check.meta.title.endswith(".")


@pytest.mark.parametrize("check", ALL, ids=lambda c: c.meta.id)
def test_the_classification_is_well_formed(check: Check) -> None:
    meta = check.meta
    assert Severity.of_score(base_score(meta.cvss)) is meta.severity
    assert meta.cwe
    assert all(c.removeprefix("CWE-").isdigit() for c in meta.cwe)
    assert meta.owasp
    assert all(o[0] == "A" and o.endswith(":2021") and 1 <= int(o[1:3]) <= 10 for o in meta.owasp)
    assert meta.references
    assert all(r.startswith("https://") for r in meta.references)
    # What is known of a product is looked up here, not asked there.
    assert meta.max_requests > 0 or meta.scope is Scope.PRODUCT
    assert meta.tags


@pytest.mark.parametrize("check", ALL, ids=lambda c: c.meta.id)
def test_scope_and_grain_fit(check: Check) -> None:
    fitting = {
        Scope.INSERTION: {Grain.PARAMETER},
        Scope.STORED: {Grain.PARAMETER, Grain.PATH},
        Scope.PAGE: {Grain.PATH, Grain.ORIGIN},
        Scope.CONTENT: {Grain.PATH, Grain.ORIGIN},
        Scope.ORIGIN: {Grain.ORIGIN},
        Scope.TLS: {Grain.PORT},
        Scope.SERVICE: {Grain.PORT},
        Scope.DOMAIN: {Grain.DOMAIN},
        Scope.NAME: {Grain.DOMAIN},
        Scope.PRODUCT: {Grain.PORT},
    }
    assert check.meta.grain in fitting[check.meta.scope]
