"""What a person sees on the terminal: progress, tables, errors.

Owns the look. A bar that moves on a terminal, plain lines elsewhere; results go to standard
output, everything else to standard error.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from kernel import Manifest


class Plain:
    """Prints lines where nobody looks on: a file, a log, a pipe. Takes no time to be there."""

    is_terminal = False

    def __init__(self, name: str) -> None:
        self._name = name

    def print(self, *texts: object, **_look: bool) -> None:
        """Print a line; how it is to look is for terminals."""
        stream: TextIO = getattr(sys, self._name)
        stream.write(f"{' '.join(map(str, texts))}\n")


def _place(name: str) -> "Console | Plain":
    if not getattr(sys, name).isatty():
        return Plain(name)
    from rich.console import Console

    return Console(stderr=name == "stderr", soft_wrap=name == "stderr", highlight=name == "stdout")


out: Any = _place("stdout")
err: Any = _place("stderr")


class Told:
    """Takes the steps of a run and shows them; `total` is how many are expected."""

    def __init__(self, progress: "Progress | None", total: int) -> None:
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
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        yield Told(progress, total)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print one table to standard output; numbers stand right."""
    numeric = [
        bool(rows) and all(isinstance(row[column], int) for row in rows)
        for column in range(len(head))
    ]
    cells = [[f"{c:,}" if isinstance(c, int) else str(c) for c in row] for row in rows]
    if not out.is_terminal:
        _lines(title, [list(head), *cells], numeric)
        return
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title, title_justify="left")
    for name, right in zip(head, numeric, strict=True):
        shown.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in cells:
        shown.add_row(*map(Text, row))  # no markup: cells come from anyone's files
    out.print(shown)


def _lines(title: str, rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    """A table as aligned lines, one a row, which other programs can search."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    out.print(title)
    for row in rows:
        fitted = zip(row, widths, numeric, strict=True)
        cells = (text.rjust(width) if right else text.ljust(width) for text, width, right in fitted)
        out.print(f"  {'  '.join(cells)}".rstrip())


def summary(manifests: Sequence["Manifest"]) -> None:
    """Print what a run's stages read, wrote, rejected and merged, in releases."""
    from kernel import Counts

    counts = defaultdict[tuple[str, str], Counts](Counts)
    for manifest in manifests:
        counts[manifest.stage, manifest.subject] += manifest.counts
    rows = [
        (stage, subject, c.read, c.written, c.rejected, c.merged)
        for (stage, subject), c in counts.items()
    ]
    table("Releases", ("stage", "of", "read", "written", "rejected", "merged"), rows)
