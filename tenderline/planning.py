"""From the words of a command to what is to be fetched: from where, which windows, as which look.

Owns the command line's clock and the reading of its dates. Fetches nothing.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from extractors.files import look
from extractors.loader import load
from extractors.windows import plan
from kernel import ConfigError, Source, Window
from kernel.window import stamp
from tenderline.replay import Replay
from transforms.days import span_of


@dataclass(frozen=True, slots=True)
class Planned:
    """A source at the server it is to be asked at, the windows to fetch, and the name of the look.

    `server` is "" for the source itself: what a stand-in, a recording or a file answers is another
    look, and so is what others than the usual choices are answered.
    """

    source: Source
    windows: list[Window]
    server: str
    look: str | None
    now: datetime

    def version(self, window: Window) -> str:
        """The name of this look at `window`; by default it does not depend on the run's span.

        It depends on the moment only where the window is not over yet.
        """
        seen = stamp(min(window.end, self.now))
        chosen = self.source.fetch.each != load(self.source.id).fetch.each
        each = "-".join(self.source.fetch.each) if chosen else ""
        return self.look or "-".join(filter(None, (seen, each, self.server)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the words of `tenderline run` ask for, each as given or None.

    `place` is where files lie: a folder, a file, an address, or `-`. `each` is chosen instead of
    what the source's facts list, such as publications of a registry.
    """

    start: str | None
    end: str | None
    replay: Path | None
    base_url: str | None
    look: str | None
    place: str | None = None
    each: tuple[str, ...] = ()

    def of(self, source: Source, servers: ExitStack) -> Planned:
        """What to fetch of `source`; a replay server is started in `servers`.

        Raises:
            ConfigError: the words contradict each other or cannot be read.
        """
        if sum(map(bool, (self.replay, self.base_url, self.place))) > 1:
            raise ConfigError("give only one of --replay, --at and a place of files")
        if self.each:
            source = source.choosing(*self.each)
        if self.replay and source.fetch.strategy not in ("bulk", "files"):
            return self._of_recording(source, self.replay, servers)
        if place := self.place or (str(self.replay) if self.replay else None):
            return self._of_files(source, place)
        asked = source.at(self.base_url) if self.base_url else source
        server = urlsplit(asked.fetch.url).netloc.replace(":", "-") if self.base_url else ""
        return self._planned(asked, plan(source, self._span(source)), server)

    def _of_recording(self, source: Source, folder: Path, servers: ExitStack) -> Planned:
        """The recording, walked from page to page whatever the source's own way is.

        No shorter windows were recorded, so none is asked for.
        """
        server = servers.enter_context(Replay(folder, source))
        windows = server.recording.windows(source)
        if self.start or self.end:
            span = self._span(source)
            windows = [w for w in windows if span.start <= w.start and w.end <= span.end]
        if not windows:
            raise ConfigError("the recording covers no window between --from and --to")
        told = server.recording.digest[:8]
        served = source.at(server.url)
        fetch = replace(served.fetch, strategy="next_link")
        rule = replace(served.window, narrowest=None)
        served = replace(served, fetch=fetch, window=rule)
        return self._planned(served, windows, f"recording-{told}")

    def _of_files(self, source: Source, place: str) -> Planned:
        """Files as one window: the days of their releases, or the span that was told."""
        found = look(place, source)
        span = span_of(source, (file.path for file in found.files))
        if self.start or self.end:
            span = self._span(source)
        return self._planned(source.placed(place), [span], f"files-{found.digest[:8]}")

    def _planned(self, source: Source, windows: list[Window], server: str) -> Planned:
        return Planned(source, windows, server, self.look, datetime.now(UTC))

    def _span(self, source: Source) -> Window:
        """From `--from` to `--to`, but never beyond now: a window is fetched when it is over."""
        now = datetime.now(ZoneInfo(source.fetch.clock))
        zone = ZoneInfo(source.fetch.clock)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        last = min(_moment(self.end, zone, "--to") if self.end else midnight, now)
        first = _moment(self.start, zone, "--from") if self.start else last - timedelta(days=1)
        earliest = datetime.combine(source.window.first, datetime.min.time(), zone)
        return Window(max(first, earliest), last)


def _moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{option}: {text!r} is no date such as {date(2026, 8, 10)} or 2026-08-10T06:00"
        raise ConfigError(message) from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
