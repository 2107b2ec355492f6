"""The checks of web servers against a real nginx: careless settings are found, the careful ones are not."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.processes import environment

pytestmark = pytest.mark.e2e

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin")
CARELESS = """
    autoindex on;
    location = /nginx_status { stub_status; }
    location /go/ { return 302 http://$http_host/new$uri; }
    location /inbox/ { dav_methods PUT DELETE; }
"""
CAREFUL = """
    server_tokens off; absolute_redirect off;
    location /go/ { return 302 /new$request_uri; }
    location ~ \\.map$ { return 404; }
    location /inbox/ { limit_except GET { deny all; } }
"""
HEADERS = """
    add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Referrer-Policy no-referrer always;
"""
MINE = {
    "passive.directory-listing",
    "passive.source-maps",
    "passive.version-disclosure",
    "passive.vulnerable-javascript",
    "web.crlf-injection",
    "web.debug-pages",
    "web.host-header",
    "web.http-methods",
}


def site(folder: Path, jquery: str) -> None:
    for name in ("files", "js", "inbox"):
        (folder / name).mkdir(parents=True)
    page = (
        "<!DOCTYPE html><title>Quay</title><script src=/js/jquery.js></script><script src=/js/app.js></script>"
        "<a href=/files/tides.txt>Tides</a><a href=/go/there>There</a><a href=/inbox/>Inbox</a>"
    )
    (folder / "index.html").write_text(page)
    (folder / "files/tides.txt").write_text("noon\n")
    (folder / "files/members.csv").write_text("robin,quay\n")
    (folder / "inbox/index.html").write_text("<!DOCTYPE html><title>Inbox</title>")
    (folder / "js/jquery.js").write_text(
        f"/*! jQuery v{jquery} | (c) jQuery Foundation */\n(function(){{}})();\n"
    )
    (folder / "js/app.js").write_text("(function(){var a=1})();\n//# sourceMappingURL=app.js.map\n")
    source_map = {
        "version": 3,
        "sources": ["src/app.ts"],
        "sourcesContent": ["const a = 1;"],
        "mappings": "AAAA",
    }
    (folder / "js/app.js.map").write_text(json.dumps(source_map))


@contextlib.contextmanager
def nginx(folder: Path, settings: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # The test may run as root, whose workers nginx would start as nobody.
    config = f"""daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{ {temporary} access_log off; types {{ text/html html; text/javascript js; text/plain txt csv; application/json map; }}
server {{ listen 127.0.0.1:{port}; root {folder}/site; {HEADERS} {settings} }} }}
"""
    (folder / "nginx.conf").write_text(config)
    assert NGINX is not None
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def scan_with_password(port: int, folder: Path, password: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the result of a scan that logs in by Basic; the login comes over standard input."""
    login = json.dumps({"type": "basic", "username": "robin", "password": password})
    command = [sys.executable, "-m", "cyberai", "scan", f"http://127.0.0.1:{port}/", "--allow", "127.0.0.0/8"]
    flags = ["--auth", "-", "--format", "json", "--data-dir", str(folder / "data")]
    done = subprocess.run(
        [*command, *flags],
        input=login.encode(),
        capture_output=True,
        env=environment(folder),
        timeout=150,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def scan(port: int, folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "cyberai", "scan", f"http://127.0.0.1:{port}/", "--allow", "127.0.0.0/8"]
    flags = ["--format", "json", "--mode", "intrusive", "--data-dir", str(folder / "data")]
    done = subprocess.run(
        [*command, *flags], capture_output=True, env=environment(folder), timeout=150, check=False
    )
    result = json.loads(done.stdout)
    assert result["scan"]["status"] == "completed", done.stderr
    return [row for row in result["vulnerabilities"] if row["check_id"] in MINE]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_a_careless_server_is_found_out_and_a_careful_one_is_left_in_peace(tmp_path: Path) -> None:
    careless, careful = tmp_path / "careless", tmp_path / "careful"
    site(careless / "site", "1.8.1")
    site(careful / "site", "3.7.1")
    with nginx(careless, CARELESS) as port:
        found = scan(port, careless)
    assert {row["check_id"] for row in found} == MINE
    assert {row["tier"] for row in found} == {"confirmed"}
    listed = {
        row["location"]["url"].partition("//")[2].partition("/")[2]
        for row in found
        if "listing" in row["check_id"]
    }
    assert listed == {"files/", "js/"}
    assert list((careless / "site/inbox").iterdir()) == [careless / "site/inbox/index.html"]
    with nginx(careful, CAREFUL) as port:
        assert [(row["check_id"], row["title"]) for row in scan(port, careful)] == []


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_behind_basic_authentication_nothing_is_seen_without_the_password(tmp_path: Path) -> None:
    site(tmp_path / "site", "1.8.1")
    (tmp_path / "users").write_text("robin:{PLAIN}low-tide-canary\n")
    guarded = f'auth_basic "quay"; auth_basic_user_file {tmp_path}/users; {CARELESS}'
    with nginx(tmp_path, guarded) as port:
        code, result = scan_with_password(port, tmp_path, "low-tide-canary")
        assert (code, result["scan"]["status"]) == (0, "completed")
        assert "passive.directory-listing" in {row["check_id"] for row in result["vulnerabilities"]}
        assert "low-tide-canary" not in json.dumps(result)
        code, result = scan_with_password(port, tmp_path, "wrong")
        assert (code, result["scan"]["status_reason"]) == (3, "auth_failed")
        assert "answered HTTP 401" in result["scan"]["status_detail"]
        assert result["vulnerabilities"] == []
