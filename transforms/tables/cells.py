"""Published values to typed cells, column by column, and from these to Arrow.

Owns the counting of values that could not be read or had to be rounded. Amounts are kept as whole
cents and moments as microseconds since 1970 until they become columns: Arrow takes numbers in many
times as fast as decimals and date-times. Compiled where a C compiler was there.
"""

from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from transforms import values
from transforms.jsontext import dumps

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY: Final = 86_400_000_000  # microseconds
MOST: Final = 50_000  # moments kept by their text: the same dates come again and again
PLAIN: Final = 1e15  # a number below it that has two decimal places has fewer digits than a float
PLACES: Final = 2  # decimal ones of an amount
LARGEST: Final = 2**31 - 1  # the published columns of whole numbers have 32 bits
TEXT: Final = 0
TEXTS: Final = 1
MOMENT: Final = 2
MONEY: Final = 3
NUMBER: Final = 4
INTEGER: Final = 5
BOOLEAN: Final = 6
JSON: Final = 7
FILLED: Final = 8  # later, from other columns: see `transforms.tables.converted`
KINDS: Final = {  # of columns, as `columns.csv` calls them
    "text": TEXT, "texts": TEXTS, "moment": MOMENT, "money": MONEY, "number": NUMBER,
    "integer": INTEGER, "boolean": BOOLEAN, "json": JSON, "rate": FILLED, "day": FILLED,
}  # fmt: skip


class Clock:
    """Reads moments on the wall clock `zone` of a source, each text once."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._known: dict[str, Any] = {}

    def micros(self, value: Any) -> Any:
        """Microseconds since 1970 in UTC; None where `value` is no moment."""
        if not isinstance(value, str):
            return None
        known = self._known
        if value in known:
            return known[value]
        found = values.moment(value, self.zone)
        micros: Any = None
        if found is not None:
            since = found - EPOCH
            micros = since.days * DAY + since.seconds * 1_000_000 + since.microseconds
        if len(known) >= MOST:
            known.clear()
        known[value] = micros
        return micros


class Cells:
    """The cells of one column gathered so far; those of rows without a value may be missing.

    Attributes:
        name: of the column, after that of its table.
        kind: one of `KINDS`.
        values: the cells; amounts in cents, moments in microseconds.
        oddities: counts by `table.column: what`; shared by all columns.
    """

    def __init__(self, name: str, kind: int, clock: Clock, oddities: dict[str, int]) -> None:
        self.name = name
        self.kind = kind
        self.values: list[Any] = []
        self.oddities = oddities
        self._clock = clock

    def put(self, row: int, value: Any) -> None:
        """Read a published value into the cell of `row`, the last one."""
        if value is None:
            return
        if self.kind != TEXT or not isinstance(value, str):
            value = self._read(value)
            if value is None:
                self.tell("unreadable")
        self.set(row, value)

    def set(self, row: int, value: Any) -> None:
        """Put a value that needs no reading into the cell of `row`, the last one."""
        missing = row - len(self.values)
        if missing > 0:
            self.values.extend([None] * missing)
        self.values.append(value)

    def at(self, row: int) -> Any:
        """The cell of `row`."""
        return self.values[row] if row < len(self.values) else None

    def tell(self, what: str) -> None:
        """Count a value that is not in its cell as it was published."""
        key = f"{self.name}: {what}"
        self.oddities[key] = self.oddities.get(key, 0) + 1

    def _read(self, value: Any) -> Any:
        kind = self.kind
        if kind == TEXT:
            return values.text(value)
        if kind == TEXTS:
            return value if _all_text(value) else values.texts(value)
        if kind == MOMENT:
            return self._clock.micros(value)
        if kind == MONEY:
            return self._cents(value)
        if kind == NUMBER:
            return _number(value)
        if kind == INTEGER:
            return value if type(value) is int and -LARGEST <= value <= LARGEST else None
        if kind == BOOLEAN:
            return values.boolean(value)
        return dumps(value).decode()

    def _cents(self, value: Any) -> Any:
        """An amount in cents: fast where its text has at most two decimal places."""
        if type(value) is int and -PLAIN < value < PLAIN:
            return value * 100
        if type(value) is float and -PLAIN < value < PLAIN:
            whole, _, part = repr(value).partition(".")
            if len(part) == 1:
                return int(whole + part) * 10
            if len(part) == PLACES:
                return int(whole + part)
        amount, rounded = values.money(value)
        if rounded:
            self.tell("rounded")
        return None if amount is None else int(amount.scaleb(PLACES))


def _all_text(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    for item in value:  # noqa: SIM110 - compiled, a generator is slower
        if not isinstance(item, str):
            return False
    return True


def _number(value: Any) -> Any:
    if type(value) is float:
        return value
    exact = values.decimal(value)
    return None if exact is None else float(exact)
