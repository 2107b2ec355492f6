"""CPU per call of the Python SDK beside httpx2 alone: reads its settings from its input, prints one JSON object."""

import json
import resource
import sys
from collections.abc import Callable

import httpx2

from cyberai_sdk import Client


def cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def per_call(call: Callable[[], object], calls: int) -> float:
    """Microseconds."""
    began = cpu()
    for _ in range(calls):
        call()
    return (cpu() - began) / calls * 1e6


def main() -> None:
    """Both take turns."""
    given = json.load(sys.stdin)
    headers = {"Authorization": f"Bearer {given['key']}", "Accept": "application/json"}
    url = f"{given['base_url']}/scans/{given['scan']}"
    with Client(given["base_url"], given["key"]) as client, httpx2.Client(headers=headers) as bare:
        sides: dict[str, Callable[[], object]] = {
            "bare": lambda: bare.get(url).raise_for_status().json(),
            "sdk": lambda: client.scans.get(given["scan"]),
        }
        for call in sides.values():
            per_call(call, given["calls"])
        found: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(given["rounds"]):
            for name, call in sides.items():
                found[name].append(per_call(call, given["calls"]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
