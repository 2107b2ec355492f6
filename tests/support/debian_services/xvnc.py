"""TigerVNC's X server: its screen by VNC and its programs by X11, for everyone and behind a password and a cookie."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port

_PASSWORD = bytes.fromhex("dbd83cfd727a1458")
""""password", as VNC writes it to files: DES with a key that everyone knows. The package has no program for it."""

_FIRST_X11_PORT = 6_000
_COOKIE = b"MIT-MAGIC-COOKIE-1"


def misconfigured(_ground: Ground) -> Setup:
    """No password, and no access control."""
    vnc, x11 = free_port(), free_port()
    doors = (
        Door(vnc, "vnc", "", "", (Flaw("network.vnc-unauthenticated"),)),
        Door(x11, "x11", "X.Org Server", "1.21.1", (Flaw("network.x11-unauthenticated"),)),
    )
    return _setup(doors, ("-SecurityTypes", "None", "-ac"))


def hardened(ground: Ground) -> Setup:
    """TLS and a password, nothing less; a cookie that X programs must know."""
    vnc, x11 = free_port(), free_port()
    secret = ground.file("password", _PASSWORD, mode=0o600)
    cookies = ground.file("cookies", _authority(x11 - _FIRST_X11_PORT), mode=0o600)
    access = ("-SecurityTypes", "TLSVnc", "-PasswordFile", str(secret), "-auth", str(cookies))
    return _setup((Door(vnc, "vnc"), Door(x11, "x11")), access)


def _authority(display: int) -> bytes:
    """A file as xauth writes it: one entry for 127.0.0.1."""
    fields = (bytes([127, 0, 0, 1]), str(display).encode(), _COOKIE, b"tide-table-canar")
    return b"\0\0" + b"".join(len(each).to_bytes(2, "big") + each for each in fields)


def _setup(doors: tuple[Door, Door], access: tuple[str, ...]) -> Setup:
    vnc, x11 = (door.port for door in doors)
    command = (
        *("Xtigervnc", f":{x11 - _FIRST_X11_PORT}", "-rfbport", str(vnc), "-localhost", "-nolisten", "unix"),
        *("-listen", "tcp", "-geometry", "320x200", *access),
    )
    return Setup(command, doors, accepts(vnc, x11))


SERVICE = Service("xvnc", "tigervnc-standalone-server", "Xtigervnc", misconfigured, hardened)
