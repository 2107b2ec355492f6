"""The operator's word that targets may be scanned: printed at every start, recorded at the first."""

from cyberai.app.context import App
from cyberai.app.times import rfc3339
from cyberai.domain.ids import SYSTEM
from cyberai.ports.store import Tx

TEXT = "Scan only what you are allowed to scan: by starting scans on this server you confirm that you are authorised."
_SETTING = "attestation"


async def record_attestation(app: App) -> str:
    """Store when the text was first shown, with the text itself; the record, whenever it was made."""
    at = app.clock.now()

    def record(tx: Tx) -> str:
        known = tx.setting(_SETTING)
        if known is not None:
            return known
        fresh = f"{rfc3339(at)} {TEXT}"
        tx.set_setting(_SETTING, fresh)
        return fresh

    return await app.store.write(SYSTEM, record)
