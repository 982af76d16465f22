"""A long history, window by window: newest first, to be stopped and gone on with at any moment.

Owns the order, what happens when a window fails, and the estimate of when it ends. What is done
with a window is what `run` does with it, so neither does again what the other did.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kernel import Lake, PipelineError, SourceChanged, SourceUnavailable
from tenderline.pipeline import Run
from tenderline.planning import Planned

IN_A_ROW = 3  # windows that fail one after the other: the source is down, not a window odd
MINUTE, HOUR = 60, 3600  # seconds


@dataclass(slots=True)
class Pace:
    """How fast windows were fetched; those that were done before take no time and do not count."""

    clock: Callable[[], float] = time.monotonic
    fetched: int = 0
    seconds: float = 0.0

    def left(self, windows: int) -> str:
        """How long so many more windows take, in words; "" as long as nothing is known."""
        if not self.fetched:
            return ""
        seconds = windows * self.seconds / self.fetched
        if seconds >= HOUR:
            return f", {seconds / HOUR:.1f} hours left"
        if seconds >= MINUTE:
            return f", {seconds / MINUTE:.0f} minutes left"
        return f", {seconds:.0f} seconds left"


@dataclass(slots=True)
class Backfill:
    """One backfill of one source.

    Attributes:
        failed: the windows that could not be had, with the error of each.
    """

    lake: Lake
    planned: Planned
    run: Run
    told: Callable[[str, int], None]
    failed: list[tuple[str, PipelineError]] = field(default_factory=list)

    def windows(self) -> None:
        """Fetch and convert every window, the newest first; go on after one that fails.

        Raises:
            SourceUnavailable, SourceChanged: three windows in a row failed.
        """
        pace, count = Pace(), len(self.planned.windows)
        newest_first = sorted(self.planned.windows, reverse=True)
        for number, window in enumerate(newest_first, start=1):
            left = pace.left(count - number + 1)
            self.told(f"{self.planned.source.id} {number}/{count} {window.name}{left}", 1)
            before, start = self.lake.changes, pace.clock()
            try:
                self.run.window(self.planned.source, window, self.planned.version(window))
            except (SourceUnavailable, SourceChanged) as error:
                self.told(f"{window.name} failed: {error}", 0)
                self.failed.append((window.name, error))
                names = [each.name for each in newest_first[max(0, number - IN_A_ROW) : number]]
                if names == [name for name, _ in self.failed[-IN_A_ROW:]] and number >= IN_A_ROW:
                    raise
            if self.lake.changes > before:
                pace.fetched += 1
                pace.seconds += pace.clock() - start

    def finish(self) -> None:
        """Raise the error of the newest window that failed, telling of all.

        Raises:
            SourceUnavailable, SourceChanged: at least one window failed.
        """
        if self.failed:
            names = ", ".join(name for name, _ in self.failed)
            error = self.failed[0][1]
            advice = "run the same command again to try only these"
            raise type(error)(
                f"{len(self.failed)} windows could not be had ({names}): {advice}; the first said: "
                f"{error}"
            ) from error
