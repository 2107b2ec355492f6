"""etcd: open to everyone, and for those with a certificate."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of


def misconfigured(ground: Ground) -> Setup:
    """As it starts by itself: no TLS, no accounts."""
    port = free_port()
    flaws = (Flaw("network.etcd-unauthenticated"),)
    door = Door(port, "etcd", "etcd", version_of("etcd-server"), flaws, ("web.debug-pages",))
    return _setup(ground, door, "http", ())


def hardened(ground: Ground) -> Setup:
    """TLS, and only clients whose certificate the authority has signed."""
    certificate, key, authority = ground.certificate()
    files = (f"--cert-file={certificate}", f"--key-file={key}", f"--trusted-ca-file={authority}")
    return _setup(ground, Door(free_port(), ""), "https", (*files, "--client-cert-auth"))


def _setup(ground: Ground, door: Door, scheme: str, more: tuple[str, ...]) -> Setup:
    own, peers = f"{scheme}://127.0.0.1:{door.port}", f"http://127.0.0.1:{free_port()}"
    command = (
        *("etcd", "--name=quay", f"--data-dir={ground.folder}/data", f"--initial-cluster=quay={peers}"),
        *(f"--listen-client-urls={own}", f"--advertise-client-urls={own}"),
        *(f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", *more),
    )
    return Setup(command, (door,), accepts(door.port))


SERVICE = Service("etcd", "etcd-server", "etcd", misconfigured, hardened)
