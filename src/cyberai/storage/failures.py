"""What a caller is told when the database refuses: domain errors instead of the driver's."""

import errno

import apsw

from cyberai.domain.errors import Conflict, StorageFull, StoreError, Unavailable

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def storage_full() -> StorageFull:
    """The disk is full."""
    return StorageFull(
        "The disk that holds the store is full",
        reason="Free disk space and try again; what was acknowledged before is safe",
    )


def translated(error: BaseException, connection: apsw.Connection) -> BaseException:
    """The domain error that an apsw error stands for; any other exception as it is."""
    if not isinstance(error, apsw.Error):
        return error
    if is_full(error, connection):
        return storage_full()
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return Unavailable(
            "The store is busy", reason="Another process has been writing for too long; try again"
        )
    if isinstance(error, apsw.ConstraintError):
        return Conflict("A row with this identity exists already", reason="Use another id")
    if isinstance(error, apsw.ReadOnlyError):
        return StoreError("A read must not write: use Store.write")
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return StoreError(f"The store is damaged ({error}); run `cyberai doctor` and restore a backup")
    return Unavailable(
        "The store cannot be read or written", reason=f"See the server's log and its disk: {error}"
    )


def is_full(error: BaseException, connection: apsw.Connection) -> bool:
    """True when the disk, the quota or a limit on file size is used up."""
    if isinstance(error, apsw.FullError):
        return True
    return isinstance(error, apsw.IOError) and connection.system_errno in _NO_SPACE
