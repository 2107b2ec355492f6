"""Links in the places where only some sites have them."""

import gzip

import pytest

from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.page import read_page
from cyberai.engine.robots import MAX_UNPACKED, unpacked

PAGE = Url.parse("http://shop.example/dir/page?x=1")


def targets(
    body: str | bytes, target: str = "/dir/page?x=1", *headers: tuple[str, str], status: int = 200
) -> list[str]:
    typed = (
        headers
        if any(name == "Content-Type" for name, _ in headers)
        else (("Content-Type", "text/html"), *headers)
    )
    response = HttpResponse(status, typed, body if isinstance(body, bytes) else body.encode())
    page = read_page(Exchange(HttpRequest("GET", PAGE.with_target(target)), response))
    return [link.url.target for link in page.links]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<!-- <a href='/old?a=1'>old</a> --><p>", ["/old?a=1"]),
        ("<!-- see /internal/status.php?v=1, please --><p>", ["/internal/status.php?v=1"]),
        ("<div data-url='/tip?k=1'>", ["/tip?k=1"]),
        ("<img srcset='/t?w=1 1x, /t?w=2 2x, /plain.png 3x'>", ["/t?w=1", "/t?w=2"]),
        ("<tr onmouseover=\"show('/prev?p=' + 1)\">", ["/prev?p=1"]),
        ("<a href=\"javascript:go('/help?t=a')\">", ["/help?t=a"]),
        (
            "<select onchange=\"location='/p?s='+this.value\"><option value=''>-<option value=news>N</select>",
            ["/p?s=news"],
        ),
        (
            "<select onchange='go(this)'><option value=/a>A<option value=b.php?c=1>B<option>plain</select>",
            ["/a", "/dir/b.php?c=1"],
        ),
        ("<iframe srcdoc=\"<a href='/inside'>x</a>\">", ["/inside"]),
        ("<body background=/bg.php?n=1><video poster=/poster?n=2>", ["/bg.php?n=1", "/poster?n=2"]),
        ("<svg><image xlink:href='/pic.php?n=1'></svg>", ["/pic.php?n=1"]),
        ("<object data=/o><param name=movie value=/m.php?n=1></object>", ["/o", "/m.php?n=1"]),
        ("<style>@import url('/more.css'); a { background: url(/bg?c=1) }</style>", ["/more.css", "/bg?c=1"]),
        ("<button hx-post=/hx/save>", ["/hx/save"]),
        ("<noframes><a href=/plain>x</a></noframes>", ["/plain"]),
    ],
)
def test_where_links_hide(markup: str, expected: list[str]) -> None:
    assert targets(markup) == expected


def test_headers_lead_on() -> None:
    link = ("Link", '</next?p=2>; rel="next", </favicon.ico>; rel=icon')
    assert targets("", "/x", link, ("Content-Location", "/x.en.php?v=1")) == ["/next?p=2", "/x.en.php?v=1"]
    assert targets("", "/x", ("Location", "/made/7"), status=201) == ["/made/7"]


def test_sitemaps_packed_with_a_namespace_and_with_cdata() -> None:
    inner = "<urlset xmlns:x='u'><url><x:loc>\n http://shop.example/a?b=1&amp;c=2 </x:loc></url><loc><![CDATA[/d]]></loc></urlset>"
    assert targets(inner, "/map.xml", ("Content-Type", "text/xml")) == ["/a?b=1&c=2", "/d"]
    packed = gzip.compress(
        b"<sitemapindex><sitemap><loc>http://shop.example/s1.xml</loc></sitemap></sitemapindex>"
    )
    assert targets(packed, "/sitemap.xml.gz", ("Content-Type", "application/gzip")) == ["/s1.xml"]


def test_a_packed_sitemap_is_unpacked_within_a_limit() -> None:
    assert len(unpacked(gzip.compress(bytes(50_000_000)))) == MAX_UNPACKED
    assert unpacked(b"\x1f\x8bbroken") == b"\x1f\x8bbroken"


def test_robots_patterns_are_cut_to_their_folder() -> None:
    robots = "User-agent: *\nDisallow: /admin/*.bak$\nDisallow: /*.old\nDisallow: /a/b$\n"
    assert targets(robots, "/robots.txt", ("Content-Type", "text/plain")) == ["/admin/", "/a/b"]
