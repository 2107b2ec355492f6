"""What came of asking a port."""

from msgspec import Struct

from cyberai.engine.services.identity import UNKNOWN, Identity


class Answering(Struct, frozen=True):
    """What speaks on the port. `web`: HTTP, whose first page is kept; `said`: what it said first; `tls`: inside TLS."""

    identity: Identity = UNKNOWN
    said: bytes = b""
    web: bool = False
    tls: bool = False
