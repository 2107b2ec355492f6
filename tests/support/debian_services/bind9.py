"""BIND: recursion and whole zones for everyone, and only its own zone, name by name."""

from support.debian_services.answering import accepts, listens_to_datagrams
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of

_ZONE = """$TTL 300
@ IN SOA ns.quay.test. robin.quay.test. 1 3600 600 86400 300
@ IN NS ns.quay.test.
ns IN A 127.0.0.1
"""
_REST_OF_THE_WORLD = """$TTL 300
@ IN SOA a.root. robin.quay.test. 1 3600 600 86400 300
@ IN NS a.root.
a.root. IN A 127.0.0.1
* IN A 192.0.2.1
* IN TXT "from the rest of the world"
"""


def misconfigured(ground: Ground) -> Setup:
    """A resolver for the world, which gives its zone away."""
    port = free_port()
    world = ground.file("world.zone", _REST_OF_THE_WORLD)
    # What is not in the zone is asked of the same server under a key, in place of the internet's.
    settings = f"""
key up {{ algorithm hmac-sha256; secret "dGlkZS10YWJsZS1jYW5hcnk="; }};
view world {{ match-clients {{ key up; }}; recursion no; zone "." {{ type primary; file "{world}"; }}; }};
view all {{
  recursion yes; allow-recursion {{ any; }}; allow-query-cache {{ any; }}; allow-transfer {{ any; }};
  server 127.0.0.1 {{ keys up; }};
  forward only; forwarders {{ 127.0.0.1 port {port}; }};
  zone "quay.test" {{ type primary; file "{ground.folder}/quay.zone"; }};
}};
"""
    flaws = (
        Flaw("network.dns-open-resolver"),
        Flaw("network.dns-zone-transfer", ("quay.test",)),
        Flaw("network.dns-version"),
    )
    listen = f'listen-on port {port} {{ 127.0.0.1; }}; hostname "ns.quay.test";'
    return _setup(ground, listen, settings, Door(port, "dns", "BIND", version_of("bind9"), flaws, udp=True))


def hardened(ground: Ground) -> Setup:
    """Answers for its own zone only, gives it to nobody, and tells nobody its version."""
    port = free_port()
    settings = f"""
zone "quay.test" {{ type primary; file "{ground.folder}/quay.zone"; }};
"""
    listen = (
        f"listen-on port {port} {{ 127.0.0.1; }}; recursion no; allow-transfer {{ none; }}; version none; "
        "hostname none; server-id none; minimal-responses yes; minimal-any yes; "
        "rate-limit { responses-per-second 20; };"
    )
    return _setup(ground, listen, settings, Door(port, "dns", "", "", udp=True))


def _setup(ground: Ground, listen: str, rest: str, door: Door) -> Setup:
    cache = ground.directory("cache", owner="bind")
    ground.file("quay.zone", _ZONE)
    path = ground.file(
        "named.conf",
        f'options {{ directory "{cache}"; pid-file none; session-keyfile none; listen-on-v6 {{ none; }};'
        f"dnssec-validation no; {listen} }};\ncontrols {{ }};\n{rest}",
    )
    command = ("named", "-g", "-n", "1", "-u", "bind", "-c", str(path))
    connects, hears = accepts(door.port), listens_to_datagrams(door.port)
    return Setup(command, (door,), lambda: connects() and hears())


SERVICE = Service("bind9", "bind9", "named", misconfigured, hardened)
