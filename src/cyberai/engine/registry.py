"""Which checks exist and which a scan runs."""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from cyberai.checkkit import Check, Scope
from cyberai.domain.check import CheckMeta
from cyberai.domain.scan import Mode, ScanSpec, ScanType

_WEB = frozenset(
    {Scope.INSERTION, Scope.STORED, Scope.PAGE, Scope.CONTENT, Scope.ORIGIN, Scope.TLS, Scope.PRODUCT}
)
_SCOPES = {
    ScanType.VULNERABILITY: frozenset(Scope),
    ScanType.WEB: _WEB,
    ScanType.API: _WEB,
    ScanType.NETWORK: frozenset({Scope.TLS, Scope.SERVICE, Scope.DOMAIN, Scope.NAME, Scope.PRODUCT}),
    ScanType.CLOUD: frozenset[Scope](),
}


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check below the package `cyberai.checks`, sorted by id.

    A module's checks are its module-level Check values. Raise ValueError when two carry one id.
    """
    package = importlib.import_module("cyberai.checks")
    found: dict[str, Check] = {}
    for module in pkgutil.walk_packages(package.__path__, "cyberai.checks."):
        loaded = importlib.import_module(module.name)
        for value in vars(loaded).values():
            # A check imported from another module belongs to that one.
            if not isinstance(value, Check) or value.run.__module__ != module.name:
                continue
            if found.setdefault(value.meta.id, value) is not value:
                raise ValueError(f"two checks carry the id {value.meta.id}")
    return tuple(found[check_id] for check_id in sorted(found))


def matches(selector: str, check_id: str) -> bool:
    """A selector is an id or the beginning of one up to a dot or hyphen: `web`, `web.`, `web.sql`."""
    return check_id == selector or (
        check_id.startswith(selector) and (selector.endswith(".") or check_id[len(selector)] in ".-")
    )


def select(checks: Iterable[Check], spec: ScanSpec) -> tuple[Check, ...]:
    """The checks of this scan: by scan type, include and exclude, tags and mode; sorted by id."""
    chosen = [check for check in checks if not _exclusion(check.meta, spec)]
    return tuple(sorted(chosen, key=lambda check: check.meta.id))


def left_out(checks: Iterable[Check], spec: ScanSpec) -> tuple[tuple[str, str], ...]:
    """(id, why) of every check that this scan does not run, sorted by id."""
    found = [(check.meta.id, _exclusion(check.meta, spec)) for check in checks]
    return tuple(sorted((id, reason) for id, reason in found if reason))


def _exclusion(meta: CheckMeta, spec: ScanSpec) -> str:
    """Why a check does not run; empty when it does."""
    wanted = spec.options.checks
    if meta.scope not in _SCOPES[spec.scan_type]:
        return f"scan_type {spec.scan_type.value} does not look at {meta.scope.value}"
    if meta.intrusive and spec.policies.mode is not Mode.INTRUSIVE:
        return "runs with policies.mode intrusive only"
    if wanted.include and not any(matches(s, meta.id) for s in wanted.include):
        return "options.checks.include does not name it"
    if any(matches(s, meta.id) for s in wanted.exclude):
        return "options.checks.exclude names it"
    if wanted.tags and not set(wanted.tags) & set(meta.tags):
        return "has none of options.checks.tags"
    return ""


def unknown_selectors(spec: ScanSpec) -> tuple[str, ...]:
    """The include and exclude entries that name no check, as written: most likely mistyped."""
    ids = [check.meta.id for check in all_checks()]
    entries = dict.fromkeys((*spec.options.checks.include, *spec.options.checks.exclude))
    return tuple(entry for entry in entries if not any(matches(entry, check_id) for check_id in ids))
