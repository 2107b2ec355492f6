"""The operator's word is recorded once, with its time."""

import asyncio
from pathlib import Path

from cyberai.app.attestation import TEXT, record_attestation
from support.deployment import TestClock, deployment


def test_the_first_start_counts(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            first = await record_attestation(app)
            clock.advance(3600)
            assert await record_attestation(app) == first
            assert first == f"2023-11-14T22:13:20Z {TEXT}"

    asyncio.run(story())
