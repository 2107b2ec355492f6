"""Names of files that every system of a kind has, and their counterparts that none has: for programs that tell of a
file only whether it is there."""

from collections.abc import Callable

from cyberai.checkkit.differential import Hypothesis
from cyberai.checkkit.probe import Probe

# None with a short name: a counterpart of two or three letters by chance is the name of another program.
_POSIX = (
    "etc/passwd",
    "etc/group",
    "proc/uptime",
    "etc/hosts",
    "etc/hostname",
    "proc/version",
    "proc/cpuinfo",
    "proc/meminfo",
)
_ORDER = (0, 1, 0, 2, 3, 4, 1, 5, 6, 7)
"""Which name each round uses: one early and one later come back. A program that keeps what it is sent (a sign-up that
takes each name once) tells a name that it was sent before from a new one, and the names of real files are no news to
it: other places were asked about them. Counterparts that come back as well are then no news either, and nothing is
left that tells the two apart. Sixteen names in all keep chance out, such as one of two machines by a hash of the value."""


def existence(probe: Probe, name: str, write: Callable[[str], str]) -> Hypothesis:
    """The guess that the page tells whether the file is there; `write` puts a path the way that leads out.

    The counterpart of a file has another last name of the same length. The nonsense leads through a folder that is
    not there, so that neither can be opened, while a filter of words and dots sees the same.
    """
    missing = tuple(_counterpart(probe, path) for path in _POSIX)

    def named(holds: bool, round_: int) -> str:
        return (_POSIX if holds else missing)[_ORDER[round_ % len(_ORDER)]]

    def value(holds: bool, round_: int) -> str:
        return write(named(holds, round_))

    def nonsense(holds: bool, round_: int) -> str:
        return write(f"{probe.token(6)}/../{named(holds, round_)}")

    return Hypothesis(name, value, nonsense)


def _counterpart(probe: Probe, path: str) -> str:
    folder, _, last = path.rpartition("/")
    return f"{folder}/{probe.token(len(last))}"
