"""The log of a process: text for people or one JSON object per line, never with a secret in it."""

import logging
import sys

import msgspec

from cyberai.app.times import rfc3339_millis
from cyberai.config import Settings
from cyberai.domain.api_key import PREFIX

_HIDDEN = "***"
_MARKS = (
    PREFIX,
    "Bearer ",
    "bearer ",
    "Basic ",
    "token=",
    "password=",
    "passwd=",
    "secret=",
    "api_key=",
    "apikey=",
)
"""What follows one of these is a secret up to the end of its word."""
_ENDS = frozenset(" \t\r\n\"'<>,;&)]}\\")
_PLACE = "@"
_ENCODER = msgspec.json.Encoder()


def set_up_logging(settings: Settings) -> None:
    """Log to stderr as the settings say; once per process."""
    handler = logging.StreamHandler(sys.stderr)
    secrets = tuple(text for text in (settings.api_key,) if text)
    handler.setFormatter(JsonLines(secrets) if settings.log_format == "json" else TextLines(secrets))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])


class TextLines(logging.Formatter):
    """`2026-01-31 12:00:00,123 WARNING cyberai.server: words`."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, its traceback included, without secrets."""
        return without_secrets(super().format(record), self._secrets)


class JsonLines(logging.Formatter):
    """One object per line: time, level, logger, message; `request` in the access log, `error` with a traceback."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The object, without secrets."""
        entry: dict[str, object] = {
            "time": rfc3339_millis(int(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
        }
        message = without_secrets(record.getMessage(), self._secrets)
        if record.name == "cyberai.access":
            entry["request"] = msgspec.Raw(message.encode())
        else:
            entry["message"] = message
        if record.exc_info:
            entry["error"] = without_secrets(self.formatException(record.exc_info), self._secrets)
        return _ENCODER.encode(entry).decode()


def without_secrets(text: str, secrets: tuple[str, ...] = ()) -> str:
    """The text with keys, tokens, passwords in URLs and the given secrets replaced."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    for mark in _MARKS:
        if mark in text:
            text = _after(text, mark)
    return _without_user_info(text) if _PLACE in text and "://" in text else text


def _after(text: str, mark: str) -> str:
    first, *others = text.split(mark)
    return first + "".join(mark + _HIDDEN + other[_word(other) :] for other in others)


def _word(text: str) -> int:
    """The length of the word that the text begins with."""
    return next((at for at, character in enumerate(text) if character in _ENDS), len(text))


def _without_user_info(text: str) -> str:
    first, *others = text.split("://")
    parts = [first]
    for other in others:
        authority = other[: min(_word(other), len(other.partition("/")[0]))]
        user, at, _ = authority.rpartition(_PLACE)
        parts.append(_HIDDEN + other[len(user) :] if at else other)
    return "://".join(parts)
