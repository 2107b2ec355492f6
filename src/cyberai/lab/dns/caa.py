"""Domains that name the authorities that may issue certificates for them, or try to."""

from cyberai.lab.dns._records import CAA, DMARC, MAIL, SPF
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.caa"


def _unnamed(fixed: bool) -> Records:
    return (*MAIL, *SPF, *DMARC, *(CAA if fixed else ()))


def _misspelt(fixed: bool) -> Records:
    authority = "ca.example.net" if fixed else "https://ca.example.net/"
    return (*MAIL, *SPF, *DMARC, ("@", "CAA", f'0 issue "{authority}"'), ("@", "CAA", '0 issuewild ";"'))


ZONES = (
    Zone(
        name="anchors.example",
        records=_unnamed,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="absent", summary="Any authority may issue."),),
    ),
    Zone(
        name="bollards.example",
        records=_misspelt,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="malformed", summary="A URL is no authority."),),
    ),
)
