"""OpenLDAP: entries that anyone may read, and a server that wants a log-in."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, made_by

_ENTRIES = """dn: dc=quay,dc=test
objectClass: dcObject
objectClass: organization
dc: quay
o: Quay

dn: cn=Robin,dc=quay,dc=test
objectClass: person
cn: Robin
sn: Robin
userPassword: tide-table-canary
"""


def misconfigured(ground: Ground) -> Setup:
    """The access rules that are there when nobody writes any: whoever asks reads everything."""
    flaws = (Flaw("network.ldap-anonymous", ("cn=Robin",)),)
    return _setup(ground, "", "", flaws)


def hardened(ground: Ground) -> Setup:
    """No anonymous bind, no operation without a log-in, and rules that end in `none`."""
    limits = "disallow bind_anon\nrequire authc\n"
    return _setup(ground, limits, "access to * by self read by anonymous auth by * none\n", ())


def _setup(ground: Ground, limits: str, access: str, flaws: tuple[Flaw, ...]) -> Setup:
    port = free_port()
    product = "" if limits else "OpenLDAP"
    data = ground.directory("data")
    settings = ground.file(
        "slapd.conf",
        "include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
        f"pidfile {ground.folder}/pid\nargsfile {ground.folder}/args\n{limits}"
        f'database mdb\nmaxsize 10485760\nsuffix "dc=quay,dc=test"\ndirectory {data}\n{access}',
    )
    entries = ground.file("entries.ldif", _ENTRIES)
    made_by("slapadd", "-f", str(settings), "-l", str(entries))
    command = ("slapd", "-f", str(settings), "-h", f"ldap://127.0.0.1:{port}", "-d", "0")
    return Setup(command, (Door(port, "ldap", product, "", flaws),), accepts(port))


SERVICE = Service("slapd", "slapd", "slapd", misconfigured, hardened)
