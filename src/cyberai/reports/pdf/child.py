"""Runs the typesetting in a process of its own, with bounds: what a target's answers do to it ends there."""

import os
import subprocess
import sys

from cyberai.domain.errors import Unavailable
from cyberai.reports.pdf.bounds import CPU_SECONDS, EXIT_REFUSED, MEMORY, WALL_SECONDS


def set_in_child(document: bytes, timestamp: int) -> bytes:
    """The PDF of a document in JSON, dated `timestamp` (unix seconds); raise Unavailable when a bound is reached."""
    command = (sys.executable, "-I", "-m", "cyberai.reports.pdf.typesetting")
    bounds = (str(MEMORY), str(CPU_SECONDS), str(timestamp))
    # Many heaps for many threads are address space that nobody uses, and large pieces among small ones leave holes.
    environment = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "PATH": os.defpath}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            [*command, *bounds], input=document, capture_output=True, timeout=WALL_SECONDS, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(f"it took longer than {WALL_SECONDS} seconds") from error
    if done.returncode == 0:
        return done.stdout
    if done.returncode == EXIT_REFUSED:
        raise _refused(done.stderr.decode("utf-8", "replace")[:300])
    raise _refused(f"it needs more than {MEMORY // 1_000_000:,} MB or {CPU_SECONDS} seconds")


def _refused(why: str) -> Unavailable:
    return Unavailable(
        "The PDF could not be made",
        reason=f"Choose fewer findings by `filters`, or another format: {why}",
        field="format",
    )
