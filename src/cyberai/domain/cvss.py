"""CVSS scores from vectors: base scores of 3.0 and 3.1 (FIRST, CVSS v3.1, section 7), scores of 4.0 (`cvss4`)."""

from collections.abc import Mapping

from cyberai.domain import cvss4

_AV = {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}
_AC = {"L": 0.77, "H": 0.44}
_PR_UNCHANGED = {"N": 0.85, "L": 0.62, "H": 0.27}
_PR_CHANGED = {"N": 0.85, "L": 0.68, "H": 0.5}
_UI = {"N": 0.85, "R": 0.62}
_CIA = {"H": 0.56, "L": 0.22, "N": 0.0}
_BASE: dict[str, tuple[str, ...]] = {
    "AV": tuple(_AV),
    "AC": tuple(_AC),
    "PR": tuple(_PR_CHANGED),
    "UI": tuple(_UI),
    "S": ("U", "C"),
    "C": tuple(_CIA),
    "I": tuple(_CIA),
    "A": tuple(_CIA),
}
_NEEDED = {"3.0": tuple(_BASE), "3.1": tuple(_BASE), "4.0": tuple(cvss4.METRICS)[:11]}


def base_score(vector: str) -> float:
    """The score of a `CVSS:3.0/...`, `CVSS:3.1/...` (base metrics only) or `CVSS:4.0/...` vector, 0.0 to 10.0; raise
    ValueError when it is none: another version, a metric that is unknown, missing or there twice, an unknown value."""
    version = cvss_version(vector)
    if version is None:
        raise ValueError(f"not a vector of CVSS 3 or 4: {vector!r}")
    metrics = _metrics(vector, cvss4.METRICS if version == "4.0" else _BASE)
    missing = [name for name in _NEEDED[version] if name not in metrics]
    if missing:
        raise ValueError(f"{', '.join(missing)} is missing in {vector!r}")
    return cvss4.score(metrics) if version == "4.0" else _score3(metrics)


def cvss_version(vector: str) -> str | None:
    """`3.0`, `3.1` or `4.0`, as the vector begins; None for anything else."""
    prefix, _, version = vector.partition("/")[0].partition(":")
    return version if prefix == "CVSS" and version in _NEEDED else None


def _metrics(vector: str, known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    metrics: dict[str, str] = {}
    for field in vector.split("/")[1:]:
        name, _, value = field.partition(":")
        if value not in known.get(name, ()):
            raise ValueError(f"unknown metric {field!r} in {vector!r}")
        if name in metrics:
            raise ValueError(f"{name} is there twice in {vector!r}")
        metrics[name] = value
    return metrics


def _score3(metrics: Mapping[str, str]) -> float:
    changed = metrics["S"] == "C"
    privileges = (_PR_CHANGED if changed else _PR_UNCHANGED)[metrics["PR"]]
    exploitability = 8.22 * _AV[metrics["AV"]] * _AC[metrics["AC"]] * privileges * _UI[metrics["UI"]]
    loss = 1 - (1 - _CIA[metrics["C"]]) * (1 - _CIA[metrics["I"]]) * (1 - _CIA[metrics["A"]])
    if changed:
        impact = 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15
    else:
        impact = 6.42 * loss
    if impact <= 0:
        return 0.0
    total = 1.08 * (impact + exploitability) if changed else impact + exploitability
    return _round_up(min(total, 10.0))


def _round_up(value: float) -> float:
    # The specification's own integer arithmetic (appendix A): floats would round 4.02 to 4.1.
    scaled = round(value * 100_000)
    if scaled % 10_000 == 0:
        return scaled / 100_000
    return (scaled // 10_000 + 1) / 10.0
