"""A mail domain whose signing key is short, and one whose pattern answers for every selector."""

from cyberai.lab.dns._records import SOUND
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.dkim"
_SHORT = (
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAKXbPvsgUBLSIq8rK9lQ8A00FglwG3haJL6PJHRZpQ/ofc52/mvCtGl2wt1SYSnC6s8ppbZxqmGf"
    "PWqQR8r2xJY/jIIdd3N8p/N+78wFBDmm+KyXtVNSfDuE6ZFoK5SFtQIDAQAB"
)
_ELLIPTIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def _signed(fixed: bool) -> Records:
    key = f'"v=DKIM1; k=ed25519; p={_ELLIPTIC}"' if fixed else f'"v=DKIM1; k=rsa; p={_SHORT}"'
    return (*SOUND, ("selector1._domainkey", "TXT", key))


def _pattern(_fixed: bool) -> Records:
    return (*SOUND, ("*._domainkey", "TXT", f'"v=DKIM1; p={_SHORT}"'))


ZONES = (
    Zone(
        name="parcels.example",
        records=_signed,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="weak-key selector1", summary="A key of 768 bits."),
        ),
    ),
    Zone(name="nets.example", records=_pattern, checks=(CHECK,)),
)
