"""Pages from templates: every value is escaped, and made visible before that, wherever it came from."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cyberai.api.reply import Headers, Reply
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import CyberAIError
from cyberai.reports.plain_text import capped, one_line, visible
from cyberai.web import words
from cyberai.web.assets import address
from cyberai.web.forms import problems_of
from cyberai.web.visit import Visit

HTML = b"text/html; charset=utf-8"
POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing inline, nothing from elsewhere, no script that turns text into markup."""

SECURITY: Headers = [
    (b"content-security-policy", POLICY),
    (b"x-frame-options", b"DENY"),
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_MAX_LINE = 300


def page(
    visit: Visit,
    template: str,
    *,
    error: CyberAIError | None = None,
    headers: Headers | None = None,
    **values: Any,
) -> Reply:
    """A page of the site, with what its handler has it show. After an error it has the error's status and headers,
    and the template knows `message` and, by field, `problems`."""
    text = (
        _templates()
        .get_template(f"{template}.html.j2")
        .render(
            visit=visit,
            key_id=visit.signed_in.principal.key_id if visit.signed_in else "",
            may={scope.value: visit.may(scope) for scope in ApiScope},
            now=visit.app.clock.now(),
            version=visit.app.version,
            error=error,
            message=error.message if error else "",
            problems=problems_of(error),
            **values,
        )
    )
    sent = [*SECURITY, *(headers or [])]
    if error is not None:
        sent += [(name.lower().encode(), value.encode("latin-1")) for name, value in error.headers.items()]
    status = error.status if error else 200
    # The token of the forms stands beside what was entered: compressed, the size would tell about it.
    return Reply(status, text.encode("utf-8", "replace"), HTML, sent, secret=True)


def see_other(path: str, headers: Headers | None = None) -> Reply:
    """303: the browser goes on with GET. `path` is a path of ours."""
    return Reply(303, b"", HTML, [(b"location", path.encode("ascii")), *SECURITY, *(headers or [])])


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("cyberai.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "line": _line,
        "human": words.human,
        "number": words.number,
        "when": words.when,
        "day": words.day,
        "ago": words.ago,
        "size": words.size,
        "duration": words.duration,
        "rough": words.rough,
    }
    environment.globals |= {"asset": address}
    return environment


def _shown(value: Any) -> Any:
    """What any expression of a template puts out: nothing invisible, nothing that reorders."""
    if type(value) is str:  # most of a page; markup is a subclass of it
        return visible(value)
    return value if hasattr(value, "__html__") else visible(str(value))


def _line(text: str, most: int = _MAX_LINE) -> str:
    """On one line, not endless, and never nothing: a link must have something to press."""
    return capped(one_line(text), most) or "(blank)"
