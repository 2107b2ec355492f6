"""What a caller is told when PostgreSQL refuses: domain errors instead of the driver's."""

import psycopg
from psycopg import errors

from cyberai.domain.errors import Conflict, CyberAIError, StoreError, Unavailable
from cyberai.storage.failures import storage_full

_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected)
_RIGHTS = (errors.InsufficientPrivilege, errors.InvalidAuthorizationSpecification)


def must_repeat(error: psycopg.Error) -> bool:
    """True when the transaction lost against another one and the same work may succeed now."""
    return isinstance(error, _AGAIN)


def unreachable() -> Unavailable:
    """The database cannot be talked to. Clients are not told where it is: the log says why (`Database.connect`)."""
    return Unavailable(
        "The database cannot be reached",
        reason="Try again in a moment; the server's log says what is wrong",
        headers={"Retry-After": "1"},
    )


def translated(error: psycopg.Error) -> CyberAIError | StoreError:
    """The domain error that an error of psycopg stands for."""
    if isinstance(error, errors.UniqueViolation):
        return Conflict("A row with this identity exists already", reason="Use another id")
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return StoreError("A read must not write: use Store.write")
    if isinstance(error, errors.DiskFull):
        return storage_full()
    if isinstance(error, (*_AGAIN, errors.LockNotAvailable)):
        return Unavailable(
            "The store is busy", reason="Another process has been writing for too long; try again"
        )
    if isinstance(error, _RIGHTS):
        return StoreError(f"The database refuses this to its role: {first_line(error)}")
    if isinstance(error, psycopg.OperationalError):
        return unreachable()
    return StoreError(f"The database reports an error: {first_line(error)}")


def refused_start(error: psycopg.Error, name: str) -> StoreError:
    """Why a store cannot be opened, and what to do."""
    text = first_line(error)
    hint = "Start PostgreSQL, or correct CYBERAI_DATABASE_URL"
    for mark, advice in _HINTS:
        if mark in str(error):
            hint = advice
            break
    if isinstance(error, _RIGHTS):
        hint = "Make the role the owner of the database, or GRANT it CREATE on the schema"
    return StoreError(f"The database {name} cannot be used: {text}. {hint}")


_HINTS = (
    ("password", "Correct the password in CYBERAI_DATABASE_URL, PGPASSWORD or ~/.pgpass"),
    ("does not exist", "Create the database and its role, or correct CYBERAI_DATABASE_URL"),
    ("starting up", "It is starting: try again in a moment"),
    ("too many", "Raise max_connections of the server, or end other clients"),
    ("pg_hba.conf", "Let this host and role in with a line in the server's pg_hba.conf"),
    ("resolve host", "Correct the host's name in CYBERAI_DATABASE_URL"),
)


def first_line(error: psycopg.Error) -> str:
    """What the server or the library says, in one line and without a full stop."""
    primary = error.diag.message_primary
    if primary:
        return primary
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # With several addresses the last attempt says it best; what follows a tab is advice.
    return (lines[0] if lines else type(error).__name__).rstrip(".")
