"""A mail domain that announces a policy for its transport, with and without a host that has it."""

from cyberai.lab.dns._records import SOUND
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.mta-sts"


def _announcing(fixed: bool) -> Records:
    host: Records = (("mta-sts", "A", "192.0.2.11"),) if fixed else ()
    return (*SOUND, ("_mta-sts", "TXT", '"v=STSv1; id=20240301"'), *host)


ZONES = (
    Zone(
        name="moorings.example",
        records=_announcing,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="no-policy", summary="The policy has no host."),
        ),
    ),
)
