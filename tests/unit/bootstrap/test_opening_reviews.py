"""Whoever opens the store ends the acceptances that have run out: the command line needs no server for it."""

import asyncio
from pathlib import Path

from cyberai.app.vulnerabilities import get_vulnerability, list_vulnerabilities
from cyberai.bootstrap.build import open_app
from cyberai.config import load
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.repositories import VulnerabilityFilter
from support.store_samples import NOW, sighting, vulnerability


def test_an_acceptance_that_has_run_out_is_over_for_the_next_command(tmp_path: Path) -> None:
    async def story() -> None:
        settings = load(data_dir=tmp_path / "data")
        async with open_app(settings) as app:
            row = vulnerability()
            await app.store.write(WS, lambda tx: tx.vulnerabilities.record(sighting(row)))
            accepted = row.replace(
                status=VulnerabilityStatus.ACCEPTED_RISK, status_reason="old box", accept_until=NOW + 1
            )
            await app.store.write(WS, lambda tx: tx.vulnerabilities.update(accepted, OPERATOR))
            assert (await get_vulnerability(app, WS, row.id)).status == "accepted_risk"
        async with open_app(settings) as app:
            still = VulnerabilityFilter(status=("accepted_risk",))
            assert (await list_vulnerabilities(app, WS, still, limit=9, cursor=None)).data == []
            assert (await get_vulnerability(app, WS, row.id)).status == "open"

    asyncio.run(story())
