"""Which windows of a source to fetch, and how they read on the source's own clock.

Owns the edge between UTC windows and source clocks, and the halving of windows. Has no clock of its
own.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from kernel import ConfigError, Source, Window
from kernel.window import floor, following

SECOND = timedelta(seconds=1)


def plan(source: Source, span: Window, *, newest_first: bool = False) -> list[Window]:
    """The windows that tile `span`, none longer than the source's step; oldest first unless asked.

    Months and years of the calendar cannot be fetched in part: `span` is widened to their first
    moment, and to their last if the source's windows may be open, else cut before it.

    Files are one window, whatever the span: they are not asked for by time.

    Raises:
        ConfigError: no whole month or year is left.
    """
    if source.fetch.strategy == "files":
        return [span]
    step, zone = source.window.step, ZoneInfo(source.fetch.clock)
    if not isinstance(step, timedelta):
        start = floor(span.start, step, zone)
        last = following(span.end - SECOND, step, zone)
        end = last if source.window.open or last == span.end else floor(span.end, step, zone)
        if start >= end:
            message = f"no {step} is over between {span.start:%F} and {span.end:%F}"
            raise ConfigError(f"{message}: give an earlier start", source=source.id)
        span = Window(start, end)
    windows = list(span.split(step, zone))
    return windows[::-1] if newest_first else windows


def first_url(source: Source, window: Window, each: str = "") -> str:
    """The address of the first page of the window, of the chain for `each` if there are several.

    Raises:
        ConfigError: on the source's clock the window is empty or reversed, as an hour at the end of
            summer time can be: a longer window is needed.
    """
    zone = ZoneInfo(source.fetch.clock)
    start, end = (
        moment.astimezone(zone).strftime(source.fetch.time_format)
        for moment in (window.start, window.end)
    )
    if start >= end and source.fetch.time_format.startswith("%Y-%m-%dT"):
        raise ConfigError(
            f"on the clock of {source.fetch.clock} the window runs from {start} to {end}: "
            "choose a longer one",
            source=source.id,
            window=window.name,
        )
    return source.fetch.url.format(start=start, end=end, each=each)


def halves(source: Source, window: Window) -> tuple[Window, Window] | None:
    """The two halves of `window`, or None where the source's facts or its clock allow none.

    They are cut at a multiple of the narrowest window, counted from the start.
    """
    unit = source.window.narrowest
    length = window.end - window.start
    if unit is None or length < 2 * unit:
        return None
    middle = window.start + length // 2 // unit * unit
    found = Window(window.start, middle), Window(middle, window.end)
    try:
        for half in found:
            first_url(source, half)
    except ConfigError:  # the clock turns back within it
        return None
    return found
