"""Imported fingerprints, matched against what services say."""

from collections import defaultdict
from collections.abc import Iterable

from cyberai.checkkit.ruby_patterns import NotTranslatable, compiled
from cyberai.checkkit.text import Match
from cyberai.domain.recog import Fingerprint

MAX_TEXT = 2_048
"""Bytes of a banner that imported patterns look at."""
_MAX_VALUE = 200


class ImportedFingerprints:
    """Fingerprints by what they are matched against, each list in its order. A pattern is compiled when it is first
    tried."""

    def __init__(self, fingerprints: Iterable[Fingerprint] = ()) -> None:
        self._by_matches: dict[str, list[Fingerprint]] = defaultdict(list)
        for fingerprint in fingerprints:
            self._by_matches[fingerprint.matches].append(fingerprint)

    def read(self, matches: str, text: bytes) -> dict[str, str] | None:
        """What the first fingerprint that matches says; None when none does."""
        for fingerprint in self._by_matches.get(matches, ()):
            said = values_of(fingerprint, text[:MAX_TEXT])
            if said is not None:
                return said
        return None


def values_of(fingerprint: Fingerprint, text: bytes) -> dict[str, str] | None:
    """What the fingerprint says of a text that it matches, else None: constants, groups, and constants with groups in
    them. A pattern that cannot be translated matches nothing."""
    try:
        match = compiled(fingerprint.pattern, fingerprint.flags).search(text)
    except NotTranslatable:
        return None
    if match is None:
        return None
    said = {param.name: _value(match, param.pos, param.value) for param in fingerprint.params}
    known = {name: value for name, value in said.items() if value}
    return {name: filled for name, value in known.items() if (filled := _filled(value, known))}


def _value(match: Match, pos: int, constant: str) -> str:
    if pos == 0:
        return constant
    return _line(match.groups[pos - 1]) if pos <= len(match.groups) else ""


def _filled(value: str, known: dict[str, str]) -> str:
    """A constant with `{service.version}` replaced; what is not known is `-` in a CPE and empties anything else."""
    while "{" in value:
        before, _, rest = value.partition("{")
        name, closed, after = rest.partition("}")
        if not closed:
            break
        found = known.get(name, "")
        if not found and not value.startswith("cpe:"):
            return ""
        value = before + (found.replace("{", "") or "-") + after
    return value


def _line(value: bytes) -> str:
    """Bytes of a service as one printable line."""
    text = value[: 2 * _MAX_VALUE].decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable()).strip()[:_MAX_VALUE]
