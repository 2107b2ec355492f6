"""CORS: each flaw trusts three unlike foreign origins with credentials; its twin and the traps trust none."""

import pytest

from cyberai.lab.http import LabResponse
from cyberai.lab.site import Site

from .client import flaws_of, get

EXPLOITS = {
    "/api/account Origin": ("https://evil.example", "http://other.example:8080", "null"),
    "/api/orders Origin": ("null",),
    "/api/addresses Origin": ("http://evil127.0.0.1", "https://x-127.0.0.1:8443", "http://evil.example.127.0.0.1"),
    "/api/invoices Origin": ("http://127.0.0.1.evil.example", "https://127.0.0.1evil.example", "https://127.0.0.1.x:1"),
    "/api/vouchers Origin": ("https://evil.example.127.0.0.1.x", "http://evil127.0.0.1.example", "https://a-127.0.0.1-b.example"),
}  # fmt: skip
ORIGINS = sorted({origin for origins in EXPLOITS.values() for origin in origins})
FLAWS = flaws_of("web.cors-origin")


def grants(answer: LabResponse, origin: str) -> bool:
    allowed = answer.header("Access-Control-Allow-Origin") == origin
    return allowed and answer.header("Access-Control-Allow-Credentials") == "true"


def test_every_flaw_has_exploits() -> None:
    assert set(EXPLOITS) == set(FLAWS)


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_each_origin_is_trusted_on_the_vulnerable_twin_only(place: str) -> None:
    path = FLAWS[place].path
    for origin in EXPLOITS[place]:
        answer = get(Site(), path, ("Origin", origin))
        assert grants(answer, origin), origin
        assert "card" in answer.text
        assert grants(get(Site(), path, ("Origin", origin), method="OPTIONS"), origin)
    for origin in ORIGINS:
        assert not grants(get(Site(fixed=True), path, ("Origin", origin)), origin), origin


def test_the_narrow_rules_refuse_what_they_should() -> None:
    for path in ("/api/orders", "/api/addresses", "/api/invoices", "/api/vouchers"):
        assert not grants(get(Site(), path, ("Origin", "https://evil.example")), "https://evil.example")


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("path", ["/api/profile", "/api/hours", "/api/quays"])
def test_traps_grant_no_foreign_origin_credentials(path: str, fixed: bool) -> None:
    for origin in ORIGINS:
        answer = get(Site(fixed=fixed), path, ("Origin", origin))
        assert not grants(answer, origin)
        assert answer.header("Access-Control-Allow-Credentials") is None


def test_the_partner_is_trusted_everywhere() -> None:
    partner = "https://app.harbour-supply.example"
    for fixed in (False, True):
        assert grants(get(Site(fixed=fixed), "/api/profile", ("Origin", partner)), partner)
