"""Which published flaws fit a product, by table: every line is one hard case."""

from typing import Any

import pytest

from cyberai.domain.known import nvd, osv
from cyberai.domain.known.cpe import CpeError, fits, is_pattern, parse_cpe
from cyberai.domain.known.match import Match, Product, Row, look, matches
from support.known_feeds import configuration, cpe, feed, item, match, node, package
from support.known_feeds import osv as osv_record

NGINX, SSH, HTTPD, SSL = "a:f5:nginx", "a:openbsd:openssh", "a:apache:http_server", "a:openssl:openssl"
LINUX, WINDOWS = "o:linux:linux_kernel", "o:microsoft:windows"
YES, NO = "strong", "nothing"


def one(name: str, **bounds: str) -> dict[str, Any]:
    return configuration(node(match(cpe(name), **bounds)))


def exactly(name: str, *versions: str, update: str = "*", **more: str) -> dict[str, Any]:
    return configuration(node(*(match(cpe(name, version, update, **more)) for version in versions)))


def beside(name: str, *platforms: str, **bounds: str) -> dict[str, Any]:
    """Vulnerable on any of the platforms."""
    on = node(*(match(platform, vulnerable=False) for platform in platforms))
    return configuration(node(match(cpe(name), **bounds)), on, operator="AND")


def product(name: str, version: str, said: str = "", os: str = "", confidence: int = 95) -> Product:
    return Product(version=version, cpe=cpe(name), os=os, said=said, confidence=confidence)


def found(what: Product, items: list[dict[str, Any]], records: tuple[bytes, ...] = ()) -> tuple[Match, ...]:
    asked = look(what)
    if asked is None:
        return ()
    published = [record for record, _ in nvd.records([feed(*items)])]
    packages = [osv.record(text)[0] for text in records]
    rows: list[list[Row]] = [
        [(name, record.id, flaw) for record in some for name, flaw in record.products.items()]
        for some in (published, packages)
    ]
    return matches(
        what, asked, [row for row in rows[0] if row[0] in asked.nvd],
        [row for row in rows[1] if row[0].startswith(asked.osv or ("-",))],
    )  # fmt: skip


def judged(
    what: Product, *configurations: dict[str, Any], records: tuple[bytes, ...] = (), **more: Any
) -> str:
    hits = found(what, [item("CVE-2099-1000", *configurations, **more)], records)
    return NO if not hits else hits[0].doubt.name if hits[0].doubt else YES


