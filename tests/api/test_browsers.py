"""CORS, compression, HEAD and OPTIONS."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from envelopes import assert_envelope
from records import store_vulnerability
from site_under_test import Site

from cyberai.api.app import all_routes
from cyberai.config import SettingsError, load

ORIGIN = "https://app.example"


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"), cors_origins=(ORIGIN, "http://localhost:3000"))
    yield site
    site.close()


def test_without_configuration_no_header_of_cors_is_sent(shared_site: Site) -> None:
    for method in ("GET", "OPTIONS"):
        headers = shared_site.headers(origin=ORIGIN, **{"access-control-request-method": "GET"})
        answer = shared_site.call(method, "/v1/scans", headers=headers)
        assert not [name for name, _ in answer.raw_headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", [ORIGIN, "https://APP.example", "http://localhost:3000"])
def test_a_preflight_needs_no_key_and_costs_nothing(open_site: Site, origin: str) -> None:
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "x"}
    answer = open_site.call("OPTIONS", "/v1/scans", headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == origin
    assert "POST" in answer.headers["access-control-allow-methods"]
    for name in ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"):
        assert name in answer.headers["access-control-allow-headers"]
    assert int(answer.headers["access-control-max-age"]) > 0
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers
    before = open_site.get("/v1/scans", headers={}).headers["x-ratelimit-remaining"]
    open_site.call("OPTIONS", "/v1/scans", headers=asked)
    assert int(open_site.get("/v1/scans", headers={}).headers["x-ratelimit-remaining"]) == int(before) - 1


def test_replies_can_be_read_errors_too(open_site: Site) -> None:
    for path, headers in (
        ("/v1/scans", open_site.headers(origin=ORIGIN)),
        ("/v1/scans", {"origin": ORIGIN}),
        ("/nowhere", {"origin": ORIGIN}),
        ("/v1/scans?x=1", open_site.headers(origin=ORIGIN)),
    ):
        answer = open_site.get(path, headers=headers)
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        exposed = answer.headers["access-control-expose-headers"]
        for name in (
            "X-RateLimit-Remaining",
            "RateLimit",
            "ETag",
            "Location",
            "Link",
            "Idempotency-Replayed",
        ):
            assert name in exposed
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://app.example",
        "https://app.example:444",
        "https://app.example.evil.example",
        "*",
        "",
    ],
)
def test_other_origins_get_nothing(open_site: Site, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = open_site.headers(origin=origin, **{"access-control-request-method": "GET"})
        answer = open_site.call(method, "/v1/scans", headers=headers)
        assert not [name for name, _ in answer.raw_headers if name.startswith("access-control")]
        assert answer.headers["vary"] == "Origin"


def test_every_origin_when_so_configured(tmp_path: Path) -> None:
    site = Site(tmp_path, cors_origins=("*",))
    try:
        answer = site.get("/v1/scans", headers=site.headers(origin="https://any.example"))
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "access-control-allow-origin" not in site.get("/v1/scans").headers
    finally:
        site.close()


@pytest.mark.parametrize(
    "origin",
    ["app.example", "https://app.example/", "https://app.example/x", "https://", "null", "ftp://a", "https://a b",
     "https://user@app.example", "https://app.example:x", "https://app.example:99999", "https://*.example", "https://ä.example", ""],
)  # fmt: skip
def test_an_origin_that_is_none_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match="is no origin"):
        load(cors_origin=(origin,))


@pytest.mark.parametrize(
    "origin", ["*", ORIGIN, "http://127.0.0.1:8080", "http://[::1]:3000", "HTTPS://App.Example"]
)
def test_origins_that_are_taken(origin: str) -> None:
    assert load(cors_origin=(origin,)).cors_origin == (origin,)


def unpacked(body: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    return bytes(zstandard.ZstdDecompressor().decompress(body))


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("identity", ""),
        ("br, deflate", ""),
        ("gzip;q=0", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("gzip;q=x", ""),
        ("", ""),
        (",;=,", ""),
    ],
)
def test_compression(shared_site: Site, accepted: str, coding: str) -> None:
    plain = shared_site.get("/openapi.json", headers={})
    answer = shared_site.get("/openapi.json", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding", "") == coding
    assert int(answer.headers["content-length"]) == len(answer.body)
    if coding:
        assert len(answer.body) < len(plain.body) / 4
        assert unpacked(answer.body, coding) == plain.body
    else:
        assert answer.body == plain.body


def test_tags_stay_right_under_compression(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(5):
        store_vulnerability(site, scan, number)
    tags = {}
    for coding in ("identity", "gzip", "zstd"):
        answer = site.get("/v1/vulnerabilities", headers=site.headers(**{"accept-encoding": coding}))
        tags[coding] = answer.headers["etag"]
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        for sent in tags.values():
            headers = site.headers(**{"accept-encoding": coding, "if-none-match": sent})
            answer = site.get("/v1/vulnerabilities", headers=headers)
            assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
            assert "content-encoding" not in answer.headers


def test_small_replies_and_secrets_are_not_compressed(site: Site) -> None:
    assert "content-encoding" not in site.get("/health", headers={"accept-encoding": "gzip"}).headers
    headers = site.headers(**{"accept-encoding": "gzip", "content-type": "application/json"})
    scopes = ["scans:read"] * 300
    made = site.post("/v1/api-keys", {"name": "x" * 200, "scopes": scopes}, headers=headers)
    assert made.status == 201
    assert "content-encoding" not in made.headers
    long = site.post("/v1/scans", {"target": "example.com", "name": "x" * 200}, headers=headers)
    assert long.headers["content-encoding"] == "gzip"
    assert site.get(long.headers["location"]).body == gzip.decompress(long.body)


def test_head_and_options_everywhere(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    found = store_vulnerability(site, scan)
    report = site.post("/v1/reports", {"scan_id": scan}).json()["id"]
    known = {"scans": scan, "vulnerabilities": found, "reports": report, "errors": "forbidden"}
    for route in all_routes():
        path = route.path.replace(
            "{id}", known.get(route.path.split("/")[2] if route.path.count("/") > 1 else "", "x")
        )
        if route.path.startswith("/docs"):
            path = route.path.replace("{id}", "forbidden")
        options = site.call("OPTIONS", path)
        assert options.status == 204, path
        assert route.method in options.headers["allow"].split(", ")
        if route.method != "GET":
            continue
        assert "HEAD" in options.headers["allow"]
        get, head = site.get(path), site.call("HEAD", path)
        assert (head.status, head.body) == (get.status, b""), path
        same = ("content-type", "content-length", "etag", "link", "allow", "x-ratelimit-limit")
        if get.status != 200 or path in ("/metrics", "/v1/usage"):
            same = tuple(name for name in same if name != "content-length")  # each request counts
        assert {n: head.headers.get(n) for n in same} == {n: get.headers.get(n) for n in same}, path
    assert_envelope(site.call("OPTIONS", "/v1/nowhere"), "not_found")
