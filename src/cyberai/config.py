"""Settings: one declared table, read from flags over environment over defaults. The only reader of the
environment. Adapters receive plain values, never this module."""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct


class Setting(Struct, frozen=True, kw_only=True):
    """One declared setting: `name` is the field and the flag, `env` the variable."""

    name: str
    env: str
    type: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="host",
        env="CYBERAI_HOST",
        type="address",
        default="127.0.0.1",
        help="Address the server listens on.",
    ),
    Setting(
        name="port",
        env="CYBERAI_PORT",
        type="number",
        default="8080",
        help="Port the server listens on; 0 takes a free one.",
    ),
    Setting(
        name="data_dir",
        env="CYBERAI_DATA_DIR",
        type="folder",
        default="$XDG_DATA_HOME/cyberai, else ~/.local/share/cyberai",
        help="Folder of the store; created when it is new.",
    ),
    Setting(
        name="database_url",
        env="CYBERAI_DATABASE_URL",
        type="address",
        default="",
        help="postgresql://USER@HOST/NAME: keep the store in this PostgreSQL database instead of the data folder. A password belongs into the variable, PGPASSWORD or ~/.pgpass: flags are seen by every user of the machine.",
    ),
    Setting(
        name="workers",
        env="CYBERAI_WORKERS",
        type="number",
        default="one per core",
        help="Worker processes; each runs one scan of one host at a time.",
    ),
    Setting(
        name="worker_memory",
        env="CYBERAI_WORKER_MEMORY",
        type="MiB",
        default="1024",
        help="Memory a worker may use before its allocation fails and it is replaced.",
    ),
    Setting(
        name="allow",
        env="CYBERAI_ALLOW",
        type="networks, comma-separated",
        default="",
        help="Private or loopback networks that may be scanned, such as 127.0.0.0/8.",
    ),
    Setting(
        name="only_allow",
        env="CYBERAI_ONLY_ALLOW",
        type="networks, comma-separated",
        default="",
        help="When given, nothing outside these networks may be scanned.",
    ),
    Setting(
        name="resolve",
        env="CYBERAI_RESOLVE",
        type="NAME=ADDRESS, comma-separated",
        default="",
        help="Names that are answered here instead of by DNS.",
    ),
    Setting(
        name="ca_file",
        env="CYBERAI_CA_FILE",
        type="file",
        default="",
        help="Further root certificates (PEM) that scans trust.",
    ),
    Setting(
        name="client_cert",
        env="CYBERAI_CLIENT_CERT",
        type="file",
        default="",
        help="Certificate with its private key (PEM, no passphrase) that scans present to servers which ask for one.",
    ),
    Setting(
        name="resolver",
        env="CYBERAI_RESOLVER",
        type="IP:PORT",
        default="the system's",
        help="DNS server that scans ask, such as 192.0.2.53 or 127.0.0.1:5353.",
    ),
    Setting(
        name="proxy",
        env="CYBERAI_PROXY",
        type="URL",
        default="",
        help="HTTP proxy that every connection of a scan goes through, such as http://USER:PASSWORD@proxy.example:3128.",
    ),
    Setting(
        name="api_key",
        env="CYBERAI_API_KEY",
        type="text",
        default="",
        help="The first key, at least 24 visible characters; made and printed once when absent. No flag: flags are seen by every user of the machine.",
    ),
    Setting(
        name="profile",
        env="CYBERAI_PROFILE",
        type="text",
        default="",
        help="Profile of `cyberai login` whose server the commands ask that can, instead of the store here.",
    ),
    Setting(
        name="tls_cert",
        env="CYBERAI_TLS_CERT",
        type="file",
        default="",
        help="Certificate (PEM) to serve HTTPS with.",
    ),
    Setting(
        name="tls_key", env="CYBERAI_TLS_KEY", type="file", default="", help="Private key (PEM) of tls_cert."
    ),
    Setting(
        name="trusted_proxy",
        env="CYBERAI_TRUSTED_PROXY",
        type="networks, comma-separated",
        default="",
        help="Proxies whose X-Forwarded-For is believed.",
    ),
    Setting(
        name="cors_origin",
        env="CYBERAI_CORS_ORIGIN",
        type="origins, comma-separated",
        default="",
        help="Origins whose web pages may call the API from a browser, such as https://app.example; * for every page.",
    ),
    Setting(
        name="metrics",
        env="CYBERAI_METRICS",
        type="open|key|off",
        default="open",
        help="Who may read GET /metrics: everybody, whoever has an API key, nobody.",
    ),
    Setting(
        name="chaos",
        env="CYBERAI_CHAOS",
        type="text",
        default="",
        help="Fail on request (`on`) or by chance (`seed=7,503;share=0.05`), so that clients can be tested; on loopback only.",
    ),
    Setting(
        name="log_level",
        env="CYBERAI_LOG_LEVEL",
        type="debug|info|warning|error",
        default="info",
        help="How much is logged to stderr.",
    ),
    Setting(
        name="log_format",
        env="CYBERAI_LOG_FORMAT",
        type="text|json",
        default="text",
        help="Log lines for people, or one JSON object per line.",
    ),
    Setting(
        name="keep_events",
        env="CYBERAI_KEEP_EVENTS",
        type="days",
        default="30",
        help="Days that events stay in the log for `since=`; `cyberai gc` removes older ones. 0: for ever.",
    ),
    Setting(
        name="keep_work",
        env="CYBERAI_KEEP_WORK",
        type="days",
        default="30",
        help="Days after its end that a scan keeps its list of work, which --resume needs. 0: for ever.",
    ),
    Setting(
        name="keep_reports",
        env="CYBERAI_KEEP_REPORTS",
        type="days",
        default="0",
        help="Days that reports are kept. 0: for ever.",
    ),
    Setting(
        name="keep_evidence",
        env="CYBERAI_KEEP_EVIDENCE",
        type="days",
        default="0",
        help="Days after it was last seen that a vulnerability keeps its evidence. 0: for ever.",
    ),
    Setting(
        name="feeds_nvd",
        env="CYBERAI_FEEDS_NVD",
        type="address",
        default="https://nvd.nist.gov/feeds/json/cve/2.0",
        help="Folder of NVD's feeds, which `cyberai feeds update` fetches: NVD's own, or a mirror. Nothing is fetched by itself.",
    ),
    Setting(
        name="feeds_kev",
        env="CYBERAI_FEEDS_KEV",
        type="address",
        default="https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        help="The same for the KEV catalogue (a file).",
    ),
    Setting(
        name="feeds_epss",
        env="CYBERAI_FEEDS_EPSS",
        type="address",
        default="https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
        help="The same for the scores of EPSS (a file).",
    ),
    Setting(
        name="feeds_osv",
        env="CYBERAI_FEEDS_OSV",
        type="address",
        default="https://osv-vulnerabilities.storage.googleapis.com",
        help="The same for OSV: the folder that holds a folder for each ecosystem, with its all.zip.",
    ),
    Setting(
        name="feeds_ecosystems",
        env="CYBERAI_FEEDS_ECOSYSTEMS",
        type="names, comma-separated",
        default="Debian, Ubuntu",
        help="Ecosystems of OSV that `cyberai feeds update` fetches.",
    ),
)


