"""A worker process: `python -m cyberai.bootstrap.worker`, started and watched by the server.

Its standard input is the only line to the supervisor: first one line of settings (JSON), then a byte for every
wake-up; end of file means that the supervisor is gone and the worker ends within 2 s. A hostile target can at
worst end this process: its memory is limited, and the store rolls back what it had not finished.
"""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from cyberai.app.context import App
from cyberai.app.retest_work import work_on_retest
from cyberai.app.work import beat, gone, keep_beating, step
from cyberai.bootstrap.build import open_app
from cyberai.bootstrap.logs import set_up_logging
from cyberai.bootstrap.loops import run
from cyberai.bootstrap.watchdog import watch
from cyberai.config import Settings
from cyberai.domain.errors import StoreError, Unavailable
from cyberai.jobs.embedded import EmbeddedDispatcher

log = logging.getLogger("cyberai.worker")

STORE_PAUSE = 2.0


def main() -> None:
    """Read the settings and work until told to stop."""
    settings = msgspec.json.decode(sys.stdin.buffer.readline(), type=Settings)
    set_up_logging(settings)
    limit = settings.worker_memory * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    try:
        run(_work(settings))
    except StoreError as error:
        # The supervisor starts another one in a moment.
        log.error("%s", error)
        sys.exit(5)


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # Retests have a loop of their own: they are short, and somebody waits for them, however long a scan runs.
    dispatchers = [EmbeddedDispatcher(), EmbeddedDispatcher()]
    async with open_app(settings) as app:
        worker = f"{app.ids.new('worker')}-{os.getpid()}"
        await beat(app, worker)
        tasks = [
            asyncio.create_task(dispatchers[0].run(lambda: _patient(app, step, worker))),
            asyncio.create_task(dispatchers[1].run(lambda: _patient(app, work_on_retest, worker))),
            asyncio.create_task(keep_beating(app, worker)),
            asyncio.create_task(_listen(dispatchers, stop)),
            asyncio.create_task(watch(sys.stderr)),
        ]
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, stopped):
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(1):
                await gone(app, worker)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _patient(app: App, step: Callable[[App, str], Awaitable[bool]], worker: str) -> bool:
    """A step; while the store refuses work, such as on a full disk, wait and try again instead of dying."""
    try:
        return await step(app, worker)
    except Unavailable as error:
        log.warning("%s: %s; trying again in %.0f s", error.message, error.reason, STORE_PAUSE)
        await app.clock.sleep(STORE_PAUSE)
        return True


async def _listen(dispatchers: Sequence[EmbeddedDispatcher], stop: asyncio.Event) -> None:
    """Wake the dispatchers for every byte; stop at end of file."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while await reader.read(4096):
            for dispatcher in dispatchers:
                dispatcher.wake()
        stop.set()
    finally:
        transport.close()


if __name__ == "__main__":
    main()
