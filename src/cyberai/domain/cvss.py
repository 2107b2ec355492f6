"""CVSS 3.1 base scores from vectors (FIRST, Common Vulnerability Scoring System v3.1, section 7)."""

_AV = {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}
_AC = {"L": 0.77, "H": 0.44}
_PR_UNCHANGED = {"N": 0.85, "L": 0.62, "H": 0.27}
_PR_CHANGED = {"N": 0.85, "L": 0.68, "H": 0.5}
_UI = {"N": 0.85, "R": 0.62}
_CIA = {"H": 0.56, "L": 0.22, "N": 0.0}


def base_score(vector: str) -> float:
    """The base score of a `CVSS:3.1/...` vector; raise ValueError when a base metric is missing or unknown."""
    prefix, *fields = vector.split("/")
    if prefix not in ("CVSS:3.1", "CVSS:3.0"):
        raise ValueError(f"not a CVSS 3 vector: {vector!r}")
    metrics = dict(field.split(":", 1) for field in fields if ":" in field)
    try:
        changed = {"U": False, "C": True}[metrics["S"]]
        privileges = (_PR_CHANGED if changed else _PR_UNCHANGED)[metrics["PR"]]
        exploitability = 8.22 * _AV[metrics["AV"]] * _AC[metrics["AC"]] * privileges * _UI[metrics["UI"]]
        loss = 1 - (1 - _CIA[metrics["C"]]) * (1 - _CIA[metrics["I"]]) * (1 - _CIA[metrics["A"]])
    except KeyError as error:
        raise ValueError(f"base metric {error} is missing or unknown in {vector!r}") from error
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
