"""Pages whose headers and markup name software with its version."""

from functools import partial

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Link, Page, trap
from cyberai.lab.parsing import Pairs
from cyberai.lab.state import State

CHECK = "passive.version-disclosure"
_SECTION = "Behind the counter"


def _answer(headers: Pairs, head: str, _request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, "Behind the counter", "<p>Mind the step.</p>", head=head, headers=headers)


def _page(path: str, where: str, headers: Pairs, sound: Pairs, head: str = "", plain: str = "") -> Page:
    return Page(
        path=path,
        title=f"Counter {path}",
        section=_SECTION,
        vulnerable=partial(_answer, headers, head),
        fixed=partial(_answer, sound, plain),
        flaws=(Flaw(check=CHECK, path=path, variant=where, summary=f"{where} names a version."),),
        links=(Link(path, f"Counter {path}"),),
    )


PAGES: tuple[Page, ...] = (
    _page("/counter/server", "Server", (("Server", "nginx/1.18.0 (Ubuntu)"),), (("Server", "nginx"),)),
    _page("/counter/modules", "Server with modules", (("Server", "Apache/2.4.41 (Unix) OpenSSL/1.1.1d mod_wsgi/4.6.8"),),
          (("Server", "Apache"),)),
    _page("/counter/language", "X-Powered-By", (("X-Powered-By", "PHP/7.2.24"),), (("X-Powered-By", "Express"),)),
    _page("/counter/runtime", "X-AspNet-Version", (("X-AspNet-Version", "4.0.30319"),), ()),
    _page("/counter/generator", "meta generator", (), (), '<meta name="generator" content="WordPress 5.4.2">',
          '<meta name="generator" content="Hugo">'),
    trap("/counter/proxy", "Counter behind a proxy", _SECTION,
         partial(_answer, (("Via", "1.1 quay-proxy"), ("X-Backend-Server", "quay-7"), ("X-Generator", "Shop")), "")),
    trap("/counter/dated", "Counter with a date", _SECTION,
         partial(_answer, (("Server", "quay 2024-03-01"), ("X-Powered-By", "wind and 3 sails")), "")),
)  # fmt: skip