_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


class SettingsError(ValueError):
    """A setting that cannot be used; the text names it and says what to write."""


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting with its value. `extra_denied` lists (address, port) that no scan may ever reach."""

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: str = ""
    database_url: str | None = None
    workers: int = 0
    worker_memory: int = 1024
    allow: tuple[str, ...] = ()
    only_allow: tuple[str, ...] = ()
    resolve: tuple[str, ...] = ()
    ca_file: str | None = None
    client_cert: str | None = None
    resolver: str | None = None
    proxy: str | None = None
    api_key: str | None = None
    profile: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    trusted_proxy: tuple[str, ...] = ()
    cors_origin: tuple[str, ...] = ()
    metrics: str = "open"
    chaos: str | None = None
    log_level: str = "info"
    log_format: str = "text"
    keep_events: int = 30
    keep_work: int = 30
    keep_reports: int = 0
    keep_evidence: int = 0
    feeds_nvd: str = "https://nvd.nist.gov/feeds/json/cve/2.0"
    feeds_kev: str = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
    feeds_epss: str = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
    feeds_osv: str = "https://osv-vulnerabilities.storage.googleapis.com"
    feeds_ecosystems: tuple[str, ...] = ("Debian", "Ubuntu")
    extra_denied: tuple[tuple[str, int], ...] = ()

    @property
    def data_path(self) -> Path:
        """The data folder."""
        return Path(self.data_dir)

    @property
    def worker_count(self) -> int:
        """Workers to start: one per core this process may use, unless set."""
        return self.workers or len(os.sched_getaffinity(0))

    @property
    def resolve_table(self) -> dict[str, str]:
        """Name -> address; raise SettingsError on a malformed entry."""
        table = {}
        for entry in self.resolve:
            name, equals, address = entry.partition("=")
            if not (equals and name.strip() and address.strip()):
                raise SettingsError(f"resolve: {entry!r} is not of the form NAME=ADDRESS")
            table[name.strip().lower().rstrip(".")] = address.strip().strip("[]")
        return table


def load(**flags: Any) -> Settings:
    """Settings from flags (None and empty tuples mean not given), then environment, then defaults."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        given = flags.get(setting.name)
        if given is not None and given != ():
            values[setting.name] = given
        elif os.environ.get(setting.env):
            values[setting.name] = _from_environment(setting, os.environ[setting.env])
    values.setdefault("data_dir", _default_data_dir())
    values["data_dir"] = str(Path(str(values["data_dir"])).expanduser().absolute())
    settings = msgspec.convert(values, Settings, strict=False)
    _check(settings)
    return settings


