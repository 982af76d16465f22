"""How often the columns of a table are filled: over all, by year, and when first and last.

Owns the adding up of what is counted of each year.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class Fill:
    """How often a column is filled: over all, by year, and on which days first and last.

    `beyond` counts filled cells with a code that the codelist does not have.
    """

    filled: int = 0
    beyond: int = 0
    by_year: dict[int, int] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    def add(self, year: int | None, filled: int, first: date | None, last: date | None) -> None:
        """Add so many filled cells of the rows of `year`, which comes after those before."""
        self.filled += filled
        if year is not None and filled:
            self.by_year[year] = filled
            self.first, self.last = self.first or first, last


@dataclass(slots=True)
class Measured:
    """A table's rows, over all and by year, and the fill of each column in order."""

    fills: tuple[Fill, ...]
    rows: int = 0
    by_year: dict[int, int] = field(default_factory=dict)

    def add(self, year: int | None, rows: int, start: int, filled: Sequence[Any]) -> None:
        """Add the rows of `year`: of the columns from `start` on, each in turn, the filled cells,
        the first day and the last. The rows count with the first columns.
        """
        if not start:
            self.rows += rows
            if year is not None:
                self.by_year[year] = rows
        for place in range(0, len(filled), 3):
            self.fills[start + place // 3].add(year, *filled[place : place + 3])
