"""A broker's management page with the user guest as it was delivered; its twin has deleted it; and a page that looks
like it and takes every password."""

from base64 import b64decode
from binascii import Error
from functools import partial

from cyberai.lab.network._http import HttpSession, Reply, Request
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.rabbitmq-management-default-login"
_START = (
    "<!doctype html><meta http-equiv=X-UA-Compatible content=IE=edge><title>RabbitMQ Management</title>"
    '<script src="js/main.js"></script><div id=outer></div>'
)
_REFUSED = {"error": "not_authorised", "reason": "Login failed"}
_OVERVIEW = {"management_version": "3.10.8", "rabbitmq_version": "3.10.8", "cluster_name": "rabbit@quay"}


def _respond(passwords: frozenset[str] | None, request: Request) -> Reply:
    if request.path == "/":
        return Reply(200, _START, server="Cowboy")
    if not request.path.startswith("/api/"):
        return Reply(404, {"error": "Object Not Found"})
    given = request.headers.get("authorization", "").partition("Basic ")[2]
    try:
        given = b64decode(given).decode("latin-1")
    except Error:
        given = ""
    if not given or (passwords is not None and given not in passwords):
        return Reply(401, _REFUSED, www_authenticate='Basic realm="RabbitMQ Management"')
    user = {"name": given.partition(":")[0], "tags": ["administrator"]}
    return Reply(200, user if request.path == "/api/whoami" else _OVERVIEW)


def _broker(fixed: bool) -> Session:
    return HttpSession(partial(_respond, frozenset() if fixed else frozenset({"guest:guest"})))


def _anyone(_fixed: bool) -> Session:
    return HttpSession(partial(_respond, None))


SERVICES: tuple[Service, ...] = (
    Service(
        name="broker's page",
        session=_broker,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="guest",
                summary="The management page lets guest in with the password guest.",
                intrusive=True,
            ),
        ),
    ),
    Service(name="broker's page that admits everybody", session=_anyone, checks=(CHECK,)),
)
