"""Mail domains with and without a policy for forged senders; and one that answers for every name."""

from cyberai.lab.dns._records import CAA, DMARC, MAIL, SPF
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.dmarc"


def _watching(fixed: bool) -> Records:
    policy = "quarantine" if fixed else "none"
    return (*MAIL, *SPF, *CAA, ("_dmarc", "TXT", f'"v=DMARC1; p={policy}; rua=mailto:reports@quay.example"'))


def _missing(fixed: bool) -> Records:
    # The pattern answers for the policy's name with something that is no policy.
    return (*MAIL, *SPF, *CAA, ("*", "TXT", '"welcome to the pier"'), *(DMARC if fixed else ()))


ZONES = (
    Zone(
        name="piers.example",
        records=_watching,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="none", summary="The policy refuses nothing."),),
    ),
    Zone(
        name="jetties.example",
        records=_missing,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="absent", summary="There is no policy."),),
    ),
)
