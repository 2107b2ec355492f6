"""The page of certificates: which end when, by month, and where they are served."""

from itertools import groupby

from msgspec import Struct

from cyberai.api.reply import Reply
from cyberai.app.certificate_calendar import FIRST_ENDING, Expiring, ExpiringCertificate, list_expiring
from cyberai.app.listing import Asked
from cyberai.app.times import parse_time, rfc3339
from cyberai.domain.inventory import expires_soon_from
from cyberai.web.paging import links
from cyberai.web.render import page
from cyberai.web.visit import Visit

SHOWN = 100
"""Rows of a page."""

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class EndLine(Struct, frozen=True, kw_only=True):
    """A certificate in words; `when` is expired, soon, or empty. `until` is RFC 3339."""

    subject: str
    issuer: str
    until: str
    when: str
    places: tuple[str, ...]
    more: bool


async def show(visit: Visit) -> Reply:
    """GET /certificates."""
    asked = Asked(limit=SHOWN, cursor=visit.query.cursor(), sort=FIRST_ENDING)
    found = await list_expiring(visit.app, visit.workspace, Expiring(), asked)
    now = rfc3339(visit.app.clock.now())
    months = [
        (_month(month), [_line(row, now) for row in rows]) for month, rows in groupby(found.data, key=_key)
    ]
    pages = links("/certificates", visit.query.values, found.next_cursor)
    return page(visit, "certificates", months=months, pages=pages)


def _key(row: ExpiringCertificate) -> str:
    assert row.asset.certificate is not None
    return row.asset.certificate.not_after[:7]


def _month(text: str) -> str:
    """The month 2026-12 in words."""
    year, _, month = text.partition("-")
    return f"{_MONTHS[int(month) - 1]} {int(year)}"


def _line(row: ExpiringCertificate, now: str) -> EndLine:
    facts = row.asset.certificate
    assert facts is not None
    soon = rfc3339(expires_soon_from(parse_time(facts.not_before), parse_time(facts.not_after)))
    return EndLine(
        subject=facts.subject,
        issuer=facts.issuer,
        until=facts.not_after,
        when="expired" if facts.not_after < now else "soon" if soon < now else "",
        places=tuple(
            f"{f'[{at.host}]' if ':' in at.host else at.host}:{at.port}"
            + (" (gone)" if at.state == "gone" else "")
            for at in row.services
        ),
        more=row.more_services,
    )
