"""Servers that begin in the clear and go over to TLS on demand."""

from collections.abc import Callable
from dataclasses import replace

from support.debian_services import exim, mariadb, postgresql, vsftpd
from support.debian_services.answering import accepts, greets
from support.debian_services.service import Ground, Service, Setup, free_port, program
from support.tls_servers.door import TlsDoor, door, server

_AES = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"


def _known(service: Service, starttls: str, *weak: str) -> Service:
    """The hardened setup of a service that other tests know, as the door of its TLS."""

    def setup(ground: Ground) -> Setup:
        made = service.hardened(ground)
        doors = tuple(
            door(one.port, f"{service.name}, STARTTLS", *weak, protocol=one.protocol, starttls=starttls)
            for one in made.doors
        )
        return replace(made, doors=doors)

    return server(service.name, service.package, service.program, setup)


def _dovecot(ground: Ground) -> Setup:
    """Three protocols of one program: mail folders, mail boxes, and filters."""
    ports = {name: free_port() for name in ("imap", "pop3", "sieve")}
    certificate, key, _ = ground.certificate()
    listeners = "".join(
        f"service {service}-login {{\n inet_listener {name} {{\n port = {ports[name]}\n }}\n{rest} }}\n"
        for service, name, rest in (
            ("imap", "imap", " inet_listener imaps {\n port = 0\n }\n"),
            ("pop3", "pop3", " inet_listener pop3s {\n port = 0\n }\n"),
            ("managesieve", "sieve", ""),
        )
    )
    settings = ground.file(
        "dovecot.conf",
        f"base_dir = {ground.folder}/run\nstate_dir = {ground.folder}/run\nlog_path = /dev/stderr\nlisten = 127.0.0.1\n"
        f"protocols = imap pop3 sieve\nssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}\n"
        f"ssl_min_protocol = TLSv1\nssl_cipher_list = ALL:!aNULL:!eNULL:@SECLEVEL=0\nssl_prefer_server_ciphers = yes\n"
        "mail_location = maildir:/nonexistent/%u\npassdb {\n driver = static\n args = nopassword=y\n}\n"
        f"userdb {{\n driver = static\n args = uid=nobody gid=nogroup home=/nonexistent\n}}\n{listeners}",
    )
    weak = ("tls1.0", "tls1.1", "beast")
    doors: tuple[TlsDoor, ...] = tuple(
        door(port, f"dovecot {name}, STARTTLS, old versions", *weak, protocol=name, starttls=name)
        for name, port in ports.items()
    )
    command = (program("dovecot") or "dovecot", "-F", "-c", str(settings))
    return Setup(command, doors, _all(*(greets(port) for port in ports.values())))


def _slapd(ground: Ground) -> Setup:
    port = free_port()
    certificate, key, authority = ground.certificate("openldap")
    data = ground.directory("data", owner="openldap")
    settings = ground.file(
        "slapd.conf",
        f"include /etc/ldap/schema/core.schema\npidfile {data}/pid\nTLSCertificateFile {certificate}\n"
        f"TLSCertificateKeyFile {key}\nTLSCACertificateFile {authority}\n"
        "TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3:-RSA:-DHE-RSA:-AES-128-CBC:-AES-256-CBC:-SIGN-RSA-SHA1"
        f":%SERVER_PRECEDENCE\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\nsuffix dc=quay,dc=test\n"
        f"directory {data}\nmaxsize 1048576\n",
        owner="openldap",
    )
    address = f"ldap://127.0.0.1:{port}"
    command = (program("slapd") or "slapd", "-d", "0", "-f", str(settings), "-h", address, "-u", "openldap")
    made = door(port, "slapd, STARTTLS", "client-renegotiation", protocol="ldap", starttls="ldap")
    return Setup(command, (made,), accepts(port))


def _prosody(ground: Ground) -> Setup:
    """Streams of clients and of other servers, of a domain that is called like the address."""
    clients, servers = free_port(), free_port()
    certificate, key, _ = ground.certificate("prosody")
    data = ground.directory("data", owner="prosody")
    settings = ground.file(
        "prosody.cfg.lua",
        f'data_path = "{data}"\npidfile = "{data}/pid"\ninterfaces = {{ "127.0.0.1" }}\nc2s_ports = {{ {clients} }}\n'
        f"s2s_ports = {{ {servers} }}\nc2s_direct_tls_ports = {{}}\ns2s_direct_tls_ports = {{}}\nhttp_ports = {{}}\n"
        'https_ports = {}\nmodules_enabled = { "tls", "saslauth" }\nmodules_disabled = { "http", "offline" }\n'
        'authentication = "internal_hashed"\nlog = { { levels = { min = "error" }, to = "console" } }\n'
        f'ssl = {{ certificate = "{certificate}"; key = "{key}"; protocol = "tlsv1_2+"; ciphers = "{_AES}" }}\n'
        'VirtualHost "127.0.0.1"\n',
        owner="prosody",
    )
    doors = (
        door(clients, "prosody, STARTTLS", protocol="xmpp", starttls="xmpp"),
        door(servers, "prosody, STARTTLS between servers", protocol="xmpp", starttls="xmpp-server"),
    )
    command = (program("prosody") or "prosody", "--config", str(settings), "-F")
    return Setup(command, doors, accepts(clients, servers), user="prosody")


def _all(*signs: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: all(sign() for sign in signs)


SERVERS: tuple[Service, ...] = (
    _known(exim.SERVICE, "smtp"),
    _known(vsftpd.SERVICE, "ftp"),
    _known(mariadb.SERVICE, "mysql"),
    _known(postgresql.SERVICE, "postgres"),
    server("dovecot", "dovecot-imapd", "dovecot", _dovecot),
    server("slapd", "slapd", "slapd", _slapd),
    server("prosody", "prosody", "prosody", _prosody),
)
