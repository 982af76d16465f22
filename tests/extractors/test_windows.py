"""Windows tile the span, and read on the source's own clock as the source reads them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.loader import load
from extractors.windows import first_url, plan
from kernel import ConfigError, Source, Window, WindowRule

SOURCE = load("find_a_tender")


def asked(name: str) -> tuple[str, str]:
    """What the first request for the window asks for, as the source reads it."""
    query = parse_qs(urlsplit(first_url(SOURCE, Window.parse(name))).query)
    return query["updatedFrom"][0], query["updatedTo"][0]


def stepping(step: timedelta) -> Source:
    rule = WindowRule(first=SOURCE.window.first, step=step, relook=SOURCE.window.relook)
    return replace(SOURCE, window=rule)


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        # winter and summer
        ("20260110T000000Z-20260110T060000Z", "2026-01-10T00:00:00", "2026-01-10T06:00:00"),
        ("20260809T230000Z-20260810T050000Z", "2026-08-10T00:00:00", "2026-08-10T06:00:00"),
        # 29 March 2026: at 01:00 UTC London goes from 01:00 to 02:00
        ("20260329T000000Z-20260329T060000Z", "2026-03-29T00:00:00", "2026-03-29T07:00:00"),
        ("20260329T003000Z-20260329T010000Z", "2026-03-29T00:30:00", "2026-03-29T02:00:00"),
        # 25 October 2026: at 01:00 UTC London goes from 02:00 back to 01:00
        ("20261024T180000Z-20261025T000000Z", "2026-10-24T19:00:00", "2026-10-25T01:00:00"),
        ("20261025T000000Z-20261025T060000Z", "2026-10-25T01:00:00", "2026-10-25T06:00:00"),
        ("20261025T010000Z-20261025T020000Z", "2026-10-25T01:00:00", "2026-10-25T02:00:00"),
    ],
)
def test_a_window_reads_on_london_s_clock(window: str, start: str, end: str) -> None:
    assert asked(window) == (start, end)


@pytest.mark.parametrize(
    "window",
    ["20261025T000000Z-20261025T010000Z", "20261025T003000Z-20261025T011500Z"],
    ids=["empty", "reversed"],
)
def test_a_window_the_clock_turns_around_is_refused(window: str) -> None:
    with pytest.raises(ConfigError, match="choose a longer one") as caught:
        asked(window)
    assert caught.value.window == window


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-08-10"])
def test_no_moment_on_the_source_s_clock_falls_between_two_windows(day: str) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    windows = plan(SOURCE, Window(noon - timedelta(days=1), noon + timedelta(days=1)))
    asked_for = [asked(window.name) for window in windows]
    assert len(asked_for) == 8
    assert all(a[1] == b[0] for a, b in pairwise(asked_for))
    assert all(start < end for start, end in asked_for)


def test_the_first_address_is_the_facts_address_filled_in() -> None:
    url = first_url(SOURCE, Window.parse("20260810T110000Z-20260810T170000Z"))
    assert url == (
        "https://www.find-tender.service.gov.uk/api/1.0/ocdsReleasePackages"
        "?limit=100&updatedFrom=2026-08-10T12:00:00&updatedTo=2026-08-10T18:00:00"
    )


def test_another_form_of_time_is_the_source_s_own() -> None:
    fetch = replace(SOURCE.fetch, time_format="%d.%m.%Y", clock="UTC")
    window = Window.parse("20261231T000000Z-20270101T000000Z")
    assert "updatedFrom=31.12.2026&updatedTo=01.01.2027" in first_url(
        replace(SOURCE, fetch=fetch), window
    )


moments = st.datetimes(
    datetime(2021, 1, 1),  # noqa: DTZ001 (hypothesis wants it naive)
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
steps = st.integers(60, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
lengths = st.integers(1, 400_000).map(lambda seconds: timedelta(seconds=seconds))


@given(moments, lengths, steps)
def test_windows_tile_the_span(start: datetime, length: timedelta, step: timedelta) -> None:
    span = Window(start, start + length)
    windows = plan(stepping(step), span)
    assert windows[0].start == span.start
    assert windows[-1].end == span.end
    assert all(a.end == b.start for a, b in pairwise(windows))
    assert all(window.end - window.start <= step for window in windows)


@given(moments, lengths, lengths)
def test_windows_are_cut_alike_whatever_the_span(
    start: datetime, length: timedelta, more: timedelta
) -> None:
    source = stepping(timedelta(hours=6))
    shorter = plan(source, Window(start, start + length))
    longer = plan(source, Window(start, start + length + more))
    assert longer[: len(shorter) - 1] == shorter[:-1]


# The calendar


def months(source_id: str, span: str, **more: Any) -> list[str]:
    return [window.name for window in plan(load(source_id), Window.parse(span), **more)]


def test_months_begin_at_midnight_on_the_source_s_clock() -> None:
    assert months("public_contracts_scotland", "20260310T000000Z-20260501T120000Z") == [
        "20260301T000000Z-20260331T230000Z",
        "20260331T230000Z-20260430T230000Z",
        "20260430T230000Z-20260531T230000Z",
    ]


def test_a_month_that_is_not_over_is_left_out_unless_it_may_be_open() -> None:
    source = load("public_contracts_scotland")
    closed = replace(source, window=replace(source.window, open=False))
    span = Window.parse("20260310T000000Z-20260501T120000Z")
    assert plan(closed, span) == plan(source, span)[:2]
    whole = Window.parse("20260301T000000Z-20260331T230000Z")
    assert plan(closed, whole) == plan(source, whole) == [whole]
    with pytest.raises(ConfigError, match="no month is over"):
        plan(closed, Window.parse("20260310T000000Z-20260311T000000Z"))


def test_a_year_is_one_file() -> None:
    assert months("ocp_registry", "20251231T000000Z-20260101T000001Z") == [
        "20250101T000000Z-20260101T000000Z",
        "20260101T000000Z-20270101T000000Z",
    ]
    window = Window.parse("20250101T000000Z-20260101T000000Z")
    assert first_url(load("ocp_registry"), window, "41") == (
        "https://data.open-contracting.org/en/publication/41/download?name=2025.jsonl.gz"
    )


def test_backfills_go_newest_first_with_the_same_names() -> None:
    span = Window.parse("20260310T000000Z-20260312T070000Z")
    assert plan(SOURCE, span, newest_first=True) == plan(SOURCE, span)[::-1]


def test_files_are_one_window() -> None:
    span = Window.parse("20260310T000000Z-20270312T070000Z")
    assert plan(load("ocds_files"), span) == [span]


@pytest.mark.parametrize(
    ("source_id", "each", "address"),
    [
        ("public_contracts_scotland", "2", "dateFrom=08-2026&noticeType=2&outputType=0"),
        ("sell2wales", "53", "dateFrom=08-2026&noticeType=53&outputType=0&locale=2057"),
        ("nsw_etendering", "tender", "publishedFrom=2026-08-01&publishedTo=2026-09-01&startRow=0"),
        ("austender", "", "contractLastModified/2026-07-31T23:00:00Z/2026-08-31T23:00:00Z"),
        ("contracts_finder", "", "publishedFrom=2026-08-01T00:00:00&publishedTo=2026-09-01T00:00"),
    ],
)
def test_each_source_is_asked_in_its_own_words(source_id: str, each: str, address: str) -> None:
    window = Window.parse("20260731T230000Z-20260831T230000Z")
    assert address in first_url(load(source_id), window, each)
