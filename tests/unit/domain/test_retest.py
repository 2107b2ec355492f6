"""What a retest says of a vulnerability, for every status."""

import pytest

from cyberai.domain.event import EventType
from cyberai.domain.replay import ReplayResult
from cyberai.domain.retest import CLOSED, RESULTS, RetestResult, retested
from cyberai.domain.vulnerability import Detection, VulnerabilityStatus
from cyberai.domain.vulnerability_moves import event_of
from support.store_samples import NOW, SECOND, vulnerability

AT = NOW + SECOND
OPEN, FIXED = VulnerabilityStatus.OPEN, VulnerabilityStatus.FIXED


@pytest.mark.parametrize("status", VulnerabilityStatus)
@pytest.mark.parametrize("result", RetestResult)
def test_the_rules_for_scans_apply(status: VulnerabilityStatus, result: RetestResult) -> None:
    row = vulnerability().replace(status=status, status_reason="by hand")
    after = retested(row, result, AT)
    if result is RetestResult.FIXED_CONFIRMED:
        closes = status in (OPEN, VulnerabilityStatus.IN_PROGRESS)
        assert (after.status, after.detection) == (FIXED if closes else status, Detection.FIXED_CONFIRMED)
        assert after.status_reason == (CLOSED if closes else "by hand")
        assert event_of(row, after) is (
            EventType.VULNERABILITY_FIXED if closes else EventType.VULNERABILITY_UPDATED
        )
        assert after.last_seen == row.last_seen
    elif result is RetestResult.PRESENT:
        back = status is FIXED
        assert after.status is (OPEN if back else status)
        assert after.detection is (Detection.REGRESSED if back else Detection.PRESENT)
        assert event_of(row, after) is (
            EventType.VULNERABILITY_REGRESSED if back else EventType.VULNERABILITY_UPDATED
        )
        assert after.last_seen == AT
    else:
        assert (after.status, after.detection) == (status, Detection.INCONCLUSIVE)
        assert after.last_seen == row.last_seen
    assert after.updated_at == AT


def test_the_same_again_says_nothing_new() -> None:
    row = vulnerability().replace(status=FIXED, detection=Detection.FIXED_CONFIRMED)
    assert retested(row, RetestResult.FIXED_CONFIRMED, AT) is row


def test_every_result_of_a_replay_has_its_word() -> None:
    assert set(RESULTS) == set(ReplayResult)
    assert {result.value for result in RESULTS.values()} <= {detection.value for detection in Detection}
