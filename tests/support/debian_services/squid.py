"""Squid: a proxy for everyone, and one for nobody who has not logged in."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of


def misconfigured(ground: Ground) -> Setup:
    """The rules of many answers in forums: allow all."""
    return _setup(
        ground, "http_access allow all\n", "", (Flaw("network.http-open-proxy"),), version_of("squid")
    )


def hardened(ground: Ground) -> Setup:
    """One network that the scanner is not in, and no version in the error pages."""
    access = "acl quay src 10.20.30.0/24\nhttp_access allow quay\nhttp_access deny all\n"
    return _setup(ground, access, "httpd_suppress_version_string on\n", (), "")


def _setup(ground: Ground, access: str, more: str, flaws: tuple[Flaw, ...], version: str) -> Setup:
    port = free_port()
    folder = ground.directory("state", owner="proxy")
    settings = ground.file(
        "squid.conf",
        f"http_port 127.0.0.1:{port}\n{access}{more}cache deny all\npid_filename {folder}/pid\n"
        f"cache_log {folder}/cache.log\naccess_log none\ncoredump_dir {folder}\nshutdown_lifetime 1 second\n"
        "visible_hostname quay.test\nnetdb_filename none\npinger_enable off\n"
        "dns_nameservers 127.0.0.1\ndns_timeout 1 second\ndns_retransmit_interval 1 second\nhosts_file none\n",
    )
    door = Door(port, "http-proxy", "Squid", version, flaws, ("passive.version-disclosure",))
    # Its name is that of its shared memory, which two of one name would take from each other.
    name = f"quay{port}"
    return Setup(("squid", "-N", "-n", name, "-f", str(settings)), (door,), accepts(port))


SERVICE = Service("squid", "squid", "squid", misconfigured, hardened)
