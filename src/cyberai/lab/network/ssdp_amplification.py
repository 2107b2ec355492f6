"""UPnP devices: one that answers searches from anywhere on the vulnerable twin; one that says little."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ssdp-amplification"
_DESCRIPTION = (
    "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://192.0.2.60:5000/device.xml\r\n"
    "SERVER: Linux/4.9 UPnP/1.0 QuayUPnPd/2.0\r\nST: upnp:rootdevice\r\n"
    "USN: uuid:5f2c1a70-0000-1000-8000-00a0c9000001::upnp:rootdevice\r\n\r\n"
)
_SHORT = "HTTP/1.1 200 OK\r\nEXT:\r\nST: upnp:rootdevice\r\n\r\n"


class Device:
    """One datagram (UPnP Device Architecture 2.0, section 1.3)."""

    closed = False

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def feed(self, data: bytes) -> bytes:
        head = data[:2_048].decode("latin-1").lower()
        search = head.startswith("m-search * http/1.1\r\n") and '"ssdp:discover"' in head
        return self._answer.encode() if search else b""


def _gateway(fixed: bool) -> Session:
    """On the fixed twin it tells strangers no more than that it is there."""
    return Device(_SHORT if fixed else _DESCRIPTION)


def _lamp(_fixed: bool) -> Session:
    return Device(_SHORT)


SERVICES: tuple[Service, ...] = (
    Service(
        name="gateway",
        session=_gateway,
        checks=(CHECK,),
        udp=True,
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="search",
                summary="Searches from anywhere are answered.",
            ),
        ),
    ),
    Service(name="lamp", session=_lamp, checks=(CHECK,), udp=True),
)
