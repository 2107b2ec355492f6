"""Small checks for tests of the engine: no technique, only behaviour."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from cyberai.checkkit import Check, Exchange, Grain, Hit, HttpEvidence, Oracle, Probe, Proof, Scope, Severity
from cyberai.domain.check import CheckMeta
from cyberai.domain.insertion import InsertionPoint

Run = Callable[[Any, Probe], AsyncIterator[Hit]]


def fake(
    run: Run,
    scope: Scope,
    *,
    id: str = "test.fake",
    max_requests: int = 20,
    judges_profile: bool = False,
    **more: Any,
) -> Check:
    meta = CheckMeta(
        id=id,
        title="A fake",
        severity=Severity.LOW,
        cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N",
        cwe=(),
        owasp=(),
        scope=scope,
        grain=more.pop("grain", Grain.PARAMETER),
        max_requests=max_requests,
        description="x",
        impact="x",
        remediation="x",
        **more,
    )
    return Check(meta, run, judges_profile)


def hit_at(exchange: Exchange, point: InsertionPoint | None = None, cause: str = "") -> Hit:
    return Hit(
        proof=Proof(Oracle.OBSERVATION, 1),
        evidence=(HttpEvidence(exchange),),
        url=exchange.request.url,
        point=point,
        cause=cause,
    )


async def _echo(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    word = probe.token()
    exchange = await probe.inject(point, f"<{word}>", append=True)
    if f"<{word}>".encode() in exchange.response.body:
        yield hit_at(exchange, point)


async def _quiet(asset: Any, probe: Probe) -> AsyncIterator[Hit]:
    return
    yield


ECHO = fake(_echo, Scope.INSERTION, id="test.echo")
"""Fires where a payload comes back with its angle brackets."""

QUIET_PAGE = fake(_quiet, Scope.PAGE, id="test.page")
QUIET_CONTENT = fake(_quiet, Scope.CONTENT, id="test.content")
QUIET_ORIGIN = fake(_quiet, Scope.ORIGIN, id="test.origin")
QUIET_TLS = fake(_quiet, Scope.TLS, id="test.tls")
QUIET_SERVICE = fake(_quiet, Scope.SERVICE, id="test.service")
ONE_PER_SCOPE = (ECHO, QUIET_PAGE, QUIET_CONTENT, QUIET_ORIGIN, QUIET_TLS, QUIET_SERVICE)
