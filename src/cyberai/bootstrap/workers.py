"""The supervisor of the worker processes: starts them, wakes them, replaces the dead, ends them."""

import asyncio
import contextlib
import logging
import os
import signal
import sys

import msgspec

from cyberai.config import Settings

log = logging.getLogger("cyberai.supervisor")

RESTART_DELAY = (0.2, 5.0)
"""Seconds before a dead worker is replaced: first time, and at most."""

STOP_SECONDS = 3.5
SETTLED = 30.0


class Workers:
    """All workers of one server. Every process is ended by its id."""

    def __init__(self, settings: Settings) -> None:
        self._line = msgspec.json.encode(settings) + b"\n"
        self._count = settings.worker_count
        self._pipes: dict[int, asyncio.StreamWriter] = {}
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start every worker and watch over it."""
        self._watchers = [asyncio.create_task(self._watch(slot)) for slot in range(self._count)]

    def wake(self) -> None:
        """Tell every worker that there may be work; a full pipe has been told already."""
        for writer in self._pipes.values():
            if not writer.is_closing() and writer.transport.get_write_buffer_size() == 0:
                writer.write(b".")

    async def stop(self) -> None:
        """End every worker: asked first, killed after STOP_SECONDS."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        alive = [p for p in self._processes.values() if p.returncode is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*(process.wait() for process in alive))
        for process in alive:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _watch(self, slot: int) -> None:
        loop = asyncio.get_running_loop()
        delay, most = RESTART_DELAY
        while True:
            started = loop.time()
            process = await self._spawn(slot)
            status = await process.wait()
            self._pipes.pop(slot, None)
            if loop.time() - started > SETTLED:
                delay = RESTART_DELAY[0]
            log.warning(
                "worker %d ended with status %s; a new one starts in %.1f s", process.pid, status, delay
            )
            await asyncio.sleep(delay)
            delay = min(most, delay * 2)

    async def _spawn(self, slot: int) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cyberai.bootstrap.worker",
            stdin=asyncio.subprocess.PIPE,
            # A new session: Ctrl-C in the terminal reaches the supervisor, which ends the workers in order.
            start_new_session=True,
            cwd=os.getcwd(),
        )
        assert process.stdin is not None
        process.stdin.write(self._line)
        self._processes[slot] = process
        self._pipes[slot] = process.stdin
        return process
