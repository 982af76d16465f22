"""The small parts that notices of every type share: moments, sums, periods, items, documents.

It owns how such a part is written on the wire, with the source's harmless quirks (``Z`` next to
``+00:00``, sums with or without VAT, explicit nulls). It does not decide which notice has which.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import Step
from tenderline.stand_in.process import VAT, Facts, Lot

Json = dict[str, Any]

LONDON = ZoneInfo("Europe/London")
SITE = "https://www.find-tender.service.gov.uk"
AWARDED_DAYS = 6  # an award is announced at most so long after it was made
DOCUMENTS = {
    "UK1": ("plannedProcurementNotice", "Pipeline"),
    "UK2": ("marketEngagementNotice", "Preliminary market engagement"),
    "UK3": ("plannedProcurementNotice", "Planned procurement"),
    "UK4": ("tenderNotice", "Tender"),
    "UK5": ("awardNotice", "Transparency"),
    "UK6": ("awardNotice", "Contract award"),
    "UK7": ("contractNotice", "Contract details"),
    "UK9": ("implementationNotice", "Contract performance"),
    "UK10": ("contractNotice", "Contract change"),
    "UK11": ("contractTerminationNotice", "Contract termination"),
    "UK12": ("tenderCancellationNotice", "Procurement termination"),
    "UK13": ("tenderNotice", "Dynamic market intention"),
    "UK15": ("awardNotice", "Dynamic market modification"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about to be written: its process, its step, its number and its moment."""

    facts: Facts
    step: Step
    id: str
    date: str
    dice: Dice

    def day(self, after: int, *, end: bool = False) -> str:
        """Write the date some days after publication."""
        return moment(self.step.due + dt.timedelta(days=after), self.dice, end=end)

    def closing(self, usual: int) -> int:
        """Tell in how many days tenders close: always before the award, if one is to come."""
        awards = [s.due for s in self.facts.journey.steps if s.kind in {"UK6", "F03"}]
        latest = (awards[0] - self.step.due).days - AWARDED_DAYS - 1 if awards else usual
        return min(usual, max(1, latest))

    def signed(self) -> str:
        """Write when the contract was signed: after the award, before it starts."""
        facts = self.facts
        if facts.starts <= self.step.due:
            return moment(facts.starts - dt.timedelta(days=self.dice.between(1, 10)), self.dice)
        first = self.step is facts.journey.steps[0]
        return self.day(-self.dice.between(0, 40 if first else 1))

    def document(self) -> Json:
        """Point to the notice itself, with its type."""
        kind, name = DOCUMENTS[self.step.kind]
        return {
            "id": self.id,
            "documentType": kind,
            "noticeType": self.step.kind,
            "description": f"{name} notice on Find a Tender",
            "url": f"{SITE}/Notice/{self.id}",
            "datePublished": self.date,
            "format": "text/html",
        }


def moment(day: dt.date, dice: Dice, *, end: bool = False) -> str:
    """Write the start or the end of a London day; in winter now and then with ``Z``."""
    clock = dt.time(23, 59, 59) if end else dt.time()
    text = dt.datetime.combine(day, clock, LONDON).isoformat()
    return text.removesuffix("+00:00") + "Z" if "+00:00" in text and dice.chance(0.5) else text


def sum_of(net: float, notice: Notice) -> Json:
    """Write a sum: Act notices with VAT and mostly without as well, older ones without only."""
    if not notice.facts.act:
        return {"amount": _short(net), "currency": "GBP"}
    value: Json = {"amountGross": _short(net * VAT), "amount": _short(net), "currency": "GBP"}
    if notice.dice.chance(0.15):
        del value["amount"]
    elif notice.dice.chance(0.01):
        del value["amountGross"]
    return value


def period_of(notice: Notice) -> Json:
    """Write how long the contract runs; over a third can be extended."""
    facts, dice = notice.facts, notice.dice
    length = dt.timedelta(days=365 * facts.years)
    period = {
        "startDate": moment(facts.starts, dice),
        "endDate": moment(facts.starts + length, dice, end=True),
    }
    if facts.journey.number % 5 < 2:  # noqa: PLR2004 - two in five, the same in every notice
        period["maxExtentDate"] = moment(facts.starts + length * 2, dice, end=True)
    return period


def items_of(notice: Notice) -> list[Json]:
    """Write the items, one a lot: where Act notices keep the CPV code."""
    subject, region = notice.facts.subject, notice.facts.buyer.region
    place = {"region": region}
    if notice.facts.act:
        place |= {"country": "GB", "countryName": "United Kingdom"}
    return [
        {
            "id": lot.id,
            "additionalClassifications": [
                {"scheme": "CPV", "id": subject.cpv, "description": subject.label}
            ],
            "deliveryAddresses": [place],
            "relatedLot": lot.id,
        }
        for lot in notice.facts.lots
    ]


def lot_stub(lot: Lot, status: str, notice: Notice) -> Json:
    """Write what award notices say of a lot: hardly anything, often an explicit null."""
    stub: Json = {"id": lot.id, "status": status}
    return stub | {"description": None} if notice.dice.chance(0.5) else stub


def _short(amount: float) -> float:
    amount = round(amount, 2)
    return int(amount) if amount.is_integer() else amount