RANGES = [
    # start and end, including and excluding
    (NGINX, "1.18.0", one(NGINX, ex="1.18.1"), YES), (NGINX, "1.18.1", one(NGINX, ex="1.18.1"), NO),
    (NGINX, "1.18.1", one(NGINX, ei="1.18.1"), YES), (NGINX, "1.18.2", one(NGINX, ei="1.18.1"), NO),
    (NGINX, "1.17.0", one(NGINX, si="1.17.0", ex="1.18.0"), YES), (NGINX, "1.17.0", one(NGINX, sx="1.17.0"), NO),
    (NGINX, "1.9.15", one(NGINX, si="1.10.0", ex="1.20.0"), NO), (NGINX, "1.10.0", one(NGINX, si="1.9.15", ex="1.20.0"), YES),
    (NGINX, "1.18.0", one(NGINX), YES), (NGINX, "1.20.0.1", one(NGINX, ei="1.20.0"), NO),
    # several ranges of one product, one of them
    (HTTPD, "2.2.15", configuration(node(match(cpe(HTTPD), si="2.4.0", ex="2.4.50"), match(cpe(HTTPD), ex="2.2.20"))), YES),
    (HTTPD, "2.2.34", configuration(node(match(cpe(HTTPD), si="2.4.0", ex="2.4.50"), match(cpe(HTTPD), ex="2.2.20"))), NO),
    # exact versions
    (HTTPD, "2.4.49", exactly(HTTPD, "2.4.49", "2.4.50"), YES), (HTTPD, "2.4.51", exactly(HTTPD, "2.4.49", "2.4.50"), NO),
    (HTTPD, "2.4", exactly(HTTPD, "2.4.0"), YES), (HTTPD, "2.4.10", exactly(HTTPD, "2.4.1?"), YES),
    (HTTPD, "2.4.9", exactly(HTTPD, "2.4.1?"), NO), (HTTPD, "2.4.9", exactly(HTTPD, "-"), NO),
    # letters, patches, versions before the release
    (SSL, "1.0.2k", one(SSL, ex="1.0.2l"), YES), (SSL, "1.0.2l", one(SSL, ex="1.0.2l"), NO), (SSL, "1.0.2", one(SSL, ex="1.0.2a"), YES),
    (SSL, "1.0.2zb", one(SSL, ex="1.0.2za"), NO), (SSL, "1.0.2k", exactly(SSL, "1.0.2k"), YES), (SSL, "1.0.2b", exactly(SSL, "1.0.2"), NO),
    (SSH, "9.2p1", one(SSH, ex="9.3"), YES), (SSH, "9.3p1", one(SSH, ex="9.3"), NO), (SSH, "9.2p1", one(SSH, ei="9.2"), YES),
    (SSH, "9.3p1", one(SSH, ex="9.3p2"), YES), (SSH, "9.3p2", one(SSH, ex="9.3p2"), NO), (SSH, "9.10p1", one(SSH, ei="9.9"), NO),
    (SSH, "9.3p1", exactly(SSH, "9.3", update="p1"), YES), (SSH, "9.3p2", exactly(SSH, "9.3", update="p1"), NO),
    (SSH, "9.3", exactly(SSH, "9.3", update="-"), YES), (SSH, "9.3p1", exactly(SSH, "9.3", update="-"), NO),
    (SSH, "9.3", exactly(SSH, "9.3", update="p1"), NO), (SSH, "9.3p1", exactly(SSH, "9.3"), YES),
    ("a:apache:tomcat", "10.0.0-M5", one("a:apache:tomcat", ex="10.0.0"), YES), ("a:apache:tomcat", "10.0.0.M5", one("a:apache:tomcat", si="10.0.0", ex="10.0.5"), NO),
    ("a:php:php", "8.0.0RC1", one("a:php:php", ex="8.0.0"), YES), ("a:php:php", "8.0.0", one("a:php:php", ex="8.0.0"), NO),
    ("a:isc:bind", "9.11.5-P4", one("a:isc:bind", si="9.11.0", ei="9.11.5"), YES), ("a:isc:bind", "9.11.5-P4", exactly("a:isc:bind", "9.11.5", update="p4"), YES),
    ("a:ntp:ntp", "4.2.8p15", exactly("a:ntp:ntp", "4.2.8", update="p14"), NO), ("a:x:y", "2.0-beta2", exactly("a:x:y", "2.0", update="beta2"), YES),
    # a version told in part may be either
    (HTTPD, "2.4", one(HTTPD, ex="2.4.41"), "VERSION"), (HTTPD, "2.4", one(HTTPD, ex="2.2.41"), NO), (HTTPD, "2.4", one(HTTPD, ex="2.6.1"), YES),
    (HTTPD, "2", one(HTTPD, ex="3.1"), "VERSION"), (HTTPD, "2.4", exactly(HTTPD, "2.4.49"), "VERSION"),
    # names: renamed, and only descended
    (NGINX, "1.18.0", one("a:nginx:nginx", ex="1.18.1"), YES), (NGINX, "1.0.0", one("a:igor_sysoev:nginx", ex="1.18.1"), YES),
    ("a:oracle:mysql", "5.5.60", one("a:mysql:mysql", ex="5.5.61"), YES), ("a:oracle:mysql", "5.5.60", one("a:sun:mysql", ex="5.5.61"), YES),
    ("a:mariadb:mariadb", "5.5.60", one("a:oracle:mysql", ex="5.5.61"), NO), ("a:oracle:mysql", "5.5.60", one("a:mariadb:mariadb", ex="5.5.61"), NO),
    ("a:f5:nginx", "1.18.0", one("a:f5:nginx_plus", ex="30.0"), NO), ("a:eclipse:jetty", "9.4.1", one("a:mortbay:jetty", ex="9.4.2"), YES),
    # editions and updates that nobody tells
    (HTTPD, "2.4.49", exactly(HTTPD, "2.4.49", target_sw="windows"), "EDITION"), (HTTPD, "2.4.49", exactly(HTTPD, "2.4.49", sw_edition="pro"), "EDITION"),
    ("a:microsoft:iis", "7.5", exactly("a:microsoft:iis", "7.5", update="sp1"), "EDITION"), (HTTPD, "2.4.49", exactly(HTTPD, "2.4.49", edition="-"), YES),
    # running on
    (HTTPD, "2.4.49", beside(HTTPD, cpe(WINDOWS), ex="2.4.50"), "PLATFORM"), (HTTPD, "2.4.51", beside(HTTPD, cpe(WINDOWS), ex="2.4.50"), NO),
    (HTTPD, "2.4.49", beside(HTTPD, cpe("h:maker:box"), cpe("h:maker:case"), ex="2.4.50"), "PLATFORM"),
    (HTTPD, "2.4.49", configuration(node(match(cpe("a:other:thing"))), node(match(cpe(HTTPD), vulnerable=False)), operator="AND"), NO),
    (HTTPD, "2.4.49", configuration(node(match(cpe(HTTPD)), match(cpe("a:other:module")), operator="AND")), "PLATFORM"),
    (HTTPD, "2.4.49", configuration(node(match(cpe("a:other:module"))), node(match(cpe(HTTPD), ex="2.4.50"))), YES),
    (HTTPD, "2.4.49", configuration(node(match(cpe(HTTPD), ex="2.4.40"), negate=True)), YES),
    (HTTPD, "2.4.39", configuration(node(match(cpe(HTTPD), ex="2.4.40"), negate=True)), NO),
]  # fmt: skip


