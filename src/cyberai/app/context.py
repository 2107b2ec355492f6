"""What every use case needs: the ports, handed in once by the composition root."""

from collections.abc import Callable

from msgspec import Struct

from cyberai.checkkit import Check
from cyberai.domain.report import ReportFormat
from cyberai.ports.network import AddressJudge, Network
from cyberai.ports.reporting import Renderer, Wake
from cyberai.ports.runtime import Clock, IdSource, Rng, Sealer
from cyberai.ports.store import Store


class App(Struct, frozen=True, kw_only=True):
    """The ports of one process. `sealer` keeps secrets; `renderers` are loaded when first asked for; `cursor_key` signs cursors and
    `pepper` keys the digests of API keys (both made at the first start and kept in the store)."""

    store: Store
    clock: Clock
    ids: IdSource
    rng: Rng
    sealer: Sealer
    judge: AddressJudge
    network: Network
    wake: Wake
    checks: tuple[Check, ...]
    renderers: Callable[[ReportFormat], Renderer]
    pepper: bytes
    cursor_key: bytes
    version: str
    doc_base: str = "/docs"
