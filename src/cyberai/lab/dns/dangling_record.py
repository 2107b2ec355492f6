"""A domain whose mail goes to a domain that has run out, and one that is an alias of such a name."""

from cyberai.lab.dns._records import ADDRESS, CAA, DMARC, SOUND, SPF
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.dangling-record"
_GONE = "harbour-retired-4711.com"


def _mail(fixed: bool) -> Records:
    exchanger = "mx.quay.example." if fixed else f"mx.{_GONE}."
    return (*ADDRESS, *SPF, *DMARC, *CAA, ("@", "MX", f"10 {exchanger}"))


def _other(_fixed: bool) -> Records:
    # Names of one's own that are not there are a mistake, and nobody can take them.
    return (*SOUND, ("mx", "A", "192.0.2.25"))


ZONES = (
    Zone(
        name="winches.example",
        records=_mail,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK, path="", method="", variant=f"MX mx.{_GONE}", summary="The mail's host is gone."
            ),
        ),
    ),
    Zone(name="quay.example", records=_other, checks=(CHECK,)),
)
