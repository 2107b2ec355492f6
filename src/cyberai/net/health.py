"""When to leave a target alone: it no longer answers, so more requests only hurt it and waste the scan."""

from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.runtime import Clock

FAILURES = 20
"""Failures in a row (refused, reset, unreachable, timed out) that stop the requests to an endpoint."""

PROBES = 3
"""Single requests that are let through to see whether the target has recovered, before the stop is final."""

PROBE_SECONDS = 2.0
_POLL_SECONDS = 0.1
_ABANDONED_SECONDS = 30.0


class TargetHealth:
    """Counts failures in a row of one endpoint (address and port).

    After `FAILURES` of them requests wait while single probes, `PROBE_SECONDS` apart, test the endpoint: one
    that is answered lets all go on, `PROBES` failed ones stop the endpoint for the rest of the session.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self.failing = False
        """True from the first failure to the next answer."""
        self._probes_left = PROBES
        self._next_probe = 0.0

    async def admit(self) -> None:
        """Return when a request may go; raise TransportError(STOPPED) when none will any more."""
        while self._failures >= FAILURES:
            now = self._clock.monotonic()
            if now >= self._next_probe and self._probes_left > 0:
                self._probes_left -= 1
                # The probe reports back by failed() or answered(); this is for one that is cancelled.
                self._next_probe = now + _ABANDONED_SECONDS
                return
            if self._probes_left <= 0 and now >= self._next_probe:
                raise self._stopped()
            await self._clock.sleep(_POLL_SECONDS)

    def answered(self) -> None:
        """The endpoint gave an HTTP answer."""
        self._failures = 0
        self.failing = False
        self._probes_left = PROBES

    def failed(self) -> None:
        """A request got no answer at all."""
        self._failures += 1
        self.failing = True
        if self._failures >= FAILURES:
            pause = PROBE_SECONDS if self._probes_left > 0 else 0.0
            self._next_probe = self._clock.monotonic() + pause

    @staticmethod
    def _stopped() -> TransportError:
        detail = f"the target stopped answering ({FAILURES} failures in a row and {PROBES} failed probes)"
        return TransportError(TransportReason.STOPPED, detail)
