"""A range of thousands of addresses: bounded memory, few events, hosts done once also after a kill."""

import contextlib
import json
import resource
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

RANGE = "127.9.0.0/19"
SIZE = 8_192
CYBERAI = (str(Path(sys.executable).parent / "cyberai"), "scan")
MORE = ("--allow", "127.0.0.0/8", "--data-dir", "data", "--no-config")
INHABITED = ("127.9.0.5", "127.9.17.7", "127.9.31.250")


@contextlib.contextmanager
def listeners() -> Iterator[tuple[int, Counter[str]]]:
    """One port, open at a few addresses of the range only; how often each was connected to."""
    taken: Counter[str] = Counter()
    ended = threading.Event()
    with contextlib.ExitStack() as stack:
        port = 0
        opened = []
        for address in INHABITED:
            one = stack.enter_context(socket.socket())
            one.bind((address, port))
            one.listen(64)
            one.settimeout(0.2)
            port = one.getsockname()[1]
            opened.append(one)

        def accept(one: socket.socket) -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = one.accept()
                    taken[one.getsockname()[0]] += 1
                    connection.sendall(b"220 ready\r\n")
                    connection.close()

        threads = [threading.Thread(target=accept, args=(one,), daemon=True) for one in opened]
        for thread in threads:
            thread.start()
        try:
            yield port, taken
        finally:
            ended.set()
            for thread in threads:
                thread.join(5)


def asked(data: Path, question: str) -> Any:
    """The first value of a row of the store, read beside whoever writes it."""
    with contextlib.closing(
        apsw.Connection(str(data / "cyberai.db"), flags=apsw.SQLITE_OPEN_READONLY)
    ) as store:
        store.set_busy_timeout(10_000)
        return next(iter(store.execute(question)))[0]


def count(data: Path, question: str) -> int:
    """A number that the store knows; 0 while there is none yet."""
    with contextlib.suppress(apsw.Error):
        return int(asked(data, question))
    return 0


def units_done(data: Path) -> int:
    """Hosts that are done with."""
    return count(data, "SELECT count(*) FROM unit WHERE stage = 10 AND done = 1")


def test_a_range_is_scanned_once_in_bounded_memory_whatever_kills_the_worker(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with listeners() as (port, taken):
        first = subprocess.Popen(
            (*CYBERAI, RANGE, "--ports", str(port), "--type", "network", *MORE),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tmp_path,
        )
        end = time.monotonic() + 240
        while units_done(data) < 1_500:
            assert first.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        first.kill()
        first.wait(30)
        before, done = taken[INHABITED[0]], units_done(data)
        assert 1_500 <= done < SIZE
        assert before > 0
        second = subprocess.run(
            (*CYBERAI, "--resume", str(asked(data, "SELECT id FROM scan")), "-o", "r.json", *MORE),
            capture_output=True,
            text=True,
            timeout=400,
            cwd=tmp_path,
        )
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    told = json.loads((tmp_path / "r.json").read_text())
    assert told["scan"]["status"] == "completed", second.stderr
    assert units_done(data) == SIZE
    assert taken[INHABITED[0]] == before, "a host that was done is not asked again"
    assert set(taken) == set(INHABITED)
    assert most < 400_000, "kilobytes"
    assert count(data, "SELECT count(*) FROM event") < 300
    assert count(data, "SELECT count(*) FROM unit WHERE stage > 10") == len(INHABITED) * 2
