"""Enumerations that may grow: a value that this SDK does not know is kept and never an error."""

from __future__ import annotations

from enum import StrEnum


class OpenEnum(StrEnum):
    """Text with known values. `Severity("apocalyptic")` works, equals "apocalyptic", and `is_known` is False."""

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """False for a value that is newer than this SDK."""
        return self._value_ in type(self)._value2member_map_
