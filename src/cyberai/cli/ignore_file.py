"""`.cyberai-ignore.toml`: findings that someone has looked at and lets pass, each with a reason and until when."""

import datetime
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from cyberai.app.resources import VulnerabilityResource
from cyberai.app.results import IgnoredFinding
from cyberai.app.times import parse_time, rfc3339
from cyberai.cli.failures import Failure
from cyberai.cli.toml_file import TomlFile, read_toml

NAME = ".cyberai-ignore.toml"
_KEYS = ("fingerprint", "check", "location", "parameter", "reason", "expires")
_EXAMPLE = 'Write [[ignore]] with fingerprint = "..." (or check = "..." and location = "..."), reason = "..." and expires = 2030-01-31'


class IgnoreRule(Struct, frozen=True, kw_only=True):
    """One `[[ignore]]`: all that is given must agree. `expires` is UTC microseconds."""

    reason: str
    expires: int
    line: int
    fingerprint: str = ""
    check: str = ""
    location: str = ""
    parameter: str = ""

    @property
    def words(self) -> str:
        """What it is about, for people."""
        return self.fingerprint or " ".join(
            part for part in (self.check, self.location, self.parameter) if part
        )

    def covers(self, row: VulnerabilityResource) -> bool:
        """True when it speaks of this finding."""
        if self.fingerprint and self.fingerprint != row.fingerprint:
            return False
        if self.check and self.check != row.check_id:
            return False
        if self.parameter and self.parameter != row.location.parameter:
            return False
        return not self.location or any(fits(self.location, place) for place in _places(row))


class Ignores(Struct, frozen=True):
    """The rules of a file, still valid ones and others."""

    name: str = ""
    valid: tuple[IgnoreRule, ...] = ()
    expired: tuple[IgnoreRule, ...] = ()

    def among(self, rows: Iterable[VulnerabilityResource]) -> list[IgnoredFinding]:
        """The findings that a valid rule covers."""
        found = []
        for row in rows:
            rule = next((rule for rule in self.valid if rule.covers(row)), None)
            if rule is not None:
                found.append(IgnoredFinding(id=row.id, reason=rule.reason, expires=rfc3339(rule.expires)))
        return found

    def remarks(self, checks: Collection[str]) -> list[str]:
        """What to tell people before the scan; `checks` are the ids there are."""
        if not self.name:
            return []
        count = len(self.valid)
        lines = [f"Read {self.name}: {count} {'rule' if count == 1 else 'rules'}"]
        lines += [
            f"{self.name}, line {rule.line}: expired on {rfc3339(rule.expires)}, so it counts again: {rule.words}"
            for rule in self.expired
        ]
        lines += [
            f"{self.name}, line {rule.line}: there is no check {rule.check}, so it lets nothing pass; "
            "`cyberai checks list` shows all"
            for rule in self.valid
            if rule.check and rule.check not in checks
        ]
        return lines


def read_ignores(path: Path | None, now: int) -> Ignores:
    """The rules of the file, or of NAME in the working directory if it is there; raise Failure when one cannot be
    used: a rule that is misread would hide something or fail to."""
    if path is None:
        if not Path(NAME).exists():
            return Ignores()
        path = Path(NAME)
    file = read_toml(path)
    for key in file.values:
        if key != "ignore":
            raise file.complaint(key, "there is no such key", _EXAMPLE)
    entries = file.values.get("ignore", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise file.complaint("ignore", "must be a list of tables", _EXAMPLE)
    rules = [_rule(file, index, entry) for index, entry in enumerate(entries)]
    return Ignores(
        file.name,
        tuple(rule for rule in rules if rule.expires > now),
        tuple(rule for rule in rules if rule.expires <= now),
    )


def _rule(file: TomlFile, index: int, entry: dict[str, Any]) -> IgnoreRule:
    def bad(key: str, what: str) -> Failure:
        return file.complaint(key, what, _EXAMPLE, table=index)

    for key, value in entry.items():
        if key not in _KEYS:
            raise bad(key, "there is no such key")
        if key != "expires" and not (isinstance(value, str) and value.strip()):
            raise bad(key, "must be text in quotes")
    for key in ("reason", "expires"):
        if key not in entry:
            raise bad(key, "is missing: nothing is ignored without a reason and an end")
    if "fingerprint" not in entry and not ("check" in entry and "location" in entry):
        raise bad("ignore", "names no finding: give fingerprint, or check and location")
    try:
        expires = _end(entry["expires"])
    except ValueError as error:
        raise bad("expires", str(error)) from error
    texts = {key: value.strip() for key, value in entry.items() if key != "expires"}
    return IgnoreRule(**texts, expires=expires, line=file.line_of("[[ignore]]", index))


def _end(value: object) -> int:
    """UTC microseconds of the end of a day, or of a time; text or TOML's own."""
    text = value if isinstance(value, str) else ""
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
    elif isinstance(value, datetime.date):
        text = f"{value.isoformat()}T23:59:59Z"
    elif len(text) == len("2030-01-31"):
        text += "T23:59:59Z"
    if not text:
        raise ValueError("must be a day such as 2030-01-31")
    return parse_time(text)


def fits(pattern: str, text: str) -> bool:
    """True when the text is the pattern, in which `*` stands for anything."""
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    *inner, last = others
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in inner:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


def _places(row: VulnerabilityResource) -> set[str]:
    url = row.location.url or ""
    return {url, url.partition("?")[0], row.affected_component, row.target} - {""}
