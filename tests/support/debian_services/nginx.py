"""nginx: listings, its status page and its version for everyone; and TLS with none of it."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, program, version_of

_HEADERS = (
    "add_header Content-Security-Policy \"default-src 'self'; frame-ancestors 'none'\" always;"
    "add_header X-Content-Type-Options nosniff always;"
    "add_header Referrer-Policy no-referrer always;"
    'add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;'
)


def misconfigured(ground: Ground) -> Setup:
    """A folder that lists itself, the status page for all, the version in every answer."""
    port = free_port()
    version = version_of(_package())
    flaws = (
        Flaw("passive.directory-listing"),
        Flaw("passive.version-disclosure", (version,)),
        Flaw("web.debug-pages", ("nginx_status",)),
    )
    server = f"listen 127.0.0.1:{port}; autoindex on; location = /nginx_status {{ stub_status; }}"
    return _setup(
        ground, server, Door(port, "http", "nginx", version, flaws, also=("passive.security-headers",))
    )


def hardened(ground: Ground) -> Setup:
    """TLS 1.2 and later only, careful headers, no version."""
    port = free_port()
    certificate, key, _ = ground.certificate()
    server = (
        f"listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};"
        f"ssl_protocols TLSv1.2 TLSv1.3; server_tokens off; {_HEADERS}"
    )
    return _setup(ground, server, Door(port, "http", "nginx"))


def _setup(ground: Ground, server: str, door: Door) -> Setup:
    folder = ground.folder
    ground.directory("site")
    ground.file(
        "site/index.html",
        '<!DOCTYPE html><html lang=en><title>Quay</title><a href="/files/tides.txt">Tides</a>',
    )
    ground.directory("site/files")
    ground.file("site/files/tides.txt", "noon\n")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings = ground.file(
        "nginx.conf",
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;"
        f"events {{ worker_connections 256; }} http {{ {temporary} access_log off; charset utf-8;"
        "types { text/html html; text/plain txt; }"
        f"server {{ root {folder}/site; {server} }} }}\n",
    )
    command = (program("nginx") or "nginx", "-p", str(folder), "-c", str(settings))
    return Setup(command, (door,), accepts(door.port))


def _package() -> str:
    # `nginx` is an empty package in some releases of Debian; this one has the program's documentation in all.
    return "nginx-common"


SERVICE = Service("nginx", "nginx", "nginx", misconfigured, hardened)
