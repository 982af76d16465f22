from typing import Any

import pytest

from tests.validation.test_checks import judged


def period(start: Any, end: Any) -> dict[str, Any]:
    return {"tender": {"tenderPeriod": {"startDate": start, "endDate": end}}}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-01T17:00:00Z", "2026-03-01T09:00:00Z"),  # the same day
        ("2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00Z"),  # the same moment
        ("2026-03-01", "2026-03-01T00:00:00+01:00"),  # the same day on another clock
    ],
)
def test_days_are_compared_and_not_times(start: str, end: str) -> None:
    assert judged("coherent.period", period(start, end)) == ([0, 1, 0], [])


@pytest.mark.parametrize("end", [None, "", "2026-02-30", "2026", 20260301, ["2026-03-01"], {}])
def test_dates_that_cannot_be_read_are_passed_over(end: Any) -> None:
    assert judged("coherent.period", period("2026-03-01", end)) == ([1, 0, 0], [])


def test_a_signature_is_compared_with_its_own_award() -> None:
    awards = [{"id": "1", "date": "2026-03-05"}, {"id": 2, "date": "2026-03-01"}]
    contracts = [{"awardID": "2", "dateSigned": "2026-03-02"}]
    found = {"awards": awards, "contracts": contracts}
    assert judged("coherent.dates", found) == ([0, 1, 0], [])
    contracts.append({"awardID": "1", "dateSigned": "2026-03-02"})
    results, (finding,) = judged("coherent.dates", found)
    assert (results, finding.path) == ([0, 0, 1], "/contracts/1/dateSigned")
    assert "2026-03-05" in finding.message
