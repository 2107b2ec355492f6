"""An application of one page: its script logs in by JSON and sends the token it gets."""

from msgspec import structs

from cyberai.lab.area import MembersArea
from cyberai.lab.http import LabRequest, LabResponse, json_response, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.members._inside import FLAWS, PASSWORD, USER, Sessions, finished, order_as_json
from cyberai.lab.state import State

LASTS = 80
"""Requests after which a token is worth nothing."""

_SCRIPT = """
const crew = {token: null};
async function comeAboard(name, secret) {
  const reply = await fetch("/api/session", {method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({username: name, password: secret})});
  crew.token = (await reply.json()).authentication.token;
}
async function ask(path) {
  return (await fetch(path, {headers: {Authorization: "Bearer " + crew.token}})).json();
}
async function show() {
  const mine = await ask("/api/orders?id=1");
  const tides = await ask("/api/tides");
  return [mine, tides];
}
"""


class TokenArea:
    """The start page and its script are for everybody, the data is not."""

    def __init__(self, fixed: bool) -> None:
        self._fixed = fixed
        self._state = State(fixed)
        self._sessions = Sessions(self._state, LASTS)

    def respond(self, request: LabRequest) -> LabResponse:
        """See lab.area.Area."""
        return finished(request, self._answer(request))

    def close(self) -> None:
        """See lab.area.Area."""
        self._state.close()

    def _answer(self, request: LabRequest) -> LabResponse:
        if request.path == "/":
            script = '<script src="/crew.js"></script>'
            return shop_page(self._state, "Crew", f"<p>Loading the deck.</p>{script}")
        if request.path == "/crew.js":
            return text_response(_SCRIPT, "text/javascript; charset=utf-8")
        if request.path == "/api/session":
            return self._login(request)
        if not request.path.startswith("/api/"):
            return text_response("There is no such page.\n", status=404)
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        if scheme != "Bearer" or not self._sessions.known(token):
            return json_response({"error": "not aboard"}, 401, ("WWW-Authenticate", "Bearer"))
        if request.path == "/api/orders":
            return order_as_json(request, self._state, fixed=self._fixed)
        if request.path == "/api/tides":
            return json_response({"high": "nine", "low": "three"})
        return json_response({"error": "not found"}, 404)

    def _login(self, request: LabRequest) -> LabResponse:
        if request.method != "POST":
            return json_response({"error": "send name and password"}, 405)
        given = request.json if isinstance(request.json, dict) else {}
        if (given.get("username"), given.get("password")) != (USER, PASSWORD):
            return json_response({"error": "who are you?"}, 401)
        return json_response({"authentication": {"token": self._sessions.begin(), "name": USER}})


MEMBERS_AREAS = (
    MembersArea(
        name="json",
        auth={"type": "json", "username": USER, "password": PASSWORD, "login_url": "{origin}/api/session"},
        open=TokenArea,
        flaws=(structs.replace(FLAWS[0], path="/api/orders"),),
    ),
)
