"""`dictionary.html`: the data dictionary for reading.

Owns the page: a part for each table. The facts are those of `dictionary.csv`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from publish.metadata.description import Description
from publish.metadata.dictionary import Entry, path_of
from publish.metadata.keys import Keys
from publish.metadata.page import Block, Section, Table

SHOWN = 30  # codes of a list; longer ones, such as currencies, are in dictionary.csv
HEAD = ("", "Column", "Type", "Meaning", "In OCDS", "Codes", "Filled", "By year", "Seen", "Example")
INTRODUCTION = (
    "Filled is the share of rows with a value. Years, and first and last seen, are those of the "
    "first release of the row's process, or of the release or award itself where a row is one. "
    "Examples are given only where no person can be behind them. The same is in dictionary.csv."
)


def dictionary_page(
    told: Description, columns: Sequence[Entry], keys: Mapping[str, Keys]
) -> Iterator[Section]:
    """The page."""
    yield Section("", (told.title, INTRODUCTION))
    for name, found in groupby(columns, lambda entry: entry.table):
        entries = [*found]
        yield Section(name, (*_about(told, name, entries, keys[name]), _table(entries)))


def _about(told: Description, name: str, entries: Sequence[Entry], keys: Keys) -> Iterator[Block]:
    shape = told.tables[name][0].shape
    if shape and shape.grain:
        yield f"One row is {shape.grain}."
    yield f"{entries[0].rows:,} rows."
    if keys.primary:
        yield f"Key: {', '.join(keys.primary)}."
    for parent, columns in keys.foreign:
        yield f"Joins {parent} by {', '.join(columns)}."


def _table(entries: Sequence[Entry]) -> Table:
    return Table(HEAD, [_row(entry) for entry in entries])


def _row(entry: Entry) -> tuple[str | int, ...]:
    return (
        entry.position,
        entry.field.name,
        entry.field.words + ("" if entry.nullable else ", never empty"),
        entry.field.definition,
        path_of(entry.field),
        _codes(entry),
        "" if entry.rate is None else f"{entry.rate:.1%}",
        "; ".join(f"{year}:\u00a0{share:.0%}" for year, share in entry.by_year),
        " to ".join(filter(None, (entry.first, entry.last))),
        entry.example,
    )


def _codes(entry: Entry) -> str:
    if not entry.codelist:
        return ""
    kind = "open" if entry.open else "closed"
    codes = ", ".join(entry.codes[:SHOWN]) + (", …" if len(entry.codes) > SHOWN else "")
    beyond = f"; beyond it: {entry.beyond:,} cells" if entry.beyond else ""
    return f"{entry.codelist} ({kind}): {codes}{beyond}"
