"""Which windows a run fetches: scheduled, triggered with a period, triggered without."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.api.datamodels._generated import DagRunType
from airflow.serialization.encoders import coerce_to_core_timetable
from pendulum import DateTime

from dags.period import MOST, period
from extractors.loader import load, load_all
from extractors.windows import plan
from kernel import ConfigError, Source

DAY = timedelta(days=1)
RUN = datetime(2026, 11, 21, 3, 15, tzinfo=UTC)  # the scheduled moment
ASKED: dict[str, str | None] = {"start": None, "end": None}


@pytest.fixture
def source() -> Source:
    return load("find_a_tender")


def windows(source: Source, **asked: str | None) -> list[str]:
    span = period(source, ASKED | asked, RUN - DAY, RUN, RUN)
    return [window.name for window in plan(source, span)]


def test_a_scheduled_run_looks_at_whole_windows_again(source: Source) -> None:
    planned = windows(source)
    assert planned[0] == "20261113T000000Z-20261113T060000Z"
    assert planned[-1] == "20261120T180000Z-20261121T000000Z"
    assert len(planned) == 8 * 4


def test_runs_of_a_backfill_fetch_each_window_once(source: Source) -> None:
    spans = [
        period(source, ASKED, day - DAY, day, RUN, again=False)
        for day in (RUN - 3 * DAY, RUN - 2 * DAY, RUN - DAY, RUN)
    ]
    assert all(one.end == other.start for one, other in itertools.pairwise(spans))
    assert {len(plan(source, span)) for span in spans} == {4}


def test_a_backfill_is_known_by_its_type() -> None:
    assert DagRunType.BACKFILL == "backfill"


def test_the_timetable_gives_the_day_before_the_run(bag: Any) -> None:
    timetable = coerce_to_core_timetable(bag.dags["pull_find_a_tender"].timetable)
    found = timetable.infer_manual_data_interval(run_after=DateTime.instance(RUN))
    assert (found.start, found.end) == (RUN - DAY, RUN)


def test_consecutive_runs_leave_no_gap(source: Source) -> None:
    last = period(source, ASKED, RUN - DAY, RUN, RUN)
    following = period(source, ASKED, RUN, RUN + DAY, RUN + DAY)
    assert last.start < following.start <= last.end < following.end


def test_a_triggered_period_is_taken_as_it_is(source: Source) -> None:
    asked = {"start": "2026-03-02T07:30:00Z", "end": "2026-03-02T14:00:00+01:00"}
    assert windows(source, **asked) == [
        "20260302T073000Z-20260302T120000Z",
        "20260302T120000Z-20260302T130000Z",
    ]


def test_a_time_without_a_zone_is_utc(source: Source) -> None:
    asked = {"start": "2026-03-02T06:00:00", "end": "2026-03-02T12:00:00"}
    assert windows(source, **asked) == ["20260302T060000Z-20260302T120000Z"]


def test_a_start_alone_leads_to_the_last_whole_window(source: Source) -> None:
    planned = windows(source, start="2026-11-20T12:00:00Z")
    assert planned == ["20261120T120000Z-20261120T180000Z", "20261120T180000Z-20261121T000000Z"]


def test_an_end_alone_is_looked_back_from(source: Source) -> None:
    planned = windows(source, end="2026-03-03T00:00:00Z")
    assert planned[0] == "20260224T000000Z-20260224T060000Z"
    assert planned[-1] == "20260302T180000Z-20260303T000000Z"


def test_triggered_without_a_period_is_as_scheduled(source: Source) -> None:
    later = RUN + timedelta(hours=9)
    assert period(source, {}, RUN - DAY, RUN, later) == period(source, ASKED, RUN - DAY, RUN, RUN)
    assert windows(source, start="", end="") == windows(source)


def test_what_is_not_over_is_left_for_later(source: Source) -> None:
    now = RUN - timedelta(hours=4)
    assert period(source, ASKED, RUN - DAY, RUN + DAY, now).end == datetime(
        2026, 11, 20, 18, tzinfo=UTC
    )


def test_nothing_is_asked_before_the_first_day(source: Source) -> None:
    asked = {"start": "2020-06-01T00:00:00Z", "end": "2021-01-01T06:00:00Z"}
    assert windows(source, **asked) == ["20210101T000000Z-20210101T060000Z"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"end": "2026-11-21T03:15:01Z"}, "is not over"),
        ({"start": "2026-03-03T00:00:00Z", "end": "2026-03-02T00:00:00Z"}, "is empty"),
        ({"start": "2026-11-21T00:00:00Z"}, "is empty"),
        ({"start": "yesterday"}, "start: 'yesterday' is no time"),
        ({"end": "2026-02-30"}, "end: '2026-02-30' is no time"),
        ({"start": "2021-01-01T00:00:00Z"}, "at most 1000 windows"),
    ],
)
def test_a_period_that_cannot_be_fetched_is_refused(
    asked: dict[str, str | None], why: str, source: Source
) -> None:
    with pytest.raises(ConfigError, match=why):
        windows(source, **asked)


def test_the_longest_period_fits_one_run(source: Source) -> None:
    start = datetime(2026, 11, 21, tzinfo=UTC) - MOST * source.window.step
    assert len(windows(source, start=start.isoformat())) == MOST


# Months, years, and windows that are not over yet


def test_the_month_that_is_not_over_is_fetched_too() -> None:
    planned = windows(load("public_contracts_scotland"))
    assert planned == [
        "20260930T230000Z-20261101T000000Z",
        "20261101T000000Z-20261201T000000Z",
    ]


def test_on_the_first_of_a_month_the_last_one_is_looked_at_again() -> None:
    source, now = load("sell2wales"), datetime(2026, 11, 1, 4, 20, tzinfo=UTC)
    span = period(source, ASKED, now - DAY, now, now)
    assert [window.name for window in plan(source, span)] == [
        "20260831T230000Z-20260930T230000Z",
        "20260930T230000Z-20261101T000000Z",
        "20261101T000000Z-20261201T000000Z",
    ]


def test_an_open_window_is_whole() -> None:
    assert windows(load("contracts_finder")) == [
        "20261103T000000Z-20261118T000000Z",
        "20261118T000000Z-20261203T000000Z",
    ]


def test_a_file_of_a_year_is_looked_at_with_the_one_before() -> None:
    assert windows(load("ocp_registry")) == [
        "20250101T000000Z-20260101T000000Z",
        "20260101T000000Z-20270101T000000Z",
    ]


def test_a_period_of_one_s_own_is_widened_to_whole_months() -> None:
    asked = {"start": "2026-03-10T00:00:00Z", "end": "2026-04-10T00:00:00Z"}
    assert windows(load("public_contracts_scotland"), **asked) == [
        "20260301T000000Z-20260331T230000Z",
        "20260331T230000Z-20260430T230000Z",
    ]


def test_files_are_one_window_of_the_days_asked_for() -> None:
    asked = {"start": "2026-03-10T00:00:00Z", "end": "2026-04-10T00:00:00Z"}
    planned = windows(load("ocds_files"), **asked)
    assert planned == ["20260310T000000Z-20260410T000000Z"]


@pytest.mark.parametrize("each", load_all(), ids=lambda each: each.id)
def test_every_source_has_a_period(each: Source) -> None:
    planned = windows(each)
    assert planned
    assert planned == sorted(planned)
