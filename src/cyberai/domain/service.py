"""What a scan knows of a port that answers."""

from msgspec import Struct

from cyberai.domain.transport import Transport


class ServiceFact(Struct, frozen=True, kw_only=True):
    """One service, a website or not. `protocol` is its name (`ssh`, `http`) or empty where nothing was recognised; then
    `banner` is what is known. `product`, `version`, `cpe` (2.3, formatted string) and `os` (a hint) are empty where
    the service does not tell. `confidence` is 0 to 100 and belongs to the least certain of them. `tls`: it is spoken
    inside TLS."""

    host: str
    port: int
    transport: Transport = Transport.TCP
    protocol: str = ""
    product: str = ""
    version: str = ""
    cpe: str = ""
    os: str = ""
    confidence: int = 0
    tls: bool = False
    banner: str = ""
