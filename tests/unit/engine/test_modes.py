"""Which requests are recognised as actions, and what each mode refuses."""

import pytest

from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scan import Mode
from cyberai.engine.body import FORM
from cyberai.engine.modes import Action, Seen, recognise, refusal


def get(target: str) -> HttpRequest:
    return HttpRequest("GET", Url.parse(f"http://shop.example{target}"))


def post(target: str, body: str = "") -> HttpRequest:
    headers = (("Content-Type", FORM),)
    return HttpRequest("POST", Url.parse(f"http://shop.example{target}"), headers, body.encode())


@pytest.mark.parametrize(
    ("request_", "label", "action"),
    [
        (get("/logout"), "", Action.LOG_OUT),
        (get("/user/log-out.php"), "", Action.LOG_OUT),
        (get("/session?action=signout"), "", Action.LOG_OUT),
        (get("/x?id=4"), "Sign out", Action.LOG_OUT),
        (get("/logOut"), "", Action.LOG_OUT),
        (get("/item/delete/4"), "", Action.DELETE),
        (get("/item?do=remove&id=4"), "", Action.DELETE),
        (get("/item?delete=4"), "", Action.DELETE),
        (post("/item", "id=4"), "Delete", Action.DELETE),
        (post("/setup.php", "create_db=Create+%2F+Reset+Database"), "Create / Reset Database", Action.RESET),
        (post("/database/reset"), "", Action.RESET),
        (get("/password/reset"), "", None),
        (get("/vuln/csrf/?password_new=a&password_conf=a&Change=Change"), "", Action.PASSWORD),
        (post("/account", "old_password=a&new_password=b"), "", Action.PASSWORD),
        (post("/profile/change-password", "p=1"), "", Action.PASSWORD),
        (post("/pages/4/unpublish/", "sure=yes"), "", Action.DELETE),
        (post("/keys/4", "x=1"), "Revoke key", Action.DELETE),
        (get("/profile/change-password"), "", None),
        (post("/register", "username=a&password=b&password2=b"), "", None),
        (post("/login", "email=a&password=b"), "Send", None),
        (post("/sendmail", "recipient=a&body=b"), "", Action.MAIL),
        (post("/contact", "message=hello"), "", Action.MAIL),
        (post("/contact/preview", "message=hello"), "", None),
        (post("/newsletter/done", "return_to=/"), "", None),
        (get("/contact"), "", None),
        (post("/api/known", "mail=a%40b.example"), "", None),
        (post("/customers", "name=a&contact=b&phone=1"), "", None),
        (post("/customers", "action=invite&mail=a"), "", Action.MAIL),
        (post("/cart/checkout", "a=1"), "", Action.PAYMENT),
        (post("/order", "card_number=4111"), "", Action.PAYMENT),
        (get("/cart/add?id=3"), "", Action.CHANGE),
        (get("/blog/how-to-delete-your-account-for-good"), "", None),
        (get("/search?q=delete+the+universe+now+please"), "", None),
        (get("/products?sort=price&order=asc"), "", None),
        (post("/search", "q=rope"), "Search", None),
        (get("/blogs/logbook"), "Remove rust with this spray today", None),
    ],
)
def test_actions_are_recognised_by_path_names_values_and_labels(
    request_: HttpRequest, label: str, action: Action | None
) -> None:
    assert recognise(request_, Seen(label)) is action


def test_two_password_fields_without_an_account_change_a_password_whatever_their_names() -> None:
    request = post("/account/security", "first=a&second=a")
    assert recognise(request) is None
    assert recognise(request, Seen(secrets=2)) is Action.PASSWORD
    assert recognise(post("/join", "user=x&first=a&second=a"), Seen(secrets=2)) is None


def test_a_form_for_the_password_of_an_account_that_is_there_is_no_sign_up() -> None:
    request = post("/users/edit/1", "username=robin&email=r%40quay.example&password1=a&password2=a")
    assert recognise(request, Seen(secrets=2)) is None
    assert recognise(request, Seen(secrets=2, accounts=("robin", "r@quay.example"))) is Action.PASSWORD


def test_the_scans_own_account_is_left_as_it_is() -> None:
    request, own = post("/profile", "username=robin&about=x"), Seen(accounts=("Robin",))
    for mode in Mode:
        why = refusal(request, mode, own, logged_in=True, user="robin") or ""
        assert "the account that the scan is logged in with" in why
    assert refusal(request, Mode.STANDARD, own, logged_in=True, user="sam") is None
    assert refusal(request, Mode.STANDARD, own) is None
    assert refusal(get("/users?username=robin"), Mode.STANDARD, own, logged_in=True, user="robin") is None


@pytest.mark.parametrize(
    ("method", "modes"),
    [
        ("GET", {Mode.SAFE, Mode.STANDARD, Mode.INTRUSIVE}),
        ("HEAD", {Mode.SAFE, Mode.STANDARD, Mode.INTRUSIVE}),
        ("OPTIONS", {Mode.SAFE, Mode.STANDARD, Mode.INTRUSIVE}),
        ("POST", {Mode.STANDARD, Mode.INTRUSIVE}),
        ("PUT", {Mode.STANDARD, Mode.INTRUSIVE}),
        ("PATCH", {Mode.STANDARD, Mode.INTRUSIVE}),
        ("DELETE", {Mode.INTRUSIVE}),
        # RFC 9110, section 9.2.1: a safe method; it sends the request back and nothing else.
        ("TRACE", {Mode.STANDARD, Mode.INTRUSIVE}),
    ],
)
def test_each_mode_sends_its_methods_only(method: str, modes: set[Mode]) -> None:
    request = HttpRequest(method, Url.parse("http://shop.example/things"))
    assert {mode for mode in Mode if refusal(request, mode) is None} == modes


def test_other_changes_by_link_are_refused_in_safe_mode_only() -> None:
    assert refusal(get("/cart/add?id=3"), Mode.STANDARD) is None
    assert "change" in (refusal(get("/cart/add?id=3"), Mode.SAFE) or "")
    assert refusal(get("/logout"), Mode.INTRUSIVE) is None
