"""Header and cookie flaws stand where they are declared, and every response of the fixed twin is well-behaved."""

import pytest

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.site import Site
from cyberai.lab.tls.certificate_and_versions import TLS_LISTENERS

from .client import HOST, flaws_of, get, post
from .crawler import crawl

ABSENT = {
    "/rules/delivery": "Content-Security-Policy",
    "/rules/returns": "X-Frame-Options",
    "/rules/payment": "X-Content-Type-Options",
}
DEFAULTS = ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
            "Permissions-Policy", "Cache-Control")  # fmt: skip


def test_the_declared_pages_lack_their_header() -> None:
    assert set(ABSENT) | {"/rules/privacy"} == set(flaws_of("passive.security-headers"))
    for path, header in ABSENT.items():
        assert get(Site(), path).header(header) is None
        assert get(Site(fixed=True), path).header(header) is not None
    assert "frame-ancestors" not in (get(Site(), "/rules/returns").header("Content-Security-Policy") or "")
    assert get(Site(), "/rules/privacy").header("Referrer-Policy") == "unsafe-url"


def well_behaved(answer: LabResponse) -> bool:
    protected = "frame-ancestors 'none'" in (answer.header("Content-Security-Policy") or "")
    present = {name.lower() for name, _ in answer.headers}
    return protected and all(name.lower() in present for name in DEFAULTS if name != "X-Frame-Options")


def test_the_fixed_twin_sends_every_header_everywhere() -> None:
    site = Site(fixed=True)
    answers = [
        get(site, target) for target in (*crawl(site).targets, "/nothing", "/api/nothing", "/.git/HEAD")
    ]
    answers += [get(site, "/", method="DELETE"), get(site, "/search", method="OPTIONS"), get(site, "/", method="HEAD"),
                post(site, "/api/stock", b"x", "text/plain"), post(site, "/guest-book", b"line=x", "application/x-www-form-urlencoded")]  # fmt: skip
    assert len(answers) > 80
    assert [answer.headers for answer in answers if not well_behaved(answer)] == []


def test_no_header_is_sent_twice() -> None:
    for fixed in (False, True):
        site = Site(fixed=fixed)
        for target in crawl(site).targets:
            names = [name.lower() for name, _ in get(site, target).headers]
            assert len(names) == len(set(names)), target


@pytest.mark.parametrize("path", ["/account/visit", "/account/lounge"])
def test_session_cookies_lack_one_attribute_on_the_vulnerable_twin_only(path: str) -> None:
    flaw = next(flaw for flaw in flaws_of("passive.cookie-flags").values() if flaw.path == path)
    missing = flaw.variant.removeprefix("no ").lower()
    cookie = (get(Site(), path).header("Set-Cookie") or "").lower()
    repaired = (get(Site(fixed=True), path).header("Set-Cookie") or "").lower()
    assert cookie.startswith(flaw.parameter)
    for attribute in ("httponly", "secure", "samesite"):
        assert (attribute in cookie) is (attribute != missing)
        assert attribute in repaired
    assert get(Site(), path, ("Cookie", f"{flaw.parameter}=x")).header("Set-Cookie") is None


def test_the_staff_entrance_is_careless_on_the_vulnerable_twin_only() -> None:
    request = LabRequest("GET", "/", (("Host", HOST),))
    staff = TLS_LISTENERS[0]
    assert staff.respond(request, False).header("Strict-Transport-Security") is None
    assert "Secure" not in (staff.respond(request, False).header("Set-Cookie") or "")
    assert staff.respond(request, True).header("Strict-Transport-Security")
    assert "Secure" in (staff.respond(request, True).header("Set-Cookie") or "")
    for listener in TLS_LISTENERS[1:]:
        for fixed in (False, True):
            answer = listener.respond(request, fixed)
            assert well_behaved(answer)
            assert answer.header("Strict-Transport-Security")
