"""nginx: one process whose servers have good and bad settings and certificates."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from netkit.certificates import Issued, issue
from support.debian_services.answering import accepts
from support.debian_services.service import Ground, Service, Setup, free_port, made_by, program
from support.tls_servers.dh_parameters import pem
from support.tls_servers.door import TlsDoor, door, server

_ME = ("127.0.0.1", "localhost")
_MODERN = (
    "ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; ssl_session_tickets off;"
    "ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256;"
)
_EVERYTHING = "ssl_prefer_server_ciphers off; ssl_ciphers ALL:!aNULL:!eNULL:@SECLEVEL=0;"
_OLD_VERSIONS = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;"


def _setup(ground: Ground) -> Setup:
    servers: list[str] = []
    doors: list[TlsDoor] = []
    good = _files(ground, "good", ground.leaf, chain=ground.leaf)

    def add(name: str, files: str, settings: str, *weak: str) -> None:
        port = free_port()
        doors.append(door(port, name, *weak))
        servers.append(
            f"server {{ listen 127.0.0.1:{port} ssl; root {ground.folder}/site; {files} {settings} }}"
        )

    add("nginx, modern", good, _MODERN)
    add(
        "nginx, old versions and every suite",
        good,
        _OLD_VERSIONS + _EVERYTHING,
        *("tls1.0", "tls1.1", "beast"),
    )
    static = "ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers AES256-GCM-SHA384:AES128-GCM-SHA256;"
    add("nginx, no forward secrecy", good, static, "no-forward-secrecy")
    parameters = ground.file("dh.pem", pem(1024))
    short = (
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; "
        f"ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_dhparam {parameters};"
    )
    add("nginx, Diffie-Hellman of 1024 bits", good, short, "weak-dh")
    for name, files, weak in _certificates(ground):
        add(
            name,
            files,
            _MODERN.replace("AES128-GCM-SHA256:ECDHE-RSA", "AES128-GCM-SHA256:@SECLEVEL=0:ECDHE-RSA"),
            weak,
        )
    return _started(ground, servers, doors)


def _certificates(ground: Ground) -> list[tuple[str, str, str]]:
    """(name, settings, weakness) of certificates that are wrong in one way each."""
    authority = ground.authority
    middle = issue("Quay intermediate", authority, authority=True, to_days=400)
    bad = {
        "expired": issue("127.0.0.1", authority, names=_ME, from_days=-60, to_days=-3),
        "wrong-name": issue("other.test", authority, names=("other.test",), to_days=90),
        "self-signed": issue("127.0.0.1", names=_ME, to_days=90),
        "weak-key": issue("127.0.0.1", authority, names=_ME, rsa_bits=1024, to_days=90),
        "incomplete-chain": issue("127.0.0.1", middle, names=_ME, to_days=90),
    }
    rows = [(f"nginx, certificate: {weak}", _files(ground, weak, one), weak) for weak, one in bad.items()]
    return [*rows, ("nginx, certificate: sha1", _signed_with_sha1(ground), "sha1-signature")]


def _files(ground: Ground, name: str, issued: Issued, *, chain: Issued | None = None) -> str:
    above = b"".join(link.public_bytes(Encoding.PEM) for link in chain.chain) if chain is not None else b""
    certificate = ground.file(f"{name}.pem", issued.pem + above)
    key = ground.file(f"{name}.key", issued.key_pem)
    return _settings(certificate, key)


def _settings(certificate: Path, key: Path) -> str:
    return f"ssl_certificate {certificate}; ssl_certificate_key {key};"


def _signed_with_sha1(ground: Ground) -> str:
    """The library that makes the others refuses this digest."""
    authority = ground.file("authority.crt", ground.authority.pem)
    signer = ground.file("authority.key", ground.authority.key_pem)
    certificate, key = ground.folder / "sha1.pem", ground.folder / "sha1.key"
    wishes = ground.file(
        "sha1.cnf",
        "[req]\ndistinguished_name = name\nx509_extensions = leaf\n[name]\n[leaf]\n"
        "subjectAltName = IP:127.0.0.1, DNS:localhost\nbasicConstraints = critical, CA:FALSE\n",
    )
    made_by(
        *("openssl", "req", "-x509", "-config", str(wishes), "-newkey", "rsa:2048", "-nodes", "-sha1"),
        *("-days", "90", "-subj", "/CN=127.0.0.1", "-CA", str(authority), "-CAkey", str(signer)),
        *("-keyout", str(key), "-out", str(certificate)),
    )
    return _settings(certificate, key)


def counted(status: int) -> Service:
    """A server of old versions and every suite, alone in its nginx: the page at `status` counts its connections."""

    def setup(ground: Ground) -> Setup:
        port = free_port()
        files = _files(ground, "good", ground.leaf, chain=ground.leaf)
        tls = f"server {{ listen 127.0.0.1:{port} ssl; root {ground.folder}/site; {files} {_OLD_VERSIONS} {_EVERYTHING} }}"
        page = f"server {{ listen 127.0.0.1:{status}; location / {{ stub_status; }} }}"
        return _started(ground, [tls, page], [door(port, "nginx, counted", "tls1.0", "tls1.1", "beast")])

    return server("nginx-counted", "nginx", "nginx", setup)


def _started(ground: Ground, servers: list[str], doors: list[TlsDoor]) -> Setup:
    folder = ground.folder
    ground.directory("site")
    ground.file("site/index.html", "<!DOCTYPE html><html lang=en><title>Quay</title>")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings = ground.file(
        "nginx.conf",
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;"
        f"events {{ worker_connections 256; }} http {{ {temporary} access_log off; {' '.join(servers)} }}\n",
    )
    command = (program("nginx") or "nginx", "-p", str(folder), "-c", str(settings))
    return Setup(command, tuple(doors), accepts(*(one.port for one in doors)))


SERVER = server("nginx", "nginx", "nginx", _setup)
