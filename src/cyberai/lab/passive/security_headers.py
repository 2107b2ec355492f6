"""Pages that lack one security header each, and are otherwise well-behaved."""

from functools import partial

from cyberai.lab.headers import CONTENT_SECURITY_POLICY
from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Link, Page, trap
from cyberai.lab.parsing import Pairs
from cyberai.lab.state import State

CHECK = "passive.security-headers"
_FRAMEABLE = CONTENT_SECURITY_POLICY.replace("; frame-ancestors 'none'", "")


def _page(
    text: str, headers: Pairs, omitted: tuple[str, ...], title: str, _request: LabRequest, state: State
) -> LabResponse:
    return shop_page(state, title, f"<p>{text}</p>", headers=headers, omitted=omitted)


def _lacking(
    path: str, title: str, text: str, kind: str, summary: str, *, headers: Pairs = (),
    omitted: tuple[str, ...] = (), demo: bool = False,
) -> Page:  # fmt: skip
    return Page(
        path=path,
        title=title,
        section="House rules",
        vulnerable=partial(_page, text, headers, omitted, title),
        fixed=partial(_page, text, (), (), title),
        flaws=(Flaw(check=CHECK, path=path, variant=kind, summary=summary, demo=demo),),
        links=(Link(path, title),),
        demo=demo,
    )


def _only_ancestors(_request: LabRequest, state: State) -> LabResponse:
    """Trap: frame-ancestors alone protects from framing; X-Frame-Options is its older form."""
    return shop_page(state, "Complaints", "<p>We listen, then we pour tea.</p>", omitted=("x-frame-options",))


PAGES: tuple[Page, ...] = (
    _lacking("/rules/delivery", "Delivery", "We deliver by boat, tide permitting.", "content-security-policy",
             "The page has no content security policy.", omitted=("content-security-policy",), demo=True),
    _lacking("/rules/returns", "Returns", "Bring it back dry.", "clickjacking",
             "The page may be framed by any site.", demo=True,
             headers=(("Content-Security-Policy", _FRAMEABLE),), omitted=("x-frame-options",)),
    _lacking("/rules/payment", "Payment", "Cash, card or fish.", "x-content-type-options",
             "Browsers may guess the type of the answer.", omitted=("x-content-type-options",), demo=True),
    _lacking("/rules/privacy", "Privacy", "We forget your name by ourselves.", "referrer-policy",
             "The whole address is sent along to other sites.",
             headers=(("Referrer-Policy", "unsafe-url"),)),
    trap("/rules/complaints", "Complaints", "House rules", _only_ancestors),
)  # fmt: skip