@pytest.mark.parametrize("row", RANGES, ids=lambda row: f"{row[0]} {row[1]} {row[3]}")
def test_versions_names_and_platforms(row: tuple[str, str, dict[str, Any], str]) -> None:
    name, version, published, expected = row
    assert judged(product(name, version), published) == expected


def test_the_system_decides_where_the_service_names_it() -> None:
    windows, linux = beside(HTTPD, cpe(WINDOWS)), beside(HTTPD, cpe(LINUX))
    at = {os: product(HTTPD, "2.4.49", os=os) for os in ("Windows", "FreeBSD", "Linux")}
    assert [judged(at["Windows"], published) for published in (windows, linux)] == [YES, NO]
    assert [judged(at["Linux"], published) for published in (windows, linux)] == [NO, YES]
    assert judged(at["Windows"], beside(HTTPD, cpe(WINDOWS, "10"))) == "PLATFORM"
    assert judged(at["FreeBSD"], exactly(HTTPD, "2.4.49", target_sw="windows")) == NO
    assert judged(at["Windows"], exactly(HTTPD, "2.4.49", target_sw="windows")) == YES


def test_what_is_withdrawn_or_disputed_matches_nothing() -> None:
    what = product(NGINX, "1.18.0")
    assert judged(what, one(NGINX), vulnStatus="Rejected") == NO
    assert judged(what, one(NGINX), cveTags=[{"sourceIdentifier": "x", "tags": ["disputed"]}]) == NO
    assert (
        judged(what, one(NGINX), cveTags=[{"sourceIdentifier": "x", "tags": ["unsupported-when-assigned"]}])
        == YES
    )
    jar = package("PyPI", "gunicorn", {"introduced": "0"})
    gunicorn = product("a:gunicorn:gunicorn", "19.9.0")
    assert judged(gunicorn, records=(osv_record("PYSEC-1", jar, aliases=["CVE-2099-1"]),)) == YES
    assert judged(gunicorn, records=(osv_record("PYSEC-1", jar, withdrawn="2026-01-01T00:00:00Z"),)) == NO


