"""A Grafana service with the administrator as it was delivered; its twin's has a password of his own; and one that takes
every password."""

from base64 import b64decode
from binascii import Error
from functools import partial

from cyberai.lab.network._http import HttpSession, Reply, Request
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.grafana-default-login"
_REFUSED = {"message": "Invalid username or password", "messageId": "password-auth.failed", "statusCode": 401}


def _respond(passwords: frozenset[str] | None, request: Request) -> Reply:
    if request.path == "/":
        return Reply(302, '<a href="/login">Found</a>.', location="/login", x_frame_options="deny")
    if request.path == "/api/health":
        return Reply(200, {"commit": "7741d5fb9c", "database": "ok", "version": "10.2.3"})
    if not request.path.startswith("/api/"):
        page = "<!DOCTYPE html><html><head><title>Grafana</title></head></html>"
        return Reply(200 if request.path == "/login" else 404, page)
    try:
        given = b64decode(request.headers.get("authorization", "").partition("Basic ")[2]).decode("latin-1")
    except Error:
        given = ""
    if not given or (passwords is not None and given not in passwords):
        return Reply(401, _REFUSED)
    if request.path == "/api/org":
        return Reply(200, {"id": 1, "name": "Main Org."})
    return Reply(200, {"id": 1, "email": "admin@localhost", "login": "admin", "isGrafanaAdmin": True})


def _boards(fixed: bool) -> Session:
    return HttpSession(partial(_respond, frozenset() if fixed else frozenset({"admin:admin"})))


def _anyone(_fixed: bool) -> Session:
    return HttpSession(partial(_respond, None))


SERVICES: tuple[Service, ...] = (
    Service(
        name="boards",
        session=_boards,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="admin",
                summary="The administrator's password is admin.",
                intrusive=True,
            ),
        ),
    ),
    Service(name="boards that admit everybody", session=_anyone, checks=(CHECK,)),
)
