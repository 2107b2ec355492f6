"""`/metrics`: the text format, what is counted, and that nothing a client chooses becomes a label."""

import re
from pathlib import Path

from envelopes import assert_envelope
from records import progress
from site_under_test import Site
from web_visitor import open_site, visitor

from cyberai.api.app import all_routes
from cyberai.api.metrics import Family, Metrics

LINE = re.compile(
    r'^[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? [0-9.e+-]+$'
)


def samples(site: Site) -> dict[str, float]:
    answer = site.get("/metrics", headers={})
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {}
    declared: set[str] = set()
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            declared.add(line.split(" ")[2])
        if line.startswith("#"):
            continue
        assert LINE.match(line), line
        name, _, value = line.rpartition(" ")
        assert name not in found, name
        family = name.partition("{")[0]
        assert family in declared or re.sub("_(bucket|sum|count)$", "", family) in declared, name
        found[name] = float(value)
    return found


def test_pages_are_counted_by_their_path_too(tmp_path: Path) -> None:
    site = open_site(tmp_path)
    try:
        visitor(site).get("/scans/scan_of_nobody")
        counted = {name for name in samples(site) if name.startswith("cyberai_http_requests_total")}
        assert any('route="/scans/{id}"' in name for name in counted), counted
        assert not any("scan_of_nobody" in name for name in counted)
        assert not any('route="unmatched"' in name for name in counted), counted
    finally:
        site.close()


def test_requests_are_counted_by_route_template_and_status(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    site.get(f"/v1/scans/{scan}")
    site.get("/v1/scans/scan_x")
    for path in ("/nothing", "/v1/nothing", '/v1/"}\n', "/%0A"):
        site.get(path)
    site.call("BREW", "/v1/scans")
    found = samples(site)
    name = "cyberai_http_requests_total"
    assert found[name + '{method="POST",route="/v1/scans",status="201"}'] == 1
    assert found[name + '{method="GET",route="/v1/scans/{id}",status="200"}'] == 1
    assert found[name + '{method="GET",route="/v1/scans/{id}",status="404"}'] == 1
    assert found[name + '{method="GET",route="unmatched",status="404"}'] == 4
    assert found[name + '{method="other",route="/v1/scans",status="405"}'] == 1
    seconds = "cyberai_http_request_duration_seconds"
    assert found[seconds + '_count{route="/v1/scans/{id}"}'] == 2
    assert found[seconds + '_bucket{route="/v1/scans/{id}",le="+Inf"}'] == 2
    assert 0 < found[seconds + '_sum{route="/v1/scans/{id}"}'] < 10


def test_no_label_holds_what_a_client_chose(site: Site) -> None:
    site.post("/v1/scans", {"target": "canary.example", "tags": ["canary"], "name": "canary"})
    for path in ("/canary", "/v1/scans/canary", "/v1/canary?canary=1", "/docs/errors/canary"):
        site.get(path)
        site.call("CANARY", path)
    text = site.get("/metrics", headers={}).body.decode()
    assert "canary" not in text.lower()
    routes = set(re.findall('route="([^"]*)"', text))
    assert routes <= {route.path for route in all_routes()} | {"unmatched"}


def test_scans_queue_workers_store_and_events_are_shown(site: Site) -> None:
    for _ in range(3):
        site.post("/v1/scans", {"target": "example.com"})
    site.clock.advance(9)
    found = samples(site)
    assert found['cyberai_scans{status="running"}'] == 1
    assert found['cyberai_scans{status="queued"}'] == 2
    assert found['cyberai_scans{status="paused"}'] == 0
    assert found["cyberai_queue_age_seconds"] == 9
    assert found["cyberai_worker_slots"] == 1
    assert found["cyberai_worker_slots_used"] == 1
    assert found["cyberai_event_readers"] == 0
    assert found["cyberai_events_lag"] == 0
    commits = found["cyberai_store_commits_total"]
    site.post("/v1/scans", {"target": "example.com"})
    assert samples(site)["cyberai_store_commits_total"] == commits + 1


def test_open_readers_are_counted(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]

    async def test() -> None:
        from asgi_driver import request

        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        await progress(site, scan, 5)
        await socket.frame()
        text = (await request(site.asgi, "GET", "/metrics")).body.decode()
        assert "cyberai_event_readers 1\n" in text
        assert "cyberai_events_lag 0\n" in text
        assert 'route="/v1/ws",status="101"' in text
        await socket.leave()

    site.runner.run(test())


def test_it_costs_no_request_and_needs_a_key_only_when_configured(tmp_path: Path) -> None:
    for access, without, with_key in (("open", 200, 200), ("key", 401, 200), ("off", 404, 404)):
        site = Site(tmp_path / access, metrics=access)
        try:
            bare = site.get("/metrics", headers={})
            assert bare.status == without
            if bare.status == 401:
                assert_envelope(bare, "unauthorized", "Authorization")
            assert site.get("/metrics").status == with_key
            assert site.get("/metrics", headers=site.headers("wrong")).status == without
            assert site.get("/v1/me").headers["x-ratelimit-remaining"] == "999"
        finally:
            site.close()


def test_labels_are_escaped_and_buckets_add_up() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.001, 0.0011, 0.4, 99.0):
        metrics.observe("GET", "/a", 200, seconds)
    odd = Family("odd", "gauge", "Odd.", [({"name": 'a"b\\c\nd'}, 1)])
    text = metrics.render([odd]).decode()
    assert 'odd{name="a\\"b\\\\c\\nd"} 1' in text
    counts = [int(n) for n in re.findall(r'_bucket\{route="/a",le="[^"]*"\} (\d+)', text)]
    assert counts == [2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5]
    assert text.endswith("\n")
