"""Windows: half-open, in UTC, named so that names sort by time, split without gap or overlap."""

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kernel import ConfigError, Window
from kernel.window import floor, following, stamp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = st.one_of(
    st.just(UTC),
    st.sampled_from([ZoneInfo("Europe/London"), ZoneInfo("America/Lima"), ZoneInfo("Asia/Tokyo")]),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001
STEPS = st.integers(1, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def windows(draw, longest=400 * 86_400):
    start = draw(MOMENTS).astimezone(UTC).replace(microsecond=0)
    return Window(start, start + timedelta(seconds=draw(st.integers(1, longest))))


@given(MOMENTS, MOMENTS)
def test_both_ends_are_kept_in_utc_and_whole_seconds(start, end):
    whole = [moment.astimezone(UTC).replace(microsecond=0) for moment in (start, end)]
    assume(whole[0] < whole[1])
    window = Window(start, end)
    assert [window.start, window.end] == whole
    assert window.start.tzinfo is window.end.tzinfo is UTC


@given(windows(), STEPS)
def test_the_parts_of_a_window_tile_it(window, step):
    assume((window.end - window.start) / step < 500)
    parts = list(window.split(step))
    assert parts[0].start == window.start
    assert parts[-1].end == window.end
    assert all(left.end == right.start for left, right in pairwise(parts))
    assert all(part.end - part.start <= step for part in parts)
    assert all((part.end - EPOCH) % step == timedelta(0) for part in parts[:-1])


@given(windows(30 * 86_400), windows(30 * 86_400))
def test_two_spans_are_cut_at_the_same_moments(one, other):
    """So that a window asked for again, within another span, has the same name."""
    step = timedelta(hours=6)
    inner = {part for part in one.split(step) if part.end - part.start == step}
    for part in other.split(step):
        if one.start <= part.start and part.end <= one.end and part.end - part.start == step:
            assert part in inner


@given(windows())
def test_a_name_is_read_back(window):
    assert Window.parse(window.name) == window
    assert Window.parse(window.name).name == window.name


@given(st.lists(windows(), min_size=2, max_size=20))
def test_names_sort_by_time(several):
    assert [w.name for w in sorted(several)] == sorted(w.name for w in several)


def test_a_name_is_the_two_moments_in_utc():
    london = ZoneInfo("Europe/London")
    window = Window(datetime(2026, 8, 10, tzinfo=london), datetime(2026, 8, 10, 6, tzinfo=london))
    assert window.name == "20260809T230000Z-20260810T050000Z"
    assert stamp(window.start) == "20260809T230000Z"


def test_a_day_of_summer_time_is_an_hour_short():
    london = ZoneInfo("Europe/London")
    window = Window(datetime(2026, 3, 29, tzinfo=london), datetime(2026, 3, 30, tzinfo=london))
    assert window.end - window.start == timedelta(hours=23)


@pytest.mark.parametrize("name", ["start", "end"])
def test_an_end_without_a_time_zone_is_refused(name):
    ends = {"start": EPOCH, "end": EPOCH + timedelta(days=1)}
    ends[name] = ends[name].replace(tzinfo=None)
    with pytest.raises(ConfigError, match=f"the window's {name} .* has no time zone: give one"):
        Window(**ends)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_an_empty_or_reversed_window_is_refused(end, back):
    start = (end.astimezone(UTC) + back).astimezone(end.tzinfo)
    with pytest.raises(ConfigError, match="is empty: give a start before the end"):
        Window(start, end)


def test_half_a_second_is_no_window():
    with pytest.raises(ConfigError, match="is empty"):
        Window(EPOCH, EPOCH + timedelta(microseconds=500_000))


@pytest.mark.parametrize(
    "name",
    [
        *("", "-", "20260809T230000Z", "20260809T230000Z-", "-20260809T230000Z", "latest"),
        "20260809T230000Z/20260810T050000Z",
        "20260809T230000Z-20260810T050000Z-20260811T050000Z",
        "20260809T230000-20260810T050000",
        "20260832T230000Z-20260910T050000Z",
        "20260809T240000Z-20260810T050000Z",
        "2026809T230000Z-20260810T050000Z",  # a digit short: another name of the same window
        "20260809T23000Z-20260810T050000Z",
        "20260809t230000z-20260810t050000z",
        "\u0662026" + "0809T230000Z-20260810T050000Z",  # an Arabic digit
        " 20260809T230000Z-20260810T050000Z",
    ],
)
def test_what_is_no_window_name_is_refused(name):
    with pytest.raises(ConfigError, match="is no window name: expected START-END"):
        Window.parse(name)


@given(st.from_regex(re.compile(r"[0-9]{7,9}T[0-9]{5,7}Z-[0-9]{7,9}T[0-9]{5,7}Z"), fullmatch=True))
def test_a_window_has_one_name_only(name):
    try:
        window = Window.parse(name)
    except ConfigError:
        return
    assert window.name == name


def test_a_reversed_name_is_refused_as_a_window():
    with pytest.raises(ConfigError, match="is empty"):
        Window.parse("20260810T050000Z-20260809T230000Z")


# The calendar

SYDNEY = ZoneInfo("Australia/Sydney")


@given(windows(400 * 86_400), st.sampled_from(["month", "year"]), st.sampled_from([UTC, SYDNEY]))
def test_months_and_years_tile_a_window(window, step, zone):
    parts = list(window.split(step, zone))
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(left.end == right.start for left, right in pairwise(parts))
    for part in parts[:-1]:
        local = part.end.astimezone(zone)
        assert (local.day, local.hour, local.minute, local.second) == (1, 0, 0, 0)
        assert step == "month" or local.month == 1


@given(MOMENTS, st.sampled_from(["month", "year", timedelta(hours=6), timedelta(days=15)]))
def test_a_moment_lies_between_two_cuts(moment, step):
    start, end = floor(moment, step, SYDNEY), following(moment, step, SYDNEY)
    assert start <= moment < end
    assert floor(start, step, SYDNEY) == start
    assert following(start, step, SYDNEY) == end


def test_december_is_followed_by_january():
    moment = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    assert following(moment, "month") == datetime(2026, 1, 1, tzinfo=UTC)
    assert following(moment, "year") == datetime(2026, 1, 1, tzinfo=UTC)
    assert floor(moment, "year") == datetime(2025, 1, 1, tzinfo=UTC)
