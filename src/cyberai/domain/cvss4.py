"""CVSS 4.0 scores from vectors (FIRST, Common Vulnerability Scoring System v4.0, sections 7 and 8).

The metrics fall into six sets of equivalence (EQ1 to EQ6), whose levels name a macrovector with a score of its own. From
there the score sinks towards the next lower macrovectors, as far as the vector lies below the worst one of its own.
Everything is counted in whole tenths, so that no rounding of the way decides.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from cyberai.domain.cvss4_table import TENTHS

_BASE = {
    "AV": "NALP",
    "AC": "LH",
    "AT": "NP",
    "PR": "NLH",
    "UI": "NPA",
    "VC": "HLN",
    "VI": "HLN",
    "VA": "HLN",
    "SC": "HLN",
    "SI": "HLN",
    "SA": "HLN",
}
"""The base metrics with their values, the worst first."""

_REQUIREMENTS = {"CR": "HML", "IR": "HML", "AR": "HML"}
_SAFETY = {"SI": "SHLN", "SA": "SHLN"}
"""What the modified metrics know besides: harm to people."""

_LEVELS = _BASE | {"SC": "-HLN"} | _SAFETY | _REQUIREMENTS
"""Steps below the worst value; `SC` begins one step down, since it has no S."""

METRICS: dict[str, tuple[str, ...]] = (
    {name: tuple(values) for name, values in _BASE.items()}
    | {"E": tuple("XAPU")}
    | {name: ("X", *values) for name, values in _REQUIREMENTS.items()}
    | {f"M{name}": ("X", *_SAFETY.get(name, values)) for name, values in _BASE.items()}
    | {"S": tuple("XNP"), "AU": tuple("XNY"), "R": tuple("XAUI"), "V": tuple("XDC"), "RE": tuple("XLMH")}
    | {"U": ("X", "Clear", "Green", "Amber", "Red")}
)
"""Every metric in the order of the specification, with its values; X is "not defined"."""

_WORST: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"0": ("AV:N/PR:N/UI:N",), "1": ("AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"), "2": ("AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P")},
    {"0": ("AC:L/AT:N",), "1": ("AC:H/AT:N", "AC:L/AT:P")},
    {
        "00": ("VC:H/VI:H/VA:H/CR:H/IR:H/AR:H",),
        "01": ("VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"),
        "10": ("VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"),
        "11": (
            "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H",
            "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
            "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M",
            "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
            "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
        ),
        "21": ("VC:L/VI:L/VA:L/CR:H/IR:H/AR:H",),
    },
    {"0": ("SC:H/SI:S/SA:S",), "1": ("SC:H/SI:H/SA:H",), "2": ("SC:L/SI:L/SA:L",)},
)  # fmt: skip
"""The worst vectors of each level of EQ1, EQ2, of EQ3 and EQ6 together, and of EQ4."""

_DEPTH: tuple[Mapping[str, int], ...] = (
    {"0": 1, "1": 4, "2": 5},
    {"0": 1, "1": 2},
    {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10},
    {"0": 6, "1": 5, "2": 4},
)
"""Steps from the worst vector of a level to the next level."""


def score(metrics: Mapping[str, str]) -> float:
    """The score (0.0 to 10.0) of valid metrics: base, and threat and environment where they are defined."""
    value = _effective(metrics)
    if all(value[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0.0
    eq1, eq2, eq3, eq4, eq5, eq6 = levels = _levels(value)
    own = TENTHS["".join(levels)]
    sinking: list[Fraction] = []
    for place, level in enumerate((eq1, eq2, eq3 + eq6, eq4)):
        lower = _next_lower(levels, place)
        if lower is not None:
            steps = Fraction(_below(value, _WORST[place][level]), _DEPTH[place][level])
            sinking.append((own - lower) * steps)
    if eq5 < "2":
        # The lower level of EQ5 counts as one to sink towards, but a vector never lies below the worst of its level.
        sinking.append(Fraction(0))
    mean = sum(sinking, Fraction(0)) / len(sinking) if sinking else Fraction(0)
    tenths = min(Fraction(100), max(Fraction(0), own - mean))
    return floor(tenths + Fraction(1, 2)) / 10


def _effective(metrics: Mapping[str, str]) -> dict[str, str]:
    """The value that counts of each metric: the modified one, and the worst where nothing is said."""
    value = {name: metrics[name] for name in _BASE}
    for name in _BASE:
        modified = metrics.get(f"M{name}", "X")
        if modified != "X":
            value[name] = modified
    for name, fallback in (("E", "A"), ("CR", "H"), ("IR", "H"), ("AR", "H")):
        said = metrics.get(name, "X")
        value[name] = fallback if said == "X" else said
    return value


def _levels(value: Mapping[str, str]) -> tuple[str, str, str, str, str, str]:
    """The levels of EQ1 to EQ6 (specification, tables 24 to 29)."""
    open_ways = [value["AV"] == "N", value["PR"] == "N", value["UI"] == "N"]
    near = "1" if any(open_ways) and value["AV"] != "P" else "2"
    own_harm = [value[name] == "H" for name in ("VC", "VI", "VA")]
    further = "1" if "H" in (value["SC"], value["SI"], value["SA"]) else "2"
    wanted = any(
        value[need] == "H" and value[harm] == "H" for need, harm in (("CR", "VC"), ("IR", "VI"), ("AR", "VA"))
    )
    return (
        "0" if all(open_ways) else near,
        "0" if (value["AC"], value["AT"]) == ("L", "N") else "1",
        "0" if own_harm[0] and own_harm[1] else "1" if any(own_harm) else "2",
        "0" if "S" in (value["SI"], value["SA"]) else further,
        {"A": "0", "P": "1", "U": "2"}[value["E"]],
        "0" if wanted else "1",
    )


def _next_lower(levels: tuple[str, ...], place: int) -> int | None:
    """The score in tenths of the macrovector one level lower in this set; None below the lowest level."""
    eq1, eq2, eq3, eq4, eq5, eq6 = (int(level) for level in levels)
    lower = {
        0: [(eq1 + 1, eq2, eq3, eq4, eq5, eq6)],
        1: [(eq1, eq2 + 1, eq3, eq4, eq5, eq6)],
        2: [(eq1, eq2, third, eq4, eq5, sixth) for third, sixth in _lower_pairs(eq3, eq6)],
        3: [(eq1, eq2, eq3, eq4 + 1, eq5, eq6)],
    }[place]
    found = [TENTHS.get("".join(map(str, one))) for one in lower]
    return max((tenths for tenths in found if tenths is not None), default=None)


def _lower_pairs(eq3: int, eq6: int) -> list[tuple[int, int]]:
    """Where EQ3 and EQ6, which go together, may go down to."""
    if (eq3, eq6) == (0, 0):
        return [(0, 1), (1, 0)]
    return [(1, 1)] if (eq3, eq6) == (1, 0) else [(eq3 + 1, 1)]


def _below(value: Mapping[str, str], worst: tuple[str, ...]) -> int:
    """Steps below the first of these vectors that is not better anywhere."""
    for vector in worst:
        steps = [
            _LEVELS[name].index(value[name]) - _LEVELS[name].index(level)
            for name, level in (field.split(":") for field in vector.split("/"))
        ]
        if min(steps) >= 0:
            return sum(steps)
    raise ValueError(f"no worst vector lies above {value}")
