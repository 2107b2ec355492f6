"""OpenIPMI's simulator of a management controller: users without a name and a password, and one account by MD5."""

from support.debian_services.answering import listens_to_datagrams
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port

_CHECK = "network.ipmi-weak-authentication"
_UNAVOIDABLE = ("version 2.0", "does not exist is refused")
"""It always speaks version 2.0 and always takes cipher suite 0 (ipmitool gets in by it with any password)."""


def misconfigured(ground: Ground) -> Setup:
    """Sessions without authentication, and a user without name and password."""
    flaws = tuple(Flaw(_CHECK, (word,)) for word in ("type none", "empty name", *_UNAVOIDABLE))
    return _setup(ground, "none md2 md5 straight", 'user 1 true "" "" admin 10 none md5\n', flaws, ())


def hardened(ground: Ground) -> Setup:
    """As little as the simulator can be brought to."""
    account = 'user 2 true "quay" "tide-table-canar" admin 10 md5\n'
    return _setup(ground, "md5", account, (), (_CHECK,))


def _setup(ground: Ground, kinds: str, account: str, flaws: tuple[Flaw, ...], also: tuple[str, ...]) -> Setup:
    port = free_port()
    state = ground.directory("state")
    controller = "0x23 9 8 0x9f 0x1291 0xf02 persist_sdr"
    commands = ground.file(
        "quay.emu", f"mc_setbmc 0x20\nmc_add 0x20 0 has-device-sdrs {controller}\nmc_enable 0x20\n"
    )
    levels = "".join(
        f"allowed_auths_{level} {kinds}\n" for level in ("callback", "user", "operator", "admin")
    )
    settings = ground.file(
        "lan.conf",
        f'name "quay"\nset_working_mc 0x20\nstartlan 1\naddr 127.0.0.1 {port}\npriv_limit admin\n'
        f"{levels}guid a123456789abcdefa123456789abcdef\nendlan\n{account}",
    )
    command = ("ipmi_sim", "-c", str(settings), "-f", str(commands), "-s", str(state), "-n")
    door = Door(port, "ipmi", "", "", flaws, also, tcp=False, udp=True)
    return Setup(command, (door,), listens_to_datagrams(port))


SERVICE = Service("ipmi", "openipmi", "ipmi_sim", misconfigured, hardened)
