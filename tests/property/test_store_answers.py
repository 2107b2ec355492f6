"""What data stores, brokers and desktops answer is read without surprise, however it is cut off or changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.lab import discovery
from fuzz import store_answers
from support.direct_probe import DirectProbe, collect, run

ITEMS = tuple(
    item for item in discovery.services() if any(flaw.check in store_answers.PROTOCOLS for flaw in item.flaws)
)
CHECKS = {check.meta.id: check for check in store_answers.checks()}


def said_by(item: object) -> tuple[str, tuple[bytes, ...], bool]:
    """(check, what the practice service says to it, whether it greets)."""
    (check,) = (CHECKS[flaw.check] for flaw in item.flaws if flaw.check in CHECKS)  # type: ignore[attr-defined]
    heard: list[bytes] = []

    class Recorded:
        def __init__(self) -> None:
            self._session = item.session(False)  # type: ignore[attr-defined]
            self.closed = False

        def feed(self, data: bytes) -> bytes:
            said: bytes = self._session.feed(data)
            self.closed = self._session.closed
            heard.append(said)
            return said

    asset = store_answers.ServiceAsset("10.0.0.5", 4000, store_answers.PROTOCOLS[check.meta.id])
    probe = DirectProbe()
    probe.greets = item.greets  # type: ignore[attr-defined]
    probe.sessions["10.0.0.5", 4000] = Recorded
    run(collect(check, asset, probe))
    return check.meta.id, tuple(heard), probe.greets


SAID = tuple(map(said_by, ITEMS))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_hostile_answers(data: bytes) -> None:
    store_answers.fuzz_one(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAID), st.integers(0, 20), st.integers(0, 400), st.integers(0, 255), st.booleans())
def test_changed_answers(
    said: tuple[str, tuple[bytes, ...], bool], which: int, at: int, byte: int, cut: bool
) -> None:
    check, answers, greets = said
    which %= len(answers)
    whole = answers[which]
    at %= max(len(whole), 1)
    changed = whole[:at] + (b"" if cut else bytes([byte]) + whole[at + 1 :])
    store_answers.judge(CHECKS[check], (*answers[:which], changed, *answers[which + 1 :]), greets=greets)
