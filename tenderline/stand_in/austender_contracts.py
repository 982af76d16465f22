"""Which contracts of AusTender are published on a day, and when they are amended afterwards.

It owns identity (contract notice numbers, process ids), the calendar and what a contract is about.
It does not write releases.
"""

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache

from tenderline.stand_in import australia
from tenderline.stand_in.australia import Organisation, Subject, hexadecimal, midnight
from tenderline.stand_in.dice import Dice

EPOCH = dt.date(2013, 1, 1)  # the source holds nothing older
MOST_PER_DAY = 1_000
STRIDE = 1_200  # numbers kept free for a day: room for the busiest one
# How often contracts are amended: one release in seven is an amendment.
AMENDMENTS = ((0, 88), (1, 9), (2, 2.4), (3, 0.6))
RELEASES_PER_CONTRACT = 1 + 0.156  # follows from these weights
SAME_DAY = 0.1  # of amendments, so that some come with their parents; real ones wait for months
SAME_DAY_HOURS = (12, 15)  # in Canberra: the contract, then its amendment
HORIZON = 75  # days: three gaps at their longest, with the days off that follow them
GAP = (1, 21)
STARTS = (-60, 20)  # days from publication: most contracts have begun already
# Days from start to end, with weights; few different ones, so that contracts are found by end.
LENGTHS = ((30, 10), (91, 15), (182, 20), (365, 30), (730, 12), (1095, 10), (1826, 3))
METHODS = (
    (("open", "Open tender"), 50),
    (("limited", "Limited tender"), 44),
    (("selective", "Prequalified tender"), 6),
)
LEAST, MOST = 10_000.0, 400_000_000.0  # AUD: smaller contracts need not be published
MIDDLE, SPREAD = 60_000, 1.6  # of a log-normal distribution, AUD


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract: where its number comes from, and on which days it was changed."""

    seed: int
    born: dt.date
    number: int
    changes: tuple[dt.date, ...]

    @property
    def id(self) -> str:
        """Number the contract notice; numbers count on from the epoch."""
        return f"CN{(self.born - EPOCH).days * STRIDE + self.number:07d}"

    @property
    def ocid(self) -> str:
        """Name the process, with a prefix that nobody has registered."""
        return f"prod-{hexadecimal(self.seed, 'process', self.id)}"

    @property
    def days(self) -> tuple[dt.date, ...]:
        """List the days, in Canberra, on which releases appear: the contract, its amendments."""
        return (self.born, *self.changes)

    def moment(self, position: int) -> dt.datetime:
        """Tell when a release appears, in UTC: in office hours, and after the one before it."""
        dice = Dice(self.seed, "moment", self.id, position)
        twice = self.changes[:1] == (self.born,)  # noon and after, so that both are one UTC day
        hour = SAME_DAY_HOURS[position] if twice and position <= 1 else dice.between(9, 17)
        clock = dt.time(hour, dice.between(0, 59), dice.between(0, 59))
        return dt.datetime.combine(self.days[position], clock, australia.SYDNEY).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a contract is about; an amendment changes its sum or its end, nothing else."""

    agency: Organisation
    supplier: Organisation
    subject: Subject
    reference: str
    net: float
    method: tuple[str, str]


def contracts_on(seed: int, day: dt.date, per_day: int) -> tuple[Contract, ...]:
    """List the contracts first published on a day in Canberra."""
    return _contracts_on(seed, day, per_day) if day >= EPOCH and australia.works_on(day) else ()


def due_on(seed: int, day: dt.date, per_day: int) -> list[tuple[Contract, int]]:
    """List what is published on the day: a contract and the position of the release."""
    if not australia.works_on(day):
        return []
    past = (day - dt.timedelta(days=back) for back in range(HORIZON, -1, -1))
    return [
        (contract, position)
        for born in past
        for contract in contracts_on(seed, born, per_day)
        for position, due in enumerate(contract.days)
        if due == day
    ]


def find(seed: int, name: str, per_day: int) -> Contract | None:
    """Find a contract by the number of its notice, that of an amendment included."""
    digits = name.partition("-")[0].removeprefix("CN")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len("10000000")):
        return None
    days, number = divmod(int(digits), STRIDE)
    born = contracts_on(seed, EPOCH + dt.timedelta(days=days), per_day)
    return born[number] if number < len(born) else None


def period_of(contract: Contract) -> tuple[dt.datetime, dt.datetime]:
    """Tell from when to when the contract runs, as first published: midnights in Canberra."""
    dice = Dice(contract.seed, "period", contract.id)
    start = contract.born + dt.timedelta(days=dice.between(*STARTS))
    return midnight(start), midnight(start + dt.timedelta(days=dice.weigh(LENGTHS) - 1))


def facts_of(contract: Contract) -> Facts:
    """Work out what a contract is about, from its identity alone."""
    dice = Dice(contract.seed, "facts", contract.id)
    agencies, companies = australia.agencies(contract.seed), australia.companies(contract.seed)
    net = min(MOST, max(LEAST, MIDDLE * math.exp(SPREAD * dice.gauss(0, 1))))
    return Facts(
        agency=agencies[int(len(agencies) * dice.random() ** 1.6)],
        supplier=companies[int(len(companies) * dice.random() ** 1.8)],
        subject=dice.pick(australia.SUBJECTS),
        reference=f"{dice.pick('ABDEHR')}{dice.between(10, 99)}-{dice.between(1000, 9999)}",
        net=float(round(net, -3)) if dice.chance(0.4) else round(net, 2),
        method=dice.weigh(METHODS),
    )


@lru_cache(maxsize=4_000)
def _contracts_on(seed: int, day: dt.date, per_day: int) -> tuple[Contract, ...]:
    dice = Dice(seed, "contracts", day)
    births = dice.whole(per_day / RELEASES_PER_CONTRACT * dice.uniform(0.85, 1.15))
    return tuple(Contract(seed, day, n, _changes(day, dice)) for n in range(births))


def _changes(born: dt.date, dice: Dice) -> tuple[dt.date, ...]:
    days: list[dt.date] = []
    day = born
    for _ in range(dice.weigh(AMENDMENTS)):
        gap = 0 if not days and dice.chance(SAME_DAY) else dice.between(*GAP)
        day += dt.timedelta(days=gap)
        while not australia.works_on(day):
            day += dt.timedelta(days=1)
        days.append(day)
    return tuple(days)
