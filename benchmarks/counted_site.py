"""A site on loopback that counts what it is asked, and the cost of a scanner's process."""

import asyncio
import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cyberai.lab.connection import HostRule, HttpConnection, Respond
from cyberai.lab.http import LabRequest, LabResponse

START_SECONDS = 30


class CountedSite:
    """The site of one function, on a thread of its own."""

    def __init__(self, respond: Respond) -> None:
        self._answer = respond
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Protocol] = set()
        self.requests = 0

    def _respond(self, request: LabRequest) -> LabResponse:
        self.requests += 1
        return self._answer(request)

    async def _listen(self) -> asyncio.Server:
        # The port is known only once the socket is bound, and the rule for Host wants to know it.
        rules: list[HostRule] = []
        server = await self._loop.create_server(
            lambda: HttpConnection(self._respond, rules[0], self._connections), "127.0.0.1", 0, backlog=512
        )
        rules.append(HostRule(server.sockets[0].getsockname()[1]))
        return server

    @contextmanager
    def running(self) -> Iterator[str]:
        """The site's address."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(START_SECONDS)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        finally:
            self._loop.call_soon_threadsafe(server.close)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(START_SECONDS)


@dataclass(frozen=True)
class Cost:
    """Seconds of one command; `ended` is False where it had to be killed."""

    wall: float
    cpu: float
    ended: bool


def timed(command: list[str], folder: Path, seconds: float) -> Cost:
    """Run a command in a folder that is its home; what it prints goes to the file `output` there."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    ended = True
    with (folder / "output").open("wb") as sink:
        process = subprocess.Popen(
            command, stdout=sink, stderr=sink, cwd=folder, env={**os.environ, "HOME": str(folder)}
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            ended = False
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - started, cpu, ended)
