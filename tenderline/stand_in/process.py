"""What one procurement is about: who buys what from whom, for how much, by which procedure.

It owns the facts that stay the same over all notices of a process, so that an award notice and
the contract notice after it tell one story. It does not write notices.
"""

import datetime as dt
import math
from dataclasses import dataclass

from tenderline.stand_in import people, wording
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import Journey

Method = tuple[str | None, str]

LEAST, MOST = 5_000.0, 500_000_000.0
VAT = 1.2
# Regulated from these sums on, VAT included (sub-central bodies, 2026).
THRESHOLDS = {"works": 5_193_000, "goods": 207_720, "services": 207_720}

# Middle and spread (log-normal) of the sum without VAT, by the notice that best tells the size.
SIZES = (
    *(("UK13", 5_000_000, 1.5), ("UK4", 320_000, 1.9), ("UK6", 800_000, 1.7)),
    *(("UK5", 500_000, 1.7), ("UK1", 5_000_000, 1.2), ("UK2", 1_000_000, 1.9)),
    *(("UK3", 400_000, 1.6), ("F03", 230_000, 1.9), ("F02", 450_000, 1.9)),
)
USUAL_SIZE = (55_000, 1.2)  # contract details stand alone mostly for small purchases …
LARGE_SIZE = (700_000, 1.6)  # … with one in six an ordinary contract
LARGE_SHARE = 1 / 6

DIRECT, CALL_OFF = "Direct award", "Award under framework"
TENDERED_ABOVE: tuple[tuple[Method, float], ...] = (
    (("open", "Open procedure"), 63),
    (("selective", "Competitive flexible procedure"), 13),
    (("open", "Competitive flexible procedure"), 9),
)
AWARDED_ABOVE: tuple[tuple[Method, float], ...] = (
    *((("open", "Open procedure"), 64), (("selective", CALL_OFF), 25)),
    *((("direct", DIRECT), 19), (("open", "Competitive flexible procedure"), 19)),
    (("selective", "Competitive flexible procedure"), 13),
)
AWARDED_BELOW: tuple[tuple[Method, float], ...] = (
    (("limited", "Below threshold - limited competition"), 152),
    (("direct", "Below threshold - without competition"), 121),
    ((None, "Below threshold - unknown"), 44),
    (("open", "Below threshold - open competition"), 40),
    (("selective", "Below threshold - award under framework"), 16),
)
OLDER_CALLED: tuple[tuple[Method, float], ...] = (
    *((("open", "Open procedure"), 35), (("selective", "Restricted procedure"), 15)),
    (("selective", "Negotiated procedure with prior call for competition"), 2),
)
WITHOUT_CALL = "Award procedure without prior publication of a call for competition"
OLDER_AWARDED: tuple[tuple[Method, float], ...] = (*OLDER_CALLED, (("limited", WITHOUT_CALL), 61))
REGIMES = (
    ("", 83),
    ("lightTouch", 13),
    ("utilities", 2.4),
    ("defenceSecurity", 1),
    ("concession", 0.6),
)
LOT_COUNTS = ((1, 82), (2, 6), (3, 5), (4, 3), (5, 3), (8, 1))


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of the purchase: its number, its sum without VAT and who wins it."""

    id: str
    net: float
    winners: tuple[people.Organisation, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about a process that none of its notices may change."""

    journey: Journey
    act: bool
    buyer: people.Organisation
    subject: wording.Subject
    title: str
    text: str
    reference: str
    lots: tuple[Lot, ...]
    method: Method
    framework: bool
    regime: str
    starts: dt.date
    years: int

    @property
    def net(self) -> float:
        """Sum the lots, without VAT."""
        return round(sum(lot.net for lot in self.lots), 2)

    @property
    def above(self) -> bool:
        """Tell whether the purchase is regulated in full."""
        return self.net * VAT >= THRESHOLDS[self.subject.category]


