"""Ends a process whose event loop is stuck: a page that keeps a parser busy must not hold a worker for ever."""

import asyncio
import faulthandler
from typing import TextIO

STUCK = 20.0
"""Seconds without a turn of the loop after which the process ends; longer than a lease, so that the shard is
already free."""

TICK = 1.0


async def watch(log: TextIO, *, stuck: float = STUCK, tick: float = TICK) -> None:
    """Until cancelled: when the loop takes no turn for `stuck` seconds, write every thread's stack to `log` and
    end the process with status 1. The timer is a thread without Python code, so neither a loop in Python nor a
    library that keeps the interpreter lock can delay it."""
    try:
        while True:
            faulthandler.dump_traceback_later(stuck, exit=True, file=log)
            await asyncio.sleep(tick)
    finally:
        faulthandler.cancel_dump_traceback_later()
