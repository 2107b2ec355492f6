"""The Python SDK beside httpx2: see `benchmarks.sdk_programs`."""

import asyncio
import json
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from cyberai_sdk import AsyncClient, Client

PER_CLIENT = 50
"""Streams of one client, which holds 100 connections at most."""


def cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def per_call(call: Callable[[], object], calls: int) -> float:
    """Microseconds."""
    began = cpu()
    for _ in range(calls):
        call()
    return (cpu() - began) / calls * 1e6


def calls(given: dict[str, Any]) -> None:
    """Both take turns; the bare client has httpx2's own time limit."""
    headers = {"Authorization": f"Bearer {given['key']}", "Accept": "application/json"}
    url = f"{given['base_url']}/scans/{given['scan']}"
    with Client(given["base_url"], given["key"]) as client, httpx2.Client(headers=headers) as bare:
        sides: dict[str, Callable[[], object]] = {
            "bare": lambda: bare.get(url).raise_for_status().json(),
            "sdk": lambda: client.scans.get(given["scan"]),
        }
        found: dict[str, list[float]] = {name: [] for name in sides}
        for turn in range(given["rounds"] + 1):
            for name, call in sides.items():
                spent = per_call(call, given["calls"])
                if turn > 0:  # the first one warms up
                    found[name].append(spent)
    print(json.dumps(found))


def peak_kilobytes() -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def pages(given: dict[str, Any]) -> None:
    """Memory after the first tenth, and at the end."""
    began, early, count = cpu(), 0, 0
    with Client(given["base_url"], given["key"]) as client:
        for _ in client.vulnerabilities.list(limit=200):
            count += 1
            if count == given["rows"] // 10:
                early = peak_kilobytes()
    print(
        json.dumps({"rows": count, "early": early, "late": peak_kilobytes(), "microseconds": cpu() - began})
    )


async def streams(given: dict[str, Any]) -> None:
    """All read from the first event on; said once all have `first`, and again once all have what the next line names."""
    got = [0] * given["streams"]
    wrong = 0
    reached: dict[int, asyncio.Event] = {}

    async def read(index: int, client: AsyncClient) -> None:
        nonlocal wrong
        async for event in client.events.stream(0):
            wrong += event.seq != got[index] + 1
            got[index] = event.seq
            for wanted, all_there in reached.items():
                if event.seq == wanted and min(got) >= wanted:
                    all_there.set()

    made = [AsyncClient(given["base_url"], given["key"]) for _ in range(0, given["streams"], PER_CLIENT)]
    reached[given["first"]] = asyncio.Event()
    tasks = [asyncio.create_task(read(index, made[index // PER_CLIENT])) for index in range(given["streams"])]
    await reached[given["first"]].wait()
    print(json.dumps({"ready": len(got)}), flush=True)
    last = json.loads(await asyncio.to_thread(sys.stdin.readline))["last"]
    reached[last] = asyncio.Event()
    if min(got) < last:
        await reached[last].wait()
    print(json.dumps({"wrong": wrong, "complete": sum(seq == last for seq in got)}), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for client in made:
        await client.close()


def main() -> None:
    """Do what the first line says."""
    given = json.loads(sys.stdin.readline())
    if given["mode"] == "streams":
        asyncio.run(streams(given))
    else:
        {"calls": calls, "pages": pages}[given["mode"]](given)


if __name__ == "__main__":
    main()
