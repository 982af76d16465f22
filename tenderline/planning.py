"""From the words of a command to what is to be fetched: from where, which windows, as which look.

Owns the command line's clock and the reading of its dates. Fetches nothing.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from extractors.windows import plan
from kernel import ConfigError, Source, Window
from kernel.window import stamp
from tenderline.replay import Replay


@dataclass(frozen=True, slots=True)
class Planned:
    """A source at the server it is to be asked at, the windows to fetch, and the name of the look.

    `server` is "" for the source itself: what a stand-in or a recording answers is another look.
    """

    source: Source
    windows: list[Window]
    server: str
    look: str | None

    def version(self, window: Window) -> str:
        """The name of this look at `window`; by default it does not depend on the run's span."""
        return self.look or "-".join(filter(None, (stamp(window.end), self.server)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the words of `tenderline run` ask for, each as given or None."""

    start: str | None
    end: str | None
    replay: Path | None
    base_url: str | None
    look: str | None

    def of(self, source: Source, servers: ExitStack) -> Planned:
        """What to fetch of `source`; a replay server is started in `servers`.

        Raises:
            ConfigError: the words contradict each other or cannot be read.
        """
        if self.replay and self.base_url:
            raise ConfigError("give --replay or --at, not both")
        if self.replay:
            return self._of_recording(source, self.replay, servers)
        asked = source.at(self.base_url) if self.base_url else source
        server = urlsplit(asked.fetch.url).netloc.replace(":", "-") if self.base_url else ""
        return Planned(asked, plan(source, self._span(source)), server, self.look)

    def _of_recording(self, source: Source, folder: Path, servers: ExitStack) -> Planned:
        server = servers.enter_context(Replay(folder, source))
        windows = server.recording.windows(source)
        if self.start or self.end:
            span = self._span(source)
            windows = [w for w in windows if span.start <= w.start and w.end <= span.end]
        if not windows:
            raise ConfigError("the recording covers no window between --from and --to")
        told = server.recording.digest[:8]
        return Planned(source.at(server.url), windows, f"recording-{told}", self.look)

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
