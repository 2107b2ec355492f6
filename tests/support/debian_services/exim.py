"""Exim: a relay for everyone, and one that delivers for its own domain and logs in over TLS only."""

from support.debian_services.answering import greets
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, program, version_of

_NOTHING_LEAVES = """
begin routers
nowhere:
  driver = redirect
  data = :blackhole:
"""
"""Whatever were accepted would be thrown away: no message of a test leaves the machine."""


def misconfigured(ground: Ground) -> Setup:
    """Mail from anyone to anyone is taken, and passwords are in clear text."""
    rules = "begin acl\nany:\n  accept\n"
    logins = "begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_condition = false\n"
    flaws = (Flaw("network.smtp-open-relay"), Flaw("network.cleartext-login", ("SMTP",)))
    return _setup(ground, "acl_smtp_rcpt = any\ntls_advertise_hosts =\n", rules + logins, flaws)


def hardened(ground: Ground) -> Setup:
    """Mail for its own domain only; who logs in does so over TLS."""
    certificate, key, _ = ground.certificate("Debian-exim")
    settings = (
        f"acl_smtp_rcpt = own\ntls_advertise_hosts = *\ntls_certificate = {certificate}\ntls_privatekey = {key}\n"
        "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3\n"
        "auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}\n"
    )
    rules = "begin acl\nown:\n  accept authenticated = *\n  deny message = relay not permitted\n    !domains = +local\n  accept\n"
    logins = "begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_condition = false\n"
    return _setup(ground, settings, rules + logins, ())


def _setup(ground: Ground, settings: str, rules: str, flaws: tuple[Flaw, ...]) -> Setup:
    port = free_port()
    spool = ground.directory("spool", owner="Debian-exim")
    path = ground.file(
        "exim.conf",
        f"primary_hostname = mail.quay.test\ndomainlist local = quay.test\nspool_directory = {spool}\n"
        f"log_file_path = {spool}/log-%s\npid_file_path = {spool}/pid\nlocal_interfaces = 127.0.0.1\n"
        f"daemon_smtp_ports = {port}\nhost_lookup =\nrfc1413_hosts =\nkeep_environment =\n"
        f"{settings}{rules}{_NOTHING_LEAVES}",
    )
    command = (program("exim4") or "exim4", "-bdf", "-C", str(path))
    return Setup(
        command, (Door(port, "smtp", "Exim", version_of("exim4-daemon-light"), flaws),), greets(port)
    )


SERVICE = Service("exim", "exim4-daemon-light", "exim4", misconfigured, hardened)
