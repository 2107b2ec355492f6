"""Ending tasks within a bound: nobody waits for ever on work that does not let go."""

import asyncio
import logging
from typing import Any

_LOG = logging.getLogger("cyberai.tasks")

LET_GO = 5.0
"""Seconds in which work that was cancelled must have ended: half a lease, so that its shard is still this worker's."""


async def end_tasks(*tasks: "asyncio.Task[Any]", within: float = LET_GO) -> bool:
    """Cancel the tasks and wait until all have ended, `within` seconds at most; False when one clings. Such a task
    is left behind and the log names the line it stands at: a scan that cannot end, and a worker that serves no other
    one, would be worse. What the tasks raised is dropped."""
    for task in tasks:
        task.cancel()
    ended, clinging = await asyncio.wait(tasks, timeout=within)
    for task in ended:
        if not task.cancelled():
            task.exception()  # seen: asyncio would else report it as lost
    for task in clinging:
        _LOG.error("cancelled work does not end: %r", task)
    return not clinging
