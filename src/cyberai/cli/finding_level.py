"""One line of the doctor."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """What was looked at, how it is, and what to do."""

    subject: str
    level: Level
    text: str
    next_step: str = ""
