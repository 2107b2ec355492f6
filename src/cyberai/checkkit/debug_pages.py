"""Pages that tools for developers and operators answer under well-known names, each with the words of its own build.

The paths and formats are those of the products' documentation (PHP, Spring Boot Actuator, Apache mod_status and
mod_info, nginx stub_status, ELMAH, ASP.NET trace, Werkzeug, Go's net/http/pprof and expvar, Symfony's profiler,
Laravel Telescope, Debugbar, Clockwork, Rails, H2, Jolokia, Prometheus, NATS). No word of a pattern is ours: a page that
echoes the address it was asked for cannot match.
"""

from msgspec import Struct

from cyberai.checkkit.text import Match, Pattern

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


class DebugPage(Struct, frozen=True):
    """One tool: the paths it answers (relative to the site's folder), the structure of its page, and what it
    gives away. All `structures` must be there."""

    name: str
    paths: tuple[str, ...]
    structures: tuple[Pattern, ...]
    gives: str
    cvss: str = MEDIUM

    def shown(self, body: bytes) -> Match | None:
        """The match of the first structure when all of them are in the body."""
        matches = [structure.search(body) for structure in self.structures]
        return matches[0] if all(matches) else None


def _page(name: str, paths: str, *structures: str, gives: str, cvss: str = MEDIUM) -> DebugPage:
    return DebugPage(name, tuple(paths.split()), tuple(Pattern(s) for s in structures), gives, cvss)


DEBUG_PAGES: tuple[DebugPage, ...] = (
    _page(
        "phpinfo",
        "phpinfo.php info.php test.php",
        r"<title>(?:PHP [\w.\-+]+ - )?phpinfo\(\)</title>",
        r"(?:Loaded Configuration File|_SERVER\[|PHP API)",
        gives="All settings of PHP, paths, and the environment with its secrets can be read.",
    ),
    _page(
        "Spring Boot environment",
        "actuator/env env",
        r"\"propertySources\"\s*:\s*\[|\"systemProperties\"\s*:\s*\{",
        r"java\.(?:version|home|vm)",
        gives="The application's environment and settings can be read.",
        cvss=HIGH,
    ),
    _page(
        "Spring Boot Actuator",
        "actuator",
        r"\"_links\"\s*:\s*\{[\s\S]*\"(?:env|heapdump|threaddump|beans|mappings|configprops|loggers|httptrace|httpexchanges|jolokia)\"\s*:\s*\{\s*\"href\"",
        gives="The application's management interface is open.",
    ),
    _page(
        "Apache status",
        "server-status",
        r"<title>Apache Status</title>",
        r"Server (?:uptime|Version):",
        gives="Addresses of visitors and the requests they make can be read.",
    ),
    _page(
        "Apache server information",
        "server-info",
        r"<title>Server Information</title>",
        r"Server (?:Settings|Version):",
        gives="The web server's modules and configuration can be read.",
    ),
    _page(
        "nginx status",
        "nginx_status",
        r"^Active connections: \d{1,9} *\r?\nserver accepts handled requests",
        gives="Counters of the web server can be read.",
        cvss=LOW,
    ),
    _page(
        "NATS monitor",
        "varz",
        r"\"server_id\": ?\"N[A-Z2-7]{55}\"",
        r"\"max_payload\": ?\d",
        gives="The broker's settings, and at /connz its clients with their addresses, can be read.",
    ),
    _page(
        "ELMAH error log",
        "elmah.axd",
        r"<title>Error (?:L|l)og for ",
        r"Powered by <a|ELMAH",
        gives="Errors with the cookies and values of the visitors that met them can be read.",
        cvss=HIGH,
    ),
    _page(
        "ASP.NET trace",
        "trace.axd",
        r"<h1>Application Trace</h1>",
        r"Requests to this Application|Physical Directory",
        gives="The last requests with cookies, forms and server variables can be read.",
        cvss=HIGH,
    ),
    _page(
        "Werkzeug console",
        "console",
        r"<title>Console // Werkzeug Debugger</title>",
        r"(?:EVALEX|CONSOLE_MODE) ?= ?true",
        gives="A console that runs Python code is reachable, guarded by a number at most.",
        cvss=CRITICAL,
    ),
    _page(
        "Go profiler",
        "debug/pprof/",
        r"(?:Types of profiles available:|<title>/debug/pprof/</title>)",
        r"goroutine\?debug=|>goroutine<",
        gives="Profiles with the program's memory can be fetched.",
    ),
    _page(
        "Go variables",
        "debug/vars",
        r"\"cmdline\"\s*:\s*\[",
        r"\"memstats\"\s*:\s*\{",
        gives="The program's command line and counters can be read.",
    ),
    _page(
        "Symfony profiler",
        "_profiler/ app_dev.php/_profiler/",
        r"<title>Symfony Profiler</title>|<h1>Symfony <span>Profiler|id=\"sf-profiler|class=\"sf-profiler",
        r"(?:Search profiles|search-results|profiler\.|Profile Search|_profiler)",
        gives="Requests of all visitors with their sessions, queries and settings can be read.",
        cvss=HIGH,
    ),
    _page(
        "Laravel Telescope",
        "telescope/requests",
        r"window\.Telescope\s*=\s*\{",
        gives="Requests, queries and mails of the application can be read.",
        cvss=HIGH,
    ),
    _page(
        "Debugbar",
        "_debugbar/open",
        r"^\s*\[\s*\{\s*\"(?:id|datetime|utime|method|uri|ip)\"\s*:",
        r"\"utime\"\s*:",
        gives="Recorded requests with their queries and sessions can be read.",
        cvss=HIGH,
    ),
    _page(
        "Clockwork",
        "__clockwork/latest",
        r"\"controller\"\s*:|\"databaseQueries\"\s*:",
        r"\"(?:responseTime|cookies|sessionData)\"\s*:",
        gives="Recorded requests with their queries and sessions can be read.",
        cvss=HIGH,
    ),
    _page(
        "Rails routes",
        "rails/info/properties",
        r"(?i)<td class=\"name\">Rails version</td>",
        r"(?i)Application root",
        gives="Versions, paths and settings of the application can be read.",
    ),
    _page(
        "H2 console",
        "h2-console/",
        r"<title>H2 Console</title>",
        gives="A database console that runs commands is reachable.",
        cvss=HIGH,
    ),
    _page(
        "Jolokia",
        "jolokia/version",
        r"\"agent\"\s*:\s*\"[0-9.]+\"",
        r"\"protocol\"\s*:",
        gives="The Java machine's management interface is open.",
        cvss=HIGH,
    ),
    _page(
        "Prometheus metrics",
        "metrics actuator/prometheus",
        r"(?m)^# TYPE (?:process|python|go|jvm|nodejs|http|ruby|php)_\w+ (?:counter|gauge|summary|histogram|untyped)",
        r"(?m)^# HELP ",
        gives="Counters of the program can be read.",
        cvss=LOW,
    ),
)
