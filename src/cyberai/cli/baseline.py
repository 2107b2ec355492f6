"""What was known before: a scan of the store or the file of a report, so that only what is new fails a pipeline."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure

if TYPE_CHECKING:
    from cyberai.app.resources import VulnerabilityResource
    from cyberai.cli.place import Place
    from cyberai.config import Settings

MAX_BYTES = 512 << 20
"""Size of a file that is read."""


class Baseline(Struct, frozen=True):
    """Findings that were known, by id and by fingerprint; `name` is what the operator called it."""

    name: str
    known: frozenset[str]

    def has(self, row: "VulnerabilityResource") -> bool:
        """Whether this finding was known."""
        return row.id in self.known or row.fingerprint in self.known


class _Finding(Struct):
    fingerprint: str
    id: str = ""


class _Report(Struct):
    vulnerabilities: list[_Finding]


def baseline_of(text: str | None, place: "Place", settings: "Settings | None") -> Baseline | None:
    """Read it, before the scan; raise Failure when it cannot be used: a pipeline must not pass by a mistyped name."""
    if text is None:
        return None
    if Path(text).exists():
        return Baseline(text, _of_file(Path(text)))
    if not text.startswith("scan_"):
        raise _unusable(text, "there is no such file, and it is no id of a scan")
    return Baseline(text, _of_scan(text, place, settings))


def _of_file(path: Path) -> frozenset[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unusable(str(path), f"it is larger than {MAX_BYTES >> 20} MiB")
        report = msgspec.json.decode(path.read_bytes(), type=_Report)
    except OSError as error:
        raise _unusable(str(path), error.strerror or str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unusable(str(path), f"it is no JSON report: {error}") from error
    return frozenset(word for row in report.vulnerabilities for word in (row.fingerprint, row.id) if word)


def _of_scan(scan_id: str, place: "Place", settings: "Settings | None") -> frozenset[str]:
    from cyberai.cli.place import on_platform
    from cyberai.domain.errors import NotFound

    try:
        return on_platform(place, lambda platform: platform.known_findings(scan_id), settings)
    except NotFound as error:
        where = "server" if place.server else "store"
        why = f"the {where} holds no such scan; `cyberai scans{place.again}` lists them"
        raise _unusable(scan_id, why) from error


def _unusable(name: str, why: str) -> Failure:
    return Failure(
        f"The baseline {name} cannot be used",
        why=why,
        next_step="Give --fail-on-new the id of a scan, or a file that `cyberai scan -o FILE.json` or a json report wrote",
        code=ExitCode.USAGE,
    )
