"""No log line carries a query string: the WebSocket's key travels in one."""

import logging

_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets", "websockets.server")
_ENDS = frozenset(" \t\r\n\"'<>]")


def without_queries(text: str) -> str:
    """The text with everything between a `?` and the end of its word replaced."""
    if "?" not in text:
        return text
    kept: list[str] = []
    skipping = False
    for character in text:
        if skipping and character in _ENDS:
            skipping = False
        if not skipping:
            kept.append(character)
            if character == "?":
                skipping = True
                kept.append("***")
    return "".join(kept)


class WithoutQueries(logging.Filter):
    """Rewrites records before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        record.msg, record.args = without_queries(record.getMessage()), ()
        return True


def redact_server_logs() -> None:
    """Put the filter on every logger of the server's libraries; calling it again changes nothing."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, WithoutQueries) for known in logger.filters):
            logger.addFilter(WithoutQueries())
