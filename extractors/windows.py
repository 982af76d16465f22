"""Which windows of a source to fetch, and how they read on the source's own clock.

Owns the edge between UTC windows and source clocks. Has no clock of its own.
"""

from zoneinfo import ZoneInfo

from kernel import ConfigError, Source, Window


def plan(source: Source, span: Window) -> list[Window]:
    """The windows that tile `span`, oldest first, none longer than the source's step."""
    return list(span.split(source.window.step))


def first_url(source: Source, window: Window) -> str:
    """The address of the window's first page.

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
    return source.fetch.url.format(start=start, end=end)
