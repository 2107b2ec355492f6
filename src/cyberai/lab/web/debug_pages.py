"""Pages for developers and operators that were left open, as their tools write them; and pages of those names."""

import json
from functools import partial

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Page, trap
from cyberai.lab.state import State

CHECK = "web.debug-pages"
_SECTION = "Engine room"
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"

_PHPINFO = (
    '<!DOCTYPE html>\n<html><head><title>PHP 8.1.2 - phpinfo()</title></head><body><div class="center"><h1 class="p">PHP Version 8.1.2</h1>'
    '<table><tr><td class="e">Loaded Configuration File </td><td class="v">/etc/php/8.1/fpm/php.ini </td></tr>'
    '<tr><td class="e">$_SERVER[\'DB_PASSWORD\']</td><td class="v">tide-and-time-4711</td></tr></table></div></body></html>'
)
_ENV = json.dumps(
    {
        "activeProfiles": ["production"],
        "propertySources": [
            {
                "name": "systemProperties",
                "properties": {"java.version": {"value": "17.0.9"}, "user.dir": {"value": "/srv/quay"}},
            },
            {
                "name": "applicationConfig",
                "properties": {"spring.datasource.url": {"value": "jdbc:postgresql://db/quay"}},
            },
        ],
    }
)
_STATUS = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html><head>\n<title>Apache Status</title>\n</head><body>\n'
    "<h1>Apache Server Status for quay</h1>\n<dl><dt>Server Version: Apache/2.4.57 (Debian)</dt>\n<dt>Server uptime:  3 days</dt></dl>\n"
    "<table><tr><td>0-0</td><td>192.0.2.7</td><td>GET /basket?token=8f2c HTTP/1.1</td></tr></table></body></html>\n"
)
_NGINX = "Active connections: 3 \nserver accepts handled requests\n 118 118 1968 \nReading: 0 Writing: 1 Waiting: 2 \n"
_VARZ = json.dumps(
    {
        "server_id": "N" + "QUAY234567" * 5 + "QUAYS",
        "version": "2.10.7",
        "go": "go1.21.5",
        "max_payload": 1_048_576,
    },
    indent=2,
)
_PPROF = (
    "<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n/debug/pprof/<br>\n<p>Types of profiles available:</p>\n"
    "<table><tr><td>9</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr></table></body></html>\n"
)
_CONSOLE = (
    "<!doctype html>\n<html lang=en>\n  <head>\n    <title>Console // Werkzeug Debugger</title>\n    <script>\n"
    '      var CONSOLE_MODE = true,\n          EVALEX = true,\n          EVALEX_TRUSTED = false,\n          SECRET = "q8XbW2";\n'
    "    </script>\n  </head>\n  <body><h1>Interactive Console</h1></body></html>\n"
)
_METRICS = (
    "# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n"
    "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 19.68\n"
)
_ELMAH = (
    "<html><head><title>Error log for quay on QUAY-7 (Page #1)</title></head><body><h1>Error Log for <span>quay</span></h1>"
    '<table><tr><td>500</td><td>NullReference</td></tr></table><p>Powered by <a href="https://elmah.github.io">ELMAH</a></p></body></html>'
)


def _tool(body: str, kind: str, _request: LabRequest, _state: State) -> LabResponse:
    return text_response(body, kind)


def _absent(_request: LabRequest, _state: State) -> LabResponse | None:
    return None


def _open(path: str, variant: str, body: str, kind: str = _HTML) -> Page:
    """A tool's page that nothing links; the scanner has to know its name."""
    return Page(
        path=path,
        title=f"Tool {path}",
        section=_SECTION,
        vulnerable=partial(_tool, body, kind),
        fixed=_absent,
        flaws=(Flaw(check=CHECK, path=path, variant=variant, summary=f"{variant} is open to everyone."),),
    )


def _named(title: str, body: str, _request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, title, body)


def _health(_request: LabRequest, _state: State) -> LabResponse:
    return text_response(
        '{"_links":{"self":{"href":"/actuator"},"health":{"href":"/actuator/health"}}}', _JSON
    )


PAGES: tuple[Page, ...] = (
    _open("/info.php", "phpinfo()", _PHPINFO),
    _open("/env", "the environment of a Spring application", _ENV, _JSON),
    _open("/server-status", "Apache's status page", _STATUS),
    _open("/nginx_status", "nginx's status page", _NGINX, "text/plain"),
    _open("/varz", "the monitor of a NATS broker", _VARZ, _JSON),
    _open("/debug/pprof/", "the profiler of a Go program", _PPROF),
    _open("/console", "a Python console", _CONSOLE),
    _open("/metrics", "a page of counters", _METRICS, "text/plain; version=0.0.4"),
    _open("/elmah.axd", "an error log", _ELMAH),
    # Pages of such names that give nothing away.
    trap("/actuator", "Health of the shop", _SECTION, _health),
    trap("/test.php", "Test your knots", _SECTION, partial(_named, "Test your knots", "<p>phpinfo() is no knot.</p>")),
    trap("/server-info", "Server Information", _SECTION,
         partial(_named, "Server Information", "<p>Our server waits at tables.</p>")),
    trap("/phpinfo.php", "phpinfo()", _SECTION,
         partial(_named, "phpinfo()", "<p>Not here. PHP Version: none. Loaded Configuration File: none.</p>")),
)  # fmt: skip