def test_a_weak_identification_and_a_missing_version() -> None:
    assert judged(product(NGINX, "1.18.0", confidence=75), one(NGINX)) == "PRODUCT"
    assert judged(product(NGINX, ""), one(NGINX)) == NO
    assert judged(product(NGINX, "unknown"), one(NGINX)) == NO
    assert judged(Product(version="1.18.0", cpe="", confidence=95), one(NGINX)) == NO


BANNER = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"


def debian(fixed: str, release: str = "12", cve: str = "CVE-2099-1000") -> bytes:
    return osv_record(
        f"DEBIAN-{cve}",
        package(f"Debian:{release}", "openssh", {"introduced": "0"}, {"fixed": fixed}),
        upstream=[cve],
    )


def test_distributions_repair_without_a_new_number() -> None:
    plain, packed = product(SSH, "9.2p1"), product(SSH, "9.2p1", BANNER, "Debian Linux")
    below = one(SSH, ex="9.3")
    assert judged(plain, below) == YES
    assert judged(packed, below) == "REPAIRED"
    assert (
        judged(product(HTTPD, "2.4.41", "Server: Apache/2.4.41 (Ubuntu)", "Ubuntu Linux"), one(HTTPD))
        == "REPAIRED"
    )
    assert (
        judged(product("a:oracle:mysql", "8.0.36-0ubuntu0.22.04.1"), one("a:oracle:mysql", ex="8.0.37"))
        == "REPAIRED"
    )
    assert judged(product(HTTPD, "2.4.6-97.el7", "", "CentOS Linux"), one(HTTPD, ex="2.4.50")) == "REPAIRED"
    # Debian's own data decides: the epoch is not in the banner, and a backport of the package has a tilde.
    assert judged(packed, below, records=(debian("1:9.2p1-2+deb12u4"),)) == YES
    assert judged(packed, below, records=(debian("1:9.2p1-2+deb12u3"),)) == NO
    assert judged(packed, below, records=(debian("1:9.2p1-2+deb12u2"),)) == NO
    assert judged(packed, below, records=(debian("1:9.2p1-2+deb12u10"),)) == YES
    older = product(SSH, "9.2p1", "SSH-2.0-OpenSSH_9.2p1 Debian-2~bpo12+1", "Debian Linux")
    assert judged(older, below, records=(debian("1:9.2p1-2"),)) == YES
    # Of another release it says nothing; of the only release with this version of the maker it does.
    assert judged(packed, below, records=(debian("1:8.4p1-5+deb11u9", "11"),)) == "REPAIRED"
    bare = product(SSH, "9.2p1", "SSH-2.0-OpenSSH_9.2p1 Debian-2", "Debian Linux")
    assert (
        judged(bare, below, records=(debian("1:9.2p1-2+deb12u1"), debian("1:8.4p1-5+deb11u9", "11"))) == YES
    )
    # What its data does not name stays a lead; what only its data names is found.
    others = (debian("1:9.2p1-2+deb12u1", cve="CVE-2099-7000"),)
    assert judged(packed, below, records=others) == "UNNAMED"
    only = (debian("1:9.2p1-2+deb12u4", cve="CVE-2099-7000"),)
    assert [m.cves for m in found(packed, [item("CVE-2099-9000")], only)] == [("CVE-2099-7000",)]


