"""Running a coroutine that people may interrupt: the first signal asks, the second does not wait."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from cyberai.cli.exit_codes import ExitCode

T = TypeVar("T")

_SHOW_CURSOR = "\x1b[?25h"


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on the fast loop."""
    from cyberai.bootstrap.loops import run as run_on_loop

    return run_on_loop(main)


def cancel_on_signals(task: asyncio.Task[Any], on_first: Callable[[], None]) -> None:
    """From now on the first SIGINT, SIGTERM or SIGHUP cancels the task; the next one ends the process at once."""
    asked = False

    def react() -> None:
        nonlocal asked
        if asked:
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
            # Nothing is lost: the store is transactional, and whoever opens it next closes the scan.
            os._exit(ExitCode.INTERRUPTED)
        asked = True
        on_first()
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, react)
