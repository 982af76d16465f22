"""Which processes begin on a day, and on which later days their further notices fall due.

It owns identity (notice numbers, process numbers) and the calendar, so that any single day can
be worked out from the few weeks before it. It knows nothing of what a notice says.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from tenderline.stand_in.dice import Dice

EPOCH = dt.date(2021, 1, 1)  # the source holds nothing older
STRIDE = 2_700  # numbers kept free for a day: 366 days of them still fit in six digits
MOST_PER_DAY = 1_000  # the busiest Monday must stay below the stride

# Journeys with their weights; a plus marks a change to the notice before it. Together they give
# each type the share it had among 1,626 recorded notices (F01, F02 … are the older forms).
JOURNEYS = (
    *(("UK1 UK1+", 12), ("UK1", 4), ("UK1+", 3)),
    *(("UK2", 55), ("UK2 UK2+", 23), ("UK2 UK4", 15), ("UK2 UK3 UK4", 6)),
    *(("UK3", 2), ("UK3 UK3+", 1), ("UK3 UK4", 8)),
    *(("UK4", 48), ("UK4 UK4+", 20), ("UK4 UK6 UK7", 70), ("UK4 UK4+ UK6 UK7", 20)),
    *(("UK4 UK12", 10), ("UK4 UK4+ UK12", 4), ("UK12", 6)),
    *(("UK5", 18), ("UK5 UK5+", 2), ("UK5 UK7", 40)),
    *(("UK6", 43), ("UK6 UK6+", 6), ("UK6 UK7", 40)),
    *(("UK7", 506), ("UK7 UK7+", 6), ("UK7 UK11", 6), ("UK7 UK10", 2)),
    *(("UK9", 2), ("UK10", 2), ("UK11", 6), ("UK13", 2), ("UK13 UK15", 2), ("UK15", 4)),
    *(("F01", 11), ("F01 F02", 2), ("F21", 2), ("F02", 7), ("F02 F14", 10), ("F02 F14 F03", 5)),
    *(("F14", 10), ("F03", 138), ("F03 F20", 6)),
)
NOTICES_PER_JOURNEY = sum(len(steps.split()) * weight for steps, weight in JOURNEYS) / sum(
    weight for _, weight in JOURNEYS
)
# Days after the step before. Real tenders wait for months; a demonstration cannot.
GAPS = {
    "UK4": (5, 12),
    "UK6": (12, 20),
    "UK7": (8, 11),
    "UK12": (9, 20),
    "UK11": (5, 25),
    "F03": (14, 20),
}
USUAL_GAP = (3, 9)
HORIZON = 50  # days: the longest journey, with every gap at its longest and its weekends
WEEKEND_SHARE = {5: 0.03, 6: 0.02}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One notice of a process: its type, whether it changes an earlier one, its day."""

    kind: str
    update: bool
    due: dt.date


@dataclass(frozen=True, slots=True)
class Journey:
    """One process: where and when it began and the notices it will have."""

    seed: int
    born: dt.date
    number: int
    steps: tuple[Step, ...]

    @property
    def ocid(self) -> str:
        """Name the process; the number counts on from the epoch, so it is never given twice."""
        return f"ocds-h6vhtk-{(self.born - EPOCH).days * STRIDE + self.number:06x}"


@lru_cache(maxsize=256)
def born_on(seed: int, day: dt.date, per_day: int) -> tuple[Journey, ...]:
    """List the processes whose first notice appears on the day."""
    if not 0 < per_day <= MOST_PER_DAY:
        message = f"per_day={per_day}: must be between 1 and {MOST_PER_DAY}"
        raise ValueError(message)
    if day < EPOCH:
        return ()
    dice = Dice(seed, "born", day)
    share = WEEKEND_SHARE.get(day.weekday(), 1) / NOTICES_PER_JOURNEY
    births = dice.whole(per_day * share * dice.uniform(0.9, 1.1))
    return tuple(
        Journey(seed, day, number, _steps(dice.weigh(JOURNEYS), day, dice))
        for number in range(births)
    )


def due_on(seed: int, day: dt.date, per_day: int) -> list[tuple[Journey, int]]:
    """List what is published on the day: a process and the position of the step."""
    past = (day - dt.timedelta(days=back) for back in range(HORIZON, -1, -1))
    return [
        (journey, position)
        for born in past
        for journey in born_on(seed, born, per_day)
        for position, step in enumerate(journey.steps)
        if step.due == day
    ]


def find(seed: int, ocid: str, per_day: int) -> Journey | None:
    """Find a process by its ocid."""
    try:
        days, number = divmod(int(ocid.removeprefix("ocds-h6vhtk-"), 16), STRIDE)
        born = born_on(seed, EPOCH + dt.timedelta(days=days), per_day)
    except (ValueError, OverflowError):
        return None
    return born[number] if number < len(born) and born[number].ocid == ocid else None


def notice_id(day: dt.date, position: int) -> str:
    """Give a notice its number; the position counts from the first notice of the day."""
    return f"{(day.timetuple().tm_yday - 1) * STRIDE + position + 1:06d}-{day.year}"


def day_of(notice: str) -> dt.date:
    """Tell on which day a notice number was given."""
    number, year = notice.split("-")
    return dt.date(int(year), 1, 1) + dt.timedelta(days=(int(number) - 1) // STRIDE)


def _steps(line: str, born: dt.date, dice: Dice) -> tuple[Step, ...]:
    steps: list[Step] = []
    day = born
    for word in line.split():
        kind = word.removesuffix("+")
        if steps:
            gap = USUAL_GAP if word != kind else GAPS.get(kind, USUAL_GAP)
            day = _working_day(day + dt.timedelta(days=dice.between(*gap)))
        steps.append(Step(kind, word != kind, day))
    return tuple(steps)


def _working_day(day: dt.date) -> dt.date:
    """Move a weekend date to Monday: hardly anyone publishes on a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)
