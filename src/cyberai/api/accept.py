"""What a client accepts: media types (RFC 9110 section 12.5.1), and problem details instead of the envelope."""

from functools import lru_cache

from cyberai.domain.errors import CyberAIError, ErrorCode

PROBLEM = "application/problem+json"
_JSON = "application/json"
MAX_HEADER = 1024
"""Bytes of a header of preferences that are looked at: what was looked at is remembered."""


def wants_problem(accept: bytes | None) -> bool:
    """True when errors are wanted as RFC 9457 problem details: named, and not less than plain JSON."""
    if accept is None or b"problem" not in accept.lower():
        return False
    ranges = _ranges(accept[:MAX_HEADER])
    wanted = ranges.get(PROBLEM, 0.0)
    return wanted > 0 and wanted >= ranges.get(_JSON, 0.0)


def accepts(accept: bytes | None, media_type: str) -> bool:
    """True when a reply of this type may be sent. Who asks for problem details takes JSON as well."""
    if accept is None or accept == b"*/*" or (accept == b"application/json" and media_type == _JSON):
        return True
    return _accepts(accept[:MAX_HEADER], media_type)


def require_acceptable(accept: bytes | None, media_type: str) -> None:
    """Raise 406 where a reply of this type may not be sent."""
    if not accepts(accept, media_type):
        raise CyberAIError(
            "Nothing here has a format that you accept",
            code=ErrorCode.NOT_ACCEPTABLE,
            field="Accept",
            reason=f"Accept {media_type}, or leave the header out",
        )


@lru_cache(maxsize=256)
def _accepts(accept: bytes, media_type: str) -> bool:
    ranges = _ranges(accept)
    if not ranges:
        return True
    kind = media_type.partition("/")[0]
    for name in (media_type, f"{kind}/*", "*/*"):
        if name in ranges:
            return ranges[name] > 0
    return media_type == _JSON and ranges.get(PROBLEM, 0.0) > 0


@lru_cache(maxsize=256)
def _ranges(header: bytes) -> dict[str, float]:
    """Media range -> weight. Parameters other than `q` are ignored, and so is what is no media range."""
    found: dict[str, float] = {}
    for item in header.decode("latin-1").split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        kind, slash, subtype = name.partition("/")
        if slash and kind and subtype and not (kind == "*" and subtype != "*"):
            found[name] = max(found.get(name, 0.0), weight(parameters))
    return found


def weight(parameters: list[str]) -> float:
    """The `q` among the parameters of an item, 1.0 without one; 0 when it is no number from 0 to 1."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            digits = value.strip()
            plain = 1 <= len(digits) <= 5 and digits.replace(".", "", 1).isdigit() and digits.isascii()
            return min(1.0, float(digits)) if plain else 0.0
    return 1.0
