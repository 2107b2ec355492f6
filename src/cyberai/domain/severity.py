"""Severity of a finding, as the API spells it."""

from enum import StrEnum


class Severity(StrEnum):
    """Five bands, after the CVSS qualitative scale; `info` carries no risk by itself."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info, so that bands compare."""
        return _RANK[self]

    @classmethod
    def of_score(cls, score: float) -> "Severity":
        """The CVSS 3.1 qualitative band of a base score (specification section 5)."""
        for floor, band in ((9.0, cls.CRITICAL), (7.0, cls.HIGH), (4.0, cls.MEDIUM), (0.1, cls.LOW)):
            if score >= floor:
                return band
        return cls.INFO


_RANK = {
    Severity.CRITICAL: 4,
    Severity.HIGH: 3,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
    Severity.INFO: 0,
}
