"""Behind a login form with a token against forgery: one page, or name and password on two; for ever, or for a while."""

from functools import partial

from cyberai.lab.area import MembersArea
from cyberai.lab.http import LabRequest, LabResponse, first, redirect
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import link, text
from cyberai.lab.members._inside import FLAWS, FORGEABLE, PASSWORD, USER, Sessions, finished, page_inside
from cyberai.lab.state import State

COOKIE = "crew_session"
SHORT_LIFE = 40
"""Requests after which a session of the forgetful area is over."""

_WAY_OUT = f"<p>{link('/logout', 'Log out')} {link('/gangway?step=ashore', 'Go ashore')}</p>"


class FormArea:
    """The area. `/logout` ends the session, and so does `/gangway?step=ashore`, which no word gives away."""

    def __init__(
        self, fixed: bool, *, two_steps: bool = False, lasts: int = 0, same_site: str = "Lax"
    ) -> None:
        self._fixed = fixed
        self._attributes = f"Path=/; HttpOnly; Secure; SameSite={same_site}"
        self._two_steps = two_steps
        self._state = State(fixed)
        self._sessions = Sessions(self._state, lasts)
        self._visitors = Sessions(self._state)
        self._tokens: dict[str, str] = {}

    def respond(self, request: LabRequest) -> LabResponse:
        """See lab.area.Area."""
        return finished(request, self._answer(request))

    def close(self) -> None:
        """See lab.area.Area."""
        self._state.close()

    def _answer(self, request: LabRequest) -> LabResponse:
        if request.path == "/login":
            return self._login(request)
        session = first(request.cookies, COOKIE)
        if not self._sessions.known(session):
            return redirect("/login")
        if request.path == "/logout" or first(request.query, "step") == "ashore":
            self._sessions.end(session)
            return redirect("/login") if request.path == "/logout" else self._ashore()
        if request.path == "/gangway":
            return shop_page(self._state, "Gangway", "<p>Mind the gap.</p>" + _WAY_OUT)
        inside = page_inside(request, self._state, fixed=self._fixed, way_out=_WAY_OUT)
        return inside or shop_page(self._state, "Not here", "<p>No such page.</p>" + _WAY_OUT, status=404)

    def _ashore(self) -> LabResponse:
        return shop_page(self._state, "Ashore", "<p>Fair winds until the next time.</p>")

    def _login(self, request: LabRequest) -> LabResponse:
        visitor = first(request.cookies, COOKIE)
        if request.method != "POST" or visitor not in self._tokens:
            return self._ask("")
        token = self._tokens.pop(visitor)
        if first(request.form, "form_token") != token:
            return self._ask("The form has expired.")
        name, secret = first(request.form, "crew_name"), first(request.form, "passphrase")
        if self._two_steps and secret is None:
            return self._ask("", name or "")
        if (name, secret) != (USER, PASSWORD):
            return self._ask("The name or the password is wrong.")
        return redirect("/").with_headers(
            ("Set-Cookie", f"{COOKIE}={self._sessions.begin()}; {self._attributes}")
        )

    def _ask(self, complaint: str, name: str | None = None) -> LabResponse:
        """The form, for a visitor of its own; with `name` the second page of two."""
        visitor, token = self._state.token(), self._state.token()
        if len(self._tokens) >= 1_000:
            self._tokens.pop(next(iter(self._tokens)))
        self._tokens[visitor] = token
        fields = f'<input type="hidden" name="form_token" value="{token}">'
        if name is None:
            fields += '<label>Crew name <input name="crew_name" autocomplete="username"></label>'
        else:
            fields += f'<input type="hidden" name="crew_name" value="{text(name)}">'
        if name is not None or not self._two_steps:
            fields += '<label>Password <input type="password" name="passphrase"></label>'
        said = f"<p>{text(complaint)}</p>" if complaint else ""
        body = f'{said}<form action="/login" method="post">{fields}<button>Come aboard</button></form>'
        return shop_page(
            self._state,
            "Crew only",
            body,
            headers=(("Set-Cookie", f"{COOKIE}={visitor}; {self._attributes}"),),
        )


def _area(
    name: str, *, named: bool = False, two_steps: bool = False, lasts: int = 0, same_site: str = "Lax"
) -> MembersArea:
    auth = {"type": "form", "username": USER, "password": PASSWORD}
    return MembersArea(
        name=name,
        auth={**auth, "login_url": "{origin}/login"} if named else auth,
        open=partial(FormArea, two_steps=two_steps, lasts=lasts, same_site=same_site),
        flaws=FLAWS if same_site == "Lax" else (*FLAWS, FORGEABLE),
    )


MEMBERS_AREAS = (
    _area("form"),
    _area("form-in-two-steps", named=True, two_steps=True),
    _area("form-that-forgets", lasts=SHORT_LIFE),
    _area("form-across-sites", same_site="None"),
)
