"""`run_lab` as a process: says that it is ready, serves, ends on a signal, leaves nothing behind."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, datetime, json
from cyberai.lab.server import LabOptions, run_lab
options = LabOptions(now=datetime.datetime.now(datetime.UTC), demo=True)
asyncio.run(run_lab(options, lambda lab: print(json.dumps(lab.description()), flush=True)))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_comes(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            described = json.loads(process.stdout.readline())
            target = next(item["target"] for item in described["targets"] if item["kind"] == "http")
            with urllib.request.urlopen(target, timeout=10) as page:
                assert b"Harbour Supply" in page.read()
            assert Path(described["ca_file"]).exists()
            process.send_signal(number)
            assert process.wait(timeout=10) == 0
            assert not Path(described["ca_file"]).parent.exists()
        finally:
            process.kill()