def is_in_environment(name: str) -> bool:
    """True when a setting of that name is set in the environment."""
    return any(setting.name == name and os.environ.get(setting.env) for setting in SETTINGS)


def profile_name() -> str | None:
    """The profile that the environment names. Alone: what else stands there may be meant for a server."""
    return os.environ.get("CYBERAI_PROFILE") or None


def client_key() -> str | None:
    """The key that the environment holds, alone as well."""
    return os.environ.get("CYBERAI_API_KEY") or None


def profiles_path() -> Path:
    """The file of profiles: of `cyberai login` and of the SDKs."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    return Path(base) / "cyberai" / "profiles.json"


def _from_environment(setting: Setting, text: str) -> Any:
    if "comma-separated" in setting.type:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if setting.type in ("number", "MiB", "days"):
        if not text.isdigit():
            raise SettingsError(f"{setting.env}: {text!r} is no whole number")
        return int(text)
    return text


def _default_data_dir() -> str:
    base = os.environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return str(Path(base) / "cyberai")


def _check_origins(origins: tuple[str, ...]) -> None:
    for origin in origins:
        if not _is_origin(origin):
            raise SettingsError(
                f"cors_origin: {origin!r} is no origin; write SCHEME://HOST or SCHEME://HOST:PORT without a path, or *"
            )


def _is_origin(text: str) -> bool:
    """`*`, or scheme, host and perhaps a port, as browsers send them."""
    if text == "*":
        return True
    if not _ORIGIN.fullmatch(text.lower()):
        return False
    try:
        urlsplit(text).port  # noqa: B018 - raises on what is no port
    except ValueError:
        return False
    return True


def _check(settings: Settings) -> None:
    from cyberai.domain.target import parse_network

    for name in ("allow", "only_allow", "trusted_proxy"):
        for network in getattr(settings, name):
            try:
                parse_network(network)
            except ValueError as error:
                raise SettingsError(f"{name}: {error}") from error
    _check_origins(settings.cors_origin)
    settings.resolve_table  # noqa: B018 - raises on a malformed entry
    if not 0 <= settings.port <= 65535:
        raise SettingsError("port: must be a number from 0 to 65535")
    if not 0 <= settings.workers <= 64:
        raise SettingsError("workers: must be a number from 1 to 64")
    _check_address(settings.database_url)
    if settings.worker_memory < 256:
        raise SettingsError("worker_memory: must be at least 256 (MiB)")
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise SettingsError("tls_cert and tls_key go together: give both or none")
    if settings.metrics not in ("open", "key", "off"):
        raise SettingsError("metrics: must be one of open, key, off")
    _check_logs_and_retention(settings)
    _check_chaos(settings)


def _check_chaos(settings: Settings) -> None:
    if not settings.chaos:
        return
    from cyberai.api.chaos.plan import parse_chance
    from cyberai.domain.errors import InvalidRequest

    if not is_loopback(settings.host):
        raise SettingsError(
            f"chaos: a server that fails on request listens on loopback only, not on {settings.host}; "
            "leave --host out, or --chaos"
        )
    try:
        parse_chance(settings.chaos)
    except InvalidRequest as error:
        raise SettingsError(f"chaos: {error.reason}") from error


def is_loopback(host: str) -> bool:
    """True for an address of this machine that no other reaches."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_logs_and_retention(settings: Settings) -> None:
    if settings.log_level not in ("debug", "info", "warning", "error"):
        raise SettingsError("log_level: must be one of debug, info, warning, error")
    if settings.log_format not in ("text", "json"):
        raise SettingsError("log_format: must be text or json")
    for name in ("keep_events", "keep_work", "keep_reports", "keep_evidence"):
        if not 0 <= getattr(settings, name) <= 36_500:
            raise SettingsError(f"{name}: must be a number of days, or 0 for ever")


def _check_address(url: str | None) -> None:
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            "database_url: must begin with postgresql://, as in postgresql://USER@HOST:5432/NAME"
        )
