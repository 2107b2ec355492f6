"""Net-SNMP's agent: the community `public`, and an account with encryption."""

from support.debian_services.answering import listens_to_datagrams
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of


def misconfigured(ground: Ground) -> Setup:
    """Whoever says `public` reads everything, and whoever says `private` writes."""
    flaws = (
        Flaw("network.snmp-default-community", ("public",)),
        Flaw("network.snmp-private-community"),
    )
    version = version_of("snmpd")
    return _setup(ground, "rocommunity public\nrwcommunity private\n", flaws, version)


def hardened(ground: Ground) -> Setup:
    """Version 3 only, one account that must sign and encrypt."""
    account = "createUser quay SHA-256 tide-table-canary AES lamp-oil-canary\nrouser quay authpriv\n"
    return _setup(ground, account, (), "")


def _setup(ground: Ground, access: str, flaws: tuple[Flaw, ...], version: str) -> Setup:
    port = free_port()
    ground.directory("state", owner="Debian-snmp")
    settings = ground.file("snmpd.conf", f"{access}sysLocation Quay\nsysContact robin\n")
    command = ("snmpd", "-f", "-Lo", "-C", "-c", str(settings), "-I", "-smux", f"udp:127.0.0.1:{port}")
    door = Door(port, "snmp", "Net-SNMP", version, flaws, tcp=False, udp=True)
    environment = {"SNMP_PERSISTENT_DIR": str(ground.folder / "state"), "MIBS": ""}
    return Setup(command, (door,), listens_to_datagrams(port), "Debian-snmp", environment)


SERVICE = Service("snmpd", "snmpd", "snmpd", misconfigured, hardened)
