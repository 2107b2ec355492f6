"""Exit codes: stable, documented, made for pipelines."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with. FINDINGS beats INCOMPLETE; INTERRUPTED beats both."""

    OK = 0
    """Done."""
    FINDINGS = 1
    """Proven findings at or above --fail-on."""
    USAGE = 2
    """A flag, argument, setting or target that cannot be used."""
    INCOMPLETE = 3
    """The scan did not complete, or its verdict is inconclusive: no finding does not mean safe."""
    AUTHENTICATION = 4
    """No valid API key, or one that may not do this."""
    SERVER = 5
    """The server, the network, the store or this program failed."""
    INTERRUPTED = 130
    """Ctrl-C or SIGTERM."""
