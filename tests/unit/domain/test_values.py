"""URLs keep their bytes; ids, keys, fingerprints and curl lines hold their promises."""

import pytest

from cyberai.domain.api_key import checksum, format_key, looks_like_key
from cyberai.domain.fingerprint import is_identifier, normalise_path
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.ids import is_id, make_id
from cyberai.domain.reproduce import curl


@pytest.mark.parametrize(
    "target", ["/..%2fa/../b//c/./%zz", "/?a=b&a=c", "/x?", "//double", "/%E2%82%AC", "/a;b=c?d", "/<>\"'|"]
)
def test_a_url_keeps_its_bytes(target: str) -> None:
    assert Url.parse("http://h" + target).target == target
    assert str(Url.parse("http://h" + target)) == "http://h" + target


def test_a_url_without_path_asks_for_the_root() -> None:
    assert Url.parse("https://h?q=1").target == "/?q=1"
    assert str(Url.parse("https://[::1]:8443")) == "https://[::1]:8443/"
    assert Url.parse("http://h:80/").origin == "http://h"


def test_references_resolve_as_rfc_3986_says() -> None:
    base = Url.parse("http://h/a/b/c?d")
    assert str(base.join("../x")) == "http://h/a/x"
    assert str(base.join("?y")) == "http://h/a/b/c?y"
    assert str(base.join("//other/z")) == "http://other/z"
    for bad in ("mailto:a@b", "javascript:alert(1)", "data:text/html,x"):
        with pytest.raises(ValueError, match="http"):
            base.join(bad)


def test_ids_sort_by_time_and_are_told_apart() -> None:
    early, late = make_id("scan", 1000, 5), make_id("scan", 1001, 0)
    assert early < late
    assert len(early) == len("scan_") + 26
    assert is_id("scan", early)
    assert not is_id("vuln", early)
    assert not is_id("scan", early.upper())


def test_a_key_carries_its_checksum() -> None:
    key = format_key(2**190 + 12345)
    assert key.startswith("cai_live_")
    assert len(key) == len("cai_live_") + 38
    assert looks_like_key(key)
    assert not looks_like_key(key[:-1] + ("0" if key[-1] != "0" else "1"))
    assert len(checksum("")) == 6


def test_object_ids_in_paths_do_not_change_identity() -> None:
    assert normalise_path("/users/42/posts/550e8400-e29b-41d4-a716-446655440000") == "/users/{id}/posts/{id}"
    assert normalise_path("/feed/deadbeef") == "/feed/deadbeef"
    assert is_identifier("64b7f3a2c9d8e1f0a1b2c3d4")
    assert not is_identifier("abcdefabcdef")


def test_curl_lines_survive_a_shell() -> None:
    url = Url.parse("http://h/a?b='$(id)`\"&c=[1-3]{x,y}")
    line = curl(HttpRequest("POST", url, (("X-A", "it's"), ("Host", "evil"), ("Empty", "")), b"\x00\xff'"))
    assert "--path-as-is" in line
    assert " -g " in line
    assert "$'\\x00\\xff\\x27'" in line
    assert "-H 'Host: evil'" in line
    assert "-H 'Empty;'" in line
