"""Amounts in pounds and in euros, beside what was published, with the rate and its day.

Owns which amounts are converted, and of which day the rate is. Columns that are filled here have a
path of `@converted` in `columns.csv`. What was published is never changed, and never added to what
was converted; where no rate is known the cells stay empty.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from transforms.rates import reference_rates

MONEY, RATE = pa.decimal128(18, 2), pa.decimal128(18, 12)
MOMENT = pa.timestamp("us", tz="UTC")
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


def converted(name: str, table: pa.Table, schema: pa.Schema, clock: str) -> pa.Table:
    """The table `name` with the columns of its converted amounts filled, if it has any.

    Args:
        name: of the table.
        table: its rows; columns in which none has a value may be missing.
        schema: of all of its columns.
        clock: the time zone of the source, by which a moment is of a day.
    """
    known = AMOUNTS.get(name)
    if known is None or known.amount not in table.column_names:
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
        field = schema.field(known.prefix + column)
        place = table.schema.get_field_index(field.name)
        if place < 0:
            table = table.append_column(field, cells)
        else:
            table = table.set_column(place, field, cells)
    return table


def _rates(table: pa.Table, known: Converted, clock: str) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Of each row with an amount: the rates, and their day."""
    moment = pc.coalesce(*(_column(table, name, MOMENT) for name in known.moments))
    local = pc.local_timestamp(pc.cast(moment, pa.timestamp("us", tz=clock)))
    days = pc.cast(pc.cast(local, pa.date32()), pa.string())
    currency = _column(table, known.currency, pa.string())
    currencies = pc.if_else(pc.is_valid(table[known.amount]), currency, None)
    pairs = pc.binary_join_element_wise(
        days, currencies, " ", null_handling="replace", null_replacement=""
    )
    if isinstance(pairs, pa.ChunkedArray):
        pairs = pairs.combine_chunks()
    pairs = pairs.dictionary_encode()
    found = [_rate(*_pair(pair)) for pair in pairs.dictionary.to_pylist()]
    gbp, eur, of = zip(*found, strict=True) if found else ((), (), ())
    each = (pa.array(gbp, RATE), pa.array(eur, RATE), pa.array(of, pa.date32()))
    return each[0].take(pairs.indices), each[1].take(pairs.indices), each[2].take(pairs.indices)


def _column(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
    return table[name] if name in table.column_names else pa.nulls(table.num_rows, kind)


def _pair(text: str) -> tuple[str, date | None]:
    """A currency and a day, from the latter, a space and the former; either may be missing."""
    day, _, currency = text.partition(" ")
    return currency, date.fromisoformat(day) if day else None


def _rate(currency: str, day: date | None) -> Known:
    """Pounds are pounds and euros are euros on any day."""
    found = reference_rates().on(currency, day) if day else None
    return found or (ONE if currency == "GBP" else None, ONE if currency == "EUR" else None, None)


def _times(amounts: pa.ChunkedArray, rates: pa.Array) -> pa.ChunkedArray:
    """Amounts in another currency, to the nearest cent, halves to the even one."""
    return pc.cast(pc.round(pc.multiply(amounts, rates), 2, "half_to_even"), MONEY)