def facts_of(journey: Journey) -> Facts:
    """Work out what a process is about, from its identity alone."""
    dice = Dice(journey.seed, "process", journey.born, journey.number)
    kinds = {step.kind for step in journey.steps}
    act = all(kind.startswith("UK") for kind in kinds)
    subject = dice.pick(wording.SUBJECTS)
    buyers = people.buyers(journey.seed)
    buyer = buyers[int(len(buyers) * dice.random() ** 1.6)]
    net, years = _net(kinds, dice), dice.between(1, 5)
    framework = act and dice.chance(0.1)
    running = bool(kinds & {"UK9", "UK10", "UK11"})
    wait = -dice.between(200, 700) if running else dice.between(10, 90)
    starts = journey.steps[-1].due + dt.timedelta(days=wait)
    thing = subject.phrase[0].lower() + subject.phrase[1:]
    words = {"phrase": subject.phrase, "thing": thing, "place": buyer.place, "body": buyer.name}
    words |= {"year": str(starts.year), "years": str(years)}
    method = _method(kinds, net * VAT >= THRESHOLDS[subject.category], dice)
    return Facts(
        journey=journey,
        act=act,
        buyer=buyer,
        subject=subject,
        title=dice.pick(wording.TITLES).format(**words),
        text=dice.pick(wording.TEXTS).format(**words),
        reference=journey.ocid if dice.chance(0.5) else f"TL{dice.between(1000, 99999):05d}",
        lots=_lots(journey.seed, net, dice, act=act, several=framework),
        method=method,
        framework=framework,
        regime=dice.weigh(REGIMES) if act else "",
        starts=starts,
        years=years,
    )


def _net(kinds: set[str], dice: Dice) -> float:
    sizes = [(middle, spread) for kind, middle, spread in SIZES if kind in kinds]
    usual = LARGE_SIZE if dice.chance(LARGE_SHARE) else USUAL_SIZE
    middle, spread = sizes[0] if sizes else usual
    net = min(MOST, max(LEAST, middle * math.exp(spread * dice.gauss(0, 1))))
    if dice.chance(0.55):  # more than half of the recorded sums are round figures
        unit = 10 ** (int(math.log10(net)) - 1)
        return float(round(net / unit) * unit)
    return round(net, 2)


def _method(kinds: set[str], above: bool, dice: Dice) -> Method:  # noqa: FBT001 - plain fact
    if kinds & {"F02", "F21"}:
        return dice.weigh(OLDER_CALLED)
    if any(kind.startswith("F") for kind in kinds):
        return dice.weigh(OLDER_AWARDED)
    if "UK13" in kinds:
        return "open", "Dynamic market"
    if "UK5" in kinds:
        return "direct", DIRECT if above else "Below threshold - without competition"
    if kinds & {"UK1", "UK2", "UK3", "UK4", "UK12"}:
        below: Method = ("open", "Below threshold - open competition")
        return dice.weigh(TENDERED_ABOVE) if above else below
    return dice.weigh(AWARDED_ABOVE if above else AWARDED_BELOW)


def _lots(seed: int, net: float, dice: Dice, *, act: bool, several: bool) -> tuple[Lot, ...]:
    # Contracts of small sums are not divided.
    count = dice.weigh(LOT_COUNTS) if net > 50 * LEAST else 1
    share = round(net / count, 2)
    sums = [share] * (count - 1) + [round(net - share * (count - 1), 2)]
    return tuple(
        Lot(str(number), part, _winners(seed, part, dice, act=act, several=several))
        for number, part in enumerate(sums, start=1)
    )


def _winners(
    seed: int, net: float, dice: Dice, *, act: bool, several: bool
) -> tuple[people.Organisation, ...]:
    count = dice.between(3, 9) if several else dice.weigh(((1, 94), (2, 4), (4, 2)))
    small, large = people.companies(seed)
    # Three in five winners are small in Act notices, two in five in older ones; the larger the
    # sum, the fewer.
    likely = (0.75 - 0.1 * math.log10(net / LEAST)) if act else 0.38
    found: dict[int, people.Organisation] = {}
    while len(found) < count:
        pool = small if dice.chance(likely) else large
        winner = pool[int(len(pool) * dice.random() ** 1.8)]
        found[winner.number] = winner
    return tuple(found.values())