def test_ubuntu_tells_its_release_in_the_revision_or_not() -> None:
    def ubuntu(fixed: str, release: str) -> bytes:
        part = package(f"Ubuntu:{release}:LTS", "openssh", {"introduced": "0"}, {"fixed": fixed})
        return osv_record(f"UBUNTU-CVE-2099-1000-{release}", part, upstream=["CVE-2099-1000"])

    what = product(SSH, "8.9p1", "SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.10", "Ubuntu Linux")
    both = (ubuntu("1:8.9p1-3ubuntu0.11", "22.04"), ubuntu("1:8.2p1-4ubuntu0.99", "20.04"))
    assert judged(what, one(SSH, ex="9.0"), records=both) == YES
    assert judged(what, one(SSH, ex="9.0"), records=(ubuntu("1:8.9p1-3ubuntu0.10", "22.04"),)) == NO


def test_packages_of_languages_have_their_own_order() -> None:
    def judge(version: str, *events: dict[str, str]) -> str:
        record = osv_record("GHSA-x", package("PyPI", "gunicorn", *events), aliases=["CVE-2099-1"])
        return judged(product("a:gunicorn:gunicorn", version), records=(record,))

    assert judge("20.0rc1", {"introduced": "0"}, {"fixed": "20.0"}) == YES
    assert judge("20.0", {"introduced": "0"}, {"fixed": "20.0"}) == NO
    assert judge("20.0.post1", {"introduced": "20.0"}, {"last_affected": "20.0"}) == NO
    assert (
        judge("19.9.0", {"introduced": "0"}, {"fixed": "19.5"}, {"introduced": "19.6"}, {"fixed": "19.10"})
        == YES
    )
    listed = {"package": {"ecosystem": "PyPI", "name": "gunicorn"}, "versions": ["19.8.0", "19.9.0"]}
    assert judged(product("a:gunicorn:gunicorn", "19.9.0"), records=(osv_record("PYSEC-2", listed),)) == YES


def test_of_one_flaw_the_surer_match_counts_and_each_is_named_once() -> None:
    items = [
        item("CVE-2099-2000", beside(HTTPD, cpe(WINDOWS)), one(HTTPD, ex="2.4.50")),
        item("CVE-2099-1000", one(HTTPD)),
    ]
    hits = found(product(HTTPD, "2.4.49"), items)
    assert [(hit.id, hit.doubt) for hit in hits] == [("CVE-2099-1000", None), ("CVE-2099-2000", None)]


def test_names_of_cpe() -> None:
    name = parse_cpe(r"cpe:2.3:a:Foo\:Bar:c\+\+\*:1.2\.3:-:*:*:*:node\.js:*:*")
    assert (name.vendor, name.product, name.version, name.update) == ("foo:bar", r"c++\*", "1.2.3", "-")
    assert name.more == {"target_sw": "node.js"}
    assert parse_cpe(r"cpe:2.3:a:f:b:\-:*:*:*:*:*:*:*").version == r"\-"
    for wanted, given, told in (
        ("*", "1", True), ("-", "-", True), ("-", "1", False), ("1", "-", False), ("1", "*", None), ("2.4.*", "2.4.9", True),
        ("2.4.*", "2.5", False), ("1.?", "1.2", True), ("1.?", "1.22", False), (r"1\*", "1*", True), (r"1\*", "12", False),
    ):  # fmt: skip
        assert fits(wanted, given) is told, (wanted, given)
    assert is_pattern("2.*") and not is_pattern(r"2\*") and not is_pattern("*")  # noqa: PT018
    for bad in ("", "cpe:/a:b:c", "cpe:2.3:a:b:c", "cpe:2.3:x:b:c:1:*:*:*:*:*:*:*", "cpe:2.3:a:*:c:1:*:*:*:*:*:*:*",
                "cpe:2.3:a:b:c::*:*:*:*:*:*:*", "cpe:2.3:a:b:c\\", "cpe:2.3:a:b c:c:1:*:*:*:*:*:*:*", "cpe:2.3:a:ü:c:1:*:*:*:*:*:*:*"):  # fmt: skip
        with pytest.raises(CpeError):
            parse_cpe(bad)
