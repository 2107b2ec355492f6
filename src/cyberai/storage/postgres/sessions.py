"""A connection for every thread of a pool."""

import threading

from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.driver import Session


class Sessions:
    """A small pool: as many connections as there are threads that ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._own = threading.local()
        self._all: list[Session] = []

    def mine(self) -> Session:
        """The session of the running thread."""
        session: Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = Session(self._database)
            self._all.append(session)
        return session

    def close(self) -> None:
        """Close every connection; the threads have ended."""
        for session in self._all:
            session.close()
