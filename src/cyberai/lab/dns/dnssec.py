"""A domain whose parent says that it is signed after its keys were taken away."""

from cyberai.lab.dns._records import SOUND
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.dnssec"


def _delegated(fixed: bool) -> Records:
    left: Records = (("@", "DS", "4711 13 2 " + "ab" * 32),)
    return (*SOUND, *(() if fixed else left))


ZONES = (
    Zone(
        name="sluices.example",
        records=_delegated,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="ds-without-key", summary="A DS without keys."),
        ),
    ),
)
