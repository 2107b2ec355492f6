"""One whole scan of each twin of the practice site, in this process, for all tests that look at its hits."""

import asyncio

import pytest

from cyberai.engine.registry import all_checks
from cyberai.lab.page import Flaw
from cyberai.lab.site import Site
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import of_lab, website

ENTRY = "http://127.0.0.1/"


def whole_scan(fixed: bool) -> tuple[Finished, tuple[Flaw, ...]]:
    site = Site(fixed=fixed)
    try:
        finished = asyncio.run(scan(spec_of(ENTRY), website(of_lab(site)), all_checks()))
        return finished, site.flaws
    finally:
        site.close()


@pytest.fixture(scope="session")
def vulnerable_scan() -> tuple[Finished, tuple[Flaw, ...]]:
    """Everything that came of the vulnerable twin, and its ground truth."""
    return whole_scan(fixed=False)


@pytest.fixture(scope="session")
def fixed_scan() -> Finished:
    """Everything that came of the fixed twin."""
    return whole_scan(fixed=True)[0]
