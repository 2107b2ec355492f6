"""A scan that logs in leaves accounts as they are: neither its own name nor anybody's password changes."""

from typing import Any

from cyberai.domain.http import HttpRequest, HttpResponse
from support.members import scan_logged_in
from support.miniature_site import form, html, links

AUTH: dict[str, Any] = {"type": "basic", "username": "robin", "password": "low-tide-at-seven"}


class Staff:
    """Accounts with a form each; the first is the one that logs in."""

    def __init__(self) -> None:
        self.names = {"1": "robin", "2": "sam"}
        self.passwords = {"1": "low-tide-at-seven", "2": "kittiwake"}
        self.boats: list[str] = []

    def respond(self, request: HttpRequest) -> HttpResponse:
        if request.header("authorization") is None:
            return html("who?", 401, (("WWW-Authenticate", "Basic"),))
        place, sent = request.url.path, form(request)
        if place == "/":
            return html(links("/staff/1", "/staff/2", "/profile", "/boat"))
        if place == "/boat":
            self.boats += [sent["name"]] if "name" in sent else []
            return html(
                "<form method=post action=/boat><input name=name value=Petrel><button>Keep</button></form>"
            )
        if place == "/profile":
            self.names["1"] = sent.get("username", self.names["1"])
            return html(
                f"<form method=post action=/profile><input name=username value='{self.names['1']}'></form>"
            )
        number = place.rpartition("/")[2]
        if not place.startswith("/staff/") or number not in self.names:
            return html("no", 404)
        self.names[number] = sent.get("username", self.names[number])
        self.passwords[number] = sent.get("password1") or self.passwords[number]
        fields = f"<input name=username value='{self.names[number]}'><input type=email name=email>"
        secrets = "<input type=password name=password1><input type=password name=password2>"
        return html(f"<form method=post action={place}>{fields}{secrets}<button>Save</button></form>")


def test_accounts_stay_and_other_forms_are_tested() -> None:
    staff = Staff()
    finished = scan_logged_in(staff.respond, AUTH)
    assert staff.names == {"1": "robin", "2": "sam"}
    assert staff.passwords == {"1": "low-tide-at-seven", "2": "kittiwake"}
    assert len(staff.boats) > 10
    said = [str(o.outcome) for o in finished.outcomes if "policy" in str(o.outcome)]
    assert any("the account that the scan is logged in with" in text for text in said)
    assert any("password change" in text for text in said)
