"""xrdp: the old security layer, and TLS. It knows no Network Level Authentication, which both must be told of."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port

_CHECK = "network.rdp-without-nla"


def misconfigured(ground: Ground) -> Setup:
    """RDP's own encryption alone."""
    return _setup(ground, "rdp", (Flaw(_CHECK, ("old security layer",)),), ())


def hardened(ground: Ground) -> Setup:
    """TLS alone."""
    return _setup(ground, "tls", (), (_CHECK,))


def _setup(ground: Ground, layer: str, flaws: tuple[Flaw, ...], also: tuple[str, ...]) -> Setup:
    port = free_port()
    certificate, key, _ = ground.certificate()
    settings = ground.file(
        "xrdp.ini",
        f"[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:{port}\nsecurity_layer={layer}\n"
        f"crypt_level=high\ncertificate={certificate}\nkey_file={key}\nssl_protocols=TLSv1.2, TLSv1.3\n"
        f"[Logging]\nLogFile={ground.folder}/xrdp.log\nLogLevel=INFO\nEnableSyslog=false\n"
        "[Xorg]\nname=Xorg\nlib=libxup.so\n",
    )
    command = ("xrdp", "--nodaemon", "--config", str(settings))
    return Setup(command, (Door(port, "rdp", "", "", flaws, also),), accepts(port))


SERVICE = Service("xrdp", "xrdp", "xrdp", misconfigured, hardened)
