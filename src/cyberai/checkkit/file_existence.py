"""Names of files that every system of a kind has, and their counterparts that none has: for programs that tell of a
file only whether it is there."""

from collections.abc import Callable

from cyberai.checkkit.differential import Hypothesis
from cyberai.checkkit.probe import Probe

_POSIX = ("etc/passwd", "etc/group", "etc/hosts", "bin/sh", "usr/bin/env", "proc/version", "etc/hostname")


def existence(probe: Probe, name: str, write: Callable[[str], str]) -> Hypothesis:
    """The guess that the page tells whether the file is there; `write` puts a path the way that leads out.

    The counterpart of a file has another last name of the same length. The nonsense leads through a folder that is
    not there, so that neither can be opened, while a filter of words and dots sees the same.
    """

    def value(holds: bool, round_: int) -> str:
        return write(_named(probe, holds, round_))

    def nonsense(holds: bool, round_: int) -> str:
        return write(f"{probe.token(6)}/../{_named(probe, holds, round_)}")

    return Hypothesis(name, value, nonsense)


def _named(probe: Probe, holds: bool, round_: int) -> str:
    path = _POSIX[round_ % len(_POSIX)]
    folder, _, last = path.rpartition("/")
    return path if holds else f"{folder}/{probe.token(len(last))}"
