"""What a Content-Security-Policy lets run, by the rules of CSP Level 3."""

import pytest

from cyberai.checkkit import HttpResponse
from cyberai.checkkit.execution import execution
from cyberai.checkkit.policy import Injected, Way, allowed, parsed, policies_of

INLINE = Injected(Way.ELEMENT)
HANDLER = Injected(Way.HANDLER)
FOREIGN = Injected(Way.EXTERNAL, host="tok", scheme="https")
PLAIN = Injected(Way.EXTERNAL, host="tok", scheme="http")


@pytest.mark.parametrize(
    ("policy", "injected", "runs"),
    [
        ("", HANDLER, True),
        ("img-src 'none'", HANDLER, True),
        ("default-src 'self'", HANDLER, False),
        ("default-src 'self' 'unsafe-inline'", HANDLER, True),
        ("default-src 'unsafe-inline'; script-src 'self'", HANDLER, False),
        ("default-src 'none'; script-src 'unsafe-inline'", INLINE, True),
        ("script-src 'self'; script-src-attr 'unsafe-inline'", HANDLER, True),
        ("script-src 'self'; script-src-attr 'unsafe-inline'", INLINE, False),
        ("script-src 'unsafe-inline' 'nonce-abc'", INLINE, False),
        ("script-src 'unsafe-inline' 'sha256-AAAA'", HANDLER, False),
        ("script-src 'unsafe-inline' 'strict-dynamic'", INLINE, False),
        ("script-src 'unsafe-hashes' 'sha256-AAAA'", HANDLER, False),
        ("script-src 'nonce-abc'", Injected(Way.ELEMENT, nonce="abc"), True),
        ("script-src 'nonce-abc'", Injected(Way.HANDLER, nonce="abc"), False),
        ("script-src 'self'", FOREIGN, False),
        ("script-src 'self' https:", FOREIGN, True),
        ("script-src 'self' https:", PLAIN, False),
        ("script-src *", PLAIN, True),
        ("script-src * 'strict-dynamic'", FOREIGN, False),
        ("script-src https: 'nonce-abc'", FOREIGN, True),
        ("script-src 'unsafe-inline'", Injected(Way.ADDRESS), True),
        ("script-src cdn.example", FOREIGN, False),
        ("sandbox; script-src 'unsafe-inline'", HANDLER, False),
        ("sandbox allow-scripts", HANDLER, True),
        ("SCRIPT-SRC 'UNSAFE-INLINE'", HANDLER, True),
        ("script-src; script-src 'unsafe-inline'", HANDLER, False),
        ("style-src 'self'", Injected(Way.STYLE), False),
    ],
)
def test_what_a_policy_allows(policy: str, injected: Injected, runs: bool) -> None:
    assert allowed([parsed(policy)], injected) is runs


def answer(body: bytes, *headers: tuple[str, str]) -> HttpResponse:
    return HttpResponse(200, (("Content-Type", "text/html"), *headers), body)


def test_every_policy_must_agree_and_a_report_keeps_nothing() -> None:
    name = "Content-Security-Policy"
    two = answer(b"", (name, "script-src 'unsafe-inline', default-src 'self'"))
    assert len(policies_of(two)) == 2
    assert not allowed(policies_of(two), HANDLER)
    assert policies_of(answer(b"", (f"{name}-Report-Only", "default-src 'none'"))) == []


def test_a_policy_in_the_page_counts() -> None:
    meta = b"<meta http-equiv=content-security-policy content=\"script-src 'self'\">"
    blocked = execution(answer(meta + b"<svg onload=tok()>"), "tok")
    assert blocked is not None
    assert blocked.blocked
    free = execution(answer(b"<svg onload=tok()>"), "tok")
    assert free is not None
    assert not free.blocked
