"""Mail domains that say who may send for them, or do not; and domains that have no mail."""

from cyberai.lab.dns._records import ADDRESS, CAA, DMARC, MAIL, SPF
from cyberai.lab.page import Flaw
from cyberai.lab.zone import Records, Zone

CHECK = "dns.spf"


def _silent(fixed: bool) -> Records:
    return (*MAIL, *DMARC, *CAA, *(SPF if fixed else ()))


def _open(fixed: bool) -> Records:
    rest = "include:list.lanterns.example -all" if fixed else "include:list.lanterns.example"
    senders = "ip4:192.0.2.0/24 -all" if fixed else "+all"
    return (
        *MAIL,
        *DMARC,
        *CAA,
        ("@", "TXT", f'"v=spf1 {rest}"'),
        ("list", "TXT", f'"v=spf1 {senders}"'),
    )


def _without_mail(_fixed: bool) -> Records:
    return (*ADDRESS, *CAA, ("@", "MX", "0 ."), ("@", "TXT", '"site-verification=4711"'))


def _elsewhere(_fixed: bool) -> Records:
    return (
        *ADDRESS,
        *DMARC,
        *CAA,
        ("@", "TXT", '"v=spf1 redirect=_spf.buoys.example"'),
        ("_spf", "TXT", '"v=spf1 -all"'),
    )


ZONES = (
    Zone(
        name="ferries.example",
        records=_silent,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="absent", summary="Nothing says who may send."),
        ),
    ),
    Zone(
        name="lanterns.example",
        records=_open,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK, path="", method="", variant="pass-all", summary="An included list lets all pass."
            ),
        ),
    ),
    Zone(name="tidepools.example", records=_without_mail, checks=(CHECK, "dns.dmarc")),
    Zone(name="buoys.example", records=_elsewhere, checks=(CHECK,)),
)
