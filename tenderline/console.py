"""What a person sees on the terminal: progress, tables, errors.

Owns the look. A bar that moves on a terminal, plain lines elsewhere; results go to standard
output, everything else to standard error.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from kernel import Counts, Manifest

WIDE = 160  # columns where there is no terminal to fit: a file, a log

out = Console(width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class Told:
    """Takes the steps of a run and shows them; `total` is how many are expected."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total) if progress else None

    def __call__(self, step: str, moved: int = 1) -> None:
        """Show `step`, by which the work moved on so much."""
        if self._progress is None or self._task is None:
            err.print(step, markup=False)
        else:
            self._progress.update(self._task, description=step, advance=moved)


@contextmanager
def steps(total: int) -> Iterator[Told]:
    """A place to show the steps of a long work."""
    if not err.is_terminal:
        yield Told(None, total)
        return
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        yield Told(progress, total)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print one table to standard output; numbers stand right."""
    shown = Table(title=title, title_justify="left")
    for column, name in enumerate(head):
        numeric = bool(rows) and all(isinstance(row[column], int) for row in rows)
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        shown.add_row(*(Text(cell) for cell in cells))  # no markup: cells come from anyone's files
    out.print(shown)


def summary(manifests: Sequence[Manifest]) -> None:
    """Print what a run's stages read, wrote, rejected and merged, in releases."""
    counts: dict[tuple[str, str], Counts] = defaultdict(Counts)
    for manifest in manifests:
        counts[manifest.stage, manifest.subject] += manifest.counts
    rows = [
        (stage, subject, c.read, c.written, c.rejected, c.merged)
        for (stage, subject), c in counts.items()
    ]
    table("Releases", ("stage", "of", "read", "written", "rejected", "merged"), rows)
