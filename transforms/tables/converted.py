"""Amounts in pounds and in euros, beside what was published, with the rate and its day.

Owns which amounts are converted, and of which day the rate is. Columns that are filled here have a
path of `@converted` in `columns.csv`. What was published is never changed, and never added to what
was converted; where no rate is known the cells stay empty.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from transforms.rates import reference_rates

MONEY, RATE = pa.decimal128(18, 2), pa.decimal128(18, 12)
MOST = Decimal("99999999999999.99")  # of an amount: times any rate it fits into a column of money
Known = tuple[Decimal | None, Decimal | None, date | None]  # pounds, euros, the day of the rate
ONE = Decimal(1)


class Converted(NamedTuple):
    """The columns of one amount: itself, its currency, the moments of which the first known counts.

    `prefix` begins the names of the columns that are filled.
    """

    amount: str
    currency: str
    moments: tuple[str, ...]
    prefix: str = ""


# The day on which a reader would say the amount was agreed; else the one on which it was told.
AMOUNTS: Mapping[str, Converted] = {
    "processes": Converted("tender_amount", "tender_currency", ("first_release",), "tender_"),
    "awards": Converted("amount", "currency", ("date", "first_release")),
    "contracts": Converted("amount", "currency", ("date_signed", "period_start")),
    "transactions": Converted("amount", "currency", ("date",)),
}


def converted(name: str, table: pa.Table, clock: str) -> pa.Table:
    """The table `name` with the columns of its converted amounts filled, if it has any.

    Args:
        name: of the table.
        table: its rows.
        clock: the time zone of the source, by which a moment is of a day.
    """
    known = AMOUNTS.get(name)
    if known is None:
        return table
    gbp, eur, days = _rates(table, known, clock)
    amounts = table[known.amount]
    fitting = pc.if_else(pc.less_equal(pc.abs(amounts), MOST), amounts, None)
    filled = {
        "amount_gbp": _times(fitting, gbp),
        "amount_eur": _times(fitting, eur),
        "rate_gbp": gbp,
        "rate_eur": eur,
        "rate_date": days,
    }
    for column, cells in filled.items():
        place = table.schema.get_field_index(known.prefix + column)
        table = table.set_column(place, table.schema.field(place), cells)
    return table


def _rates(table: pa.Table, known: Converted, clock: str) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Of each row with an amount: the rates, and their day."""
    moment = pc.coalesce(*(table[column] for column in known.moments))
    local = pc.local_timestamp(pc.cast(moment, pa.timestamp("us", tz=clock)))
    days = pc.cast(local, pa.date32()).to_pylist()
    currencies = pc.if_else(pc.is_valid(table[known.amount]), table[known.currency], None)
    pairs = list(zip(currencies.to_pylist(), days, strict=True))
    told = {pair: _rate(*pair) for pair in dict.fromkeys(pairs)}
    cells: tuple[list[Any], ...] = ([], [], [])
    for pair in pairs:
        for column, value in zip(cells, told[pair], strict=True):
            column.append(value)
    return pa.array(cells[0], RATE), pa.array(cells[1], RATE), pa.array(cells[2], pa.date32())


def _rate(currency: str | None, day: date | None) -> Known:
    """Pounds are pounds and euros are euros on any day."""
    found = reference_rates().on(currency, day) if currency and day else None
    return found or (ONE if currency == "GBP" else None, ONE if currency == "EUR" else None, None)


def _times(amounts: pa.ChunkedArray, rates: pa.Array) -> pa.ChunkedArray:
    """Amounts in another currency, to the nearest cent, halves to the even one."""
    return pc.cast(pc.round(pc.multiply(amounts, rates), 2, "half_to_even"), MONEY)
