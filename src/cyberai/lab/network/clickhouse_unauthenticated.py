"""A ClickHouse service whose user default has no password, on the vulnerable twin; and one whose start page only looks
alike."""

from functools import partial

from cyberai.lab.network._http import HttpSession, Reply, Request
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.clickhouse-unauthenticated"
_ALIVE = Reply(200, "Ok.\n", x_clickhouse_server_display_name="quay")
_REFUSED = Reply(
    403,
    "Code: 516. DB::Exception: default: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)\n",
    x_clickhouse_exception_code="516",
)


def _respond(guarded: bool, request: Request) -> Reply:
    if request.path == "/ping" or (request.path == "/" and not request.query):
        return _ALIVE
    if request.path != "/" or not request.query.startswith("query="):
        return Reply(404, "There is no handle /\n")
    if guarded:
        return _REFUSED
    return Reply(
        200, "23.8.2.7\n" if "version" in request.query else "default\ninformation_schema\nsystem\ntides\n"
    )


def _looks_alike(request: Request) -> Reply:
    """Says that it is alive, whatever it is asked."""
    return _ALIVE if request.path in ("/", "/ping") else Reply(404, "Not here.\n")


def _tides(fixed: bool) -> Session:
    return HttpSession(partial(_respond, fixed))


def _alive(_fixed: bool) -> Session:
    return HttpSession(_looks_alike)


SERVICES: tuple[Service, ...] = (
    Service(
        name="tide tables",
        session=_tides,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="default without password",
                summary="The user default has no password.",
            ),
        ),
    ),
    Service(name="service that is alive", session=_alive, checks=(CHECK,)),
)
