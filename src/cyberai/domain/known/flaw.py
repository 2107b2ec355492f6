"""What is kept of a published flaw for one product: in which versions, and on what it must run."""

from msgspec import Struct

ANY = "*"


class Range(Struct, frozen=True, omit_defaults=True, rename={
    "versions": "v", "update": "u", "start": "s", "start_excluded": "sx", "end": "e", "end_included": "ei", "more": "m",
}):  # fmt: skip
    """Some versions of the product: exactly `versions`, or where there is none all from `start` to `end`. `update` is an
    attribute of CPE, as are the values of `more`, by name; empty bounds are none."""

    versions: tuple[str, ...] = ()
    update: str = ANY
    start: str = ""
    start_excluded: bool = False
    end: str = ""
    end_included: bool = False
    more: dict[str, str] = {}


class On(Struct, frozen=True, array_like=True):
    """A platform that it must run on (or, `negated`, must not): any of these names, `part:vendor:product:version`."""

    names: tuple[str, ...]
    negated: bool = False


class Alternative(Struct, frozen=True, omit_defaults=True, rename={
    "ranges": "r", "negated": "n", "on": "on",
}):  # fmt: skip
    """The flaw is there where the version lies in one of the ranges (`negated`: in none) and every platform is there."""

    ranges: tuple[Range, ...]
    negated: bool = False
    on: tuple[On, ...] = ()


class Flaw(Struct, frozen=True, omit_defaults=True, rename={
    "modified": "t", "vector": "c", "score": "b", "alternatives": "a", "cves": "i",
}):  # fmt: skip
    """A flaw as far as one product is concerned. `modified` is when its record was changed last, `vector` of CVSS (empty
    where there is none of version 3 or 4), `score` its base score. `cves` are the CVE numbers of a record that has another
    name."""

    modified: str
    alternatives: tuple[Alternative, ...]
    vector: str = ""
    score: float = 0.0
    cves: tuple[str, ...] = ()


class Record(Struct, frozen=True):
    """One published record: its id, when it was changed last, and what it says of each product (by the name that it is
    looked up by). Of a rejected, disputed or withdrawn one nothing is said, so that it hides what was said before."""

    id: str
    modified: str
    products: dict[str, Flaw]
