"""`@check`: makes a function a check; its texts come from the module's docstring."""

import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

from msgspec import Struct

from cyberai.checkkit.probe import Probe
from cyberai.domain.check import CheckMeta, Grain, Scope
from cyberai.domain.cvss import base_score
from cyberai.domain.finding import Hit
from cyberai.domain.severity import Severity

Run = Callable[[Any, Probe], AsyncIterator[Hit]]
"""What a check's code is: given the asset its scope names and a probe, it yields hits."""


class Check(Struct, frozen=True):
    """A check: what is known about it, and its code."""

    meta: CheckMeta
    run: Run
    judges_profile: bool = False
    """Whether it reads the profile of a TLS port: without such a check none is measured."""


def check(
    *,
    id: str,
    title: str,
    severity: Severity,
    cvss: str,
    cwe: tuple[str, ...],
    owasp: tuple[str, ...],
    scope: Scope,
    grain: Grain,
    max_requests: int,
    references: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    intrusive: bool = False,
    since: str = "0.1",
    judges_profile: bool = False,
) -> Callable[[Run], Check]:
    """Declare a check.

    The module's docstring is its documentation and the API's text: the first paragraphs are the description,
    then `## Impact` and `## Remediation` (and `## How it is proven`, shown in the reference only). `cvss` is a
    CVSS 3.1 or 4.0 vector in whose band `severity` lies. `judges_profile`: a check of a TLS port that reads its profile. Raise ValueError when a part is missing.
    """

    def declare(run: Run) -> Check:
        sections = docstring_sections(sys.modules[run.__module__].__doc__ or "")
        missing = [name for name in ("", "Impact", "Remediation") if not sections.get(name)]
        if missing:
            raise ValueError(f"check {id}: the module docstring lacks {missing}")
        if Severity.of_score(base_score(cvss)) is not severity:
            raise ValueError(f"check {id}: {cvss} is {Severity.of_score(base_score(cvss))}, not {severity}")
        meta = CheckMeta(
            id=id,
            title=title,
            severity=severity,
            cvss=cvss,
            cwe=cwe,
            owasp=owasp,
            scope=scope,
            grain=grain,
            max_requests=max_requests,
            description=sections[""],
            impact=sections["Impact"],
            remediation=sections["Remediation"],
            references=references,
            tags=tags,
            intrusive=intrusive,
            since=since,
        )
        return Check(meta, run, judges_profile)

    return declare


def docstring_sections(docstring: str) -> dict[str, str]:
    """Split a docstring at its `## Title` lines; what stands before the first has the empty title."""
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in docstring.strip().splitlines():
        if line.startswith("## "):
            current = line[3:].strip()
            sections[current] = []
        else:
            sections[current].append(line)
    return {title: "\n".join(lines).strip() for title, lines in sections.items()}
