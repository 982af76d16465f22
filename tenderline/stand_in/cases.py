"""Which processes of a smaller system begin on a day, and when their further notices fall due.

It owns the calendar that the stand-ins of Contracts Finder and of the Proactis sites share. What
a notice says, and what identifiers look like, is each system's own business.
"""

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import SATURDAY, WEEKEND_SHARE, Journey, Step

MOST_PER_DAY = 300
STRIDE = 1_000  # numbers kept free for a day: more than the busiest Monday has
USUAL_GAP = (3, 9)  # days after the notice before


@dataclass(frozen=True)
class Plan:
    """How the processes of one system run.

    ``lines`` are courses of notices with their weights; a plus marks a change to the notice
    before it. ``gaps`` are the days that a notice comes after the one before, by its word.
    """

    name: str
    epoch: dt.date  # the system holds nothing older
    offset: int  # processes are numbered from here, so that no two systems tell the same story
    lines: tuple[tuple[str, float], ...]
    gaps: dict[str, tuple[int, int]] = field(hash=False)

    @property
    def notices_each(self) -> float:
        """Tell how many notices a process has on average."""
        weights = sum(weight for _, weight in self.lines)
        return sum(len(line.split()) * weight for line, weight in self.lines) / weights

    @property
    def horizon(self) -> int:
        """Tell how many days the longest course can take, weekends included."""
        return max(
            sum(self.gap(word)[1] + 2 for word in line.split()[1:]) for line, _ in self.lines
        )

    def gap(self, word: str) -> tuple[int, int]:
        """Tell how soon and how late a notice comes after the one before."""
        return self.gaps.get(word, USUAL_GAP)


@lru_cache(maxsize=512)
def born_on(plan: Plan, seed: int, day: dt.date, per_day: int) -> tuple[Journey, ...]:
    """List the processes whose first notice appears on the day."""
    if day < plan.epoch:
        return ()
    dice = Dice(seed, plan.name, "born", day)
    share = WEEKEND_SHARE.get(day.weekday(), 1) / plan.notices_each
    births = dice.whole(per_day * share * dice.uniform(0.9, 1.1))
    return tuple(
        Journey(seed, day, plan.offset + number, _steps(plan, dice.weigh(plan.lines), day, dice))
        for number in range(births)
    )


def due_on(plan: Plan, seed: int, day: dt.date, per_day: int) -> list[tuple[Journey, int]]:
    """List what is published on the day: a process and the position of the step."""
    past = (day - dt.timedelta(days=back) for back in range(plan.horizon, -1, -1))
    return [
        (journey, position)
        for born in past
        for journey in born_on(plan, seed, born, per_day)
        for position, step in enumerate(journey.steps)
        if step.due == day
    ]


def find(plan: Plan, seed: int, days: int, number: int, per_day: int) -> Journey | None:
    """Find a process by the days from the epoch to its first notice and its number that day."""
    try:
        born = born_on(plan, seed, plan.epoch + dt.timedelta(days=days), per_day)
    except OverflowError:
        return None
    return born[number] if 0 <= number < len(born) else None


def _steps(plan: Plan, line: str, born: dt.date, dice: Dice) -> tuple[Step, ...]:
    steps: list[Step] = []
    day = born
    for word in line.split():
        if steps:
            day = _working_day(day + dt.timedelta(days=dice.between(*plan.gap(word))))
        steps.append(Step(word.removesuffix("+"), word.endswith("+"), day))
    return tuple(steps)


def _working_day(day: dt.date) -> dt.date:
    """Move a weekend date to Monday, as long as it is not the day of the notice before."""
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day
