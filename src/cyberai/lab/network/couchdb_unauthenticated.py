"""A CouchDB service in its admin party; its twin has an administrator and still greets everyone."""

from cyberai.lab.network._http import Reply, twins

CHECK = "network.couchdb-unauthenticated"
_START = {
    "couchdb": "Welcome",
    "uuid": "77aa",
    "version": "2.3.1",
    "vendor": {"name": "The Apache Software Foundation"},
}
_ADMIN = {
    "ok": True,
    "userCtx": {"name": None, "roles": ["_admin"]},
    "info": {"authentication_handlers": ["cookie"]},
}
_NOBODY = {
    "ok": True,
    "userCtx": {"name": None, "roles": []},
    "info": {"authentication_handlers": ["cookie"]},
}

SERVICES = twins(
    CHECK,
    "logbooks",
    pages={
        "/": Reply(200, _START, server="CouchDB"),
        "/_session": Reply(200, _ADMIN),
        "/_all_dbs": Reply(200, ["_users", "logbook"]),
    },
    # CouchDB 2 lists its databases to everyone, administrator or not.
    guarded={"/_session": Reply(200, _NOBODY)},
    missing=Reply(404, {"error": "not_found", "reason": "Database does not exist."}),
    variant="admin party",
    summary="Every visitor is an administrator.",
)
