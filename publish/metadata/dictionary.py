"""The data dictionary: every column of every table, with the evidence of how it is filled.

Owns its columns, `dictionary.csv`, and the rule for examples: shown are only values that no person
can stand behind, which are numbers, dates, yes or no, known codes, and names that tenderline gives.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publish.metadata.fill import Measured
from publish.metadata.measure import Codes, Fit, Opened
from publish.metadata.shape import Field, Shape
from transforms.ocds.fields import Field as Known
from transforms.ocds.model import EVERY, model
from transforms.ocds.places import field_at

PARTY = "@party."  # in a path: of the organization that a row refers to
NAMED = {"ocid", "source", "window", "section"}  # text columns that hold no text of a person
CODED = "Classification"  # the object whose ids are codes of a scheme
DIGITS = "[0-9][0-9.-]*"  # such as CPV's; a code in words is not shown
NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")
CAREFUL = 4  # decimal places of a share
HEAD = ("table", "column", "position", "type", "ocds_path", "definition", "codelist",
        "codelist_open", "codes", "beyond_codelist", "nullable", "rows", "filled", "fill_rate",
        "fill_rate_by_year", "first_seen", "last_seen", "example")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One column of one table; `beyond` counts cells with a code that its codelist lacks."""

    table: str
    position: int
    field: Field
    codelist: str
    open: bool
    codes: tuple[str, ...]
    beyond: int
    nullable: bool
    rows: int
    filled: int
    by_year: tuple[tuple[int, float], ...]
    first: str
    last: str
    example: str

    @property
    def rate(self) -> float | None:
        """The share of rows in which it is filled; None where there are no rows."""
        return round(self.filled / self.rows, CAREFUL) if self.rows else None


def entries(tables: Opened) -> Iterator[Entry]:
    """The dictionary, by table and position; a table is counted in one pass."""
    for name, shape in tables.shapes.items():
        known = [_known(shape, field) for field in shape.fields]
        codes = [_codes(each) for each in known]
        measured = tables.measure(name, codes)
        fits = {
            field: fit
            for field, each, fill in zip(shape.fields, known, measured.fills, strict=True)
            if fill.filled and (fit := _harmless(field, each)) is not None
        }
        examples = tables.examples(name, fits)
        for place, field in enumerate(shape.fields):
            example = examples.get(field.name, "")
            yield _entry(shape, place, known[place], measured, example)


def _entry(
    shape: Shape, place: int, known: Known | None, measured: Measured, example: str
) -> Entry:
    field, fill, codes = shape.fields[place], measured.fills[place], _codes(known)
    by_year = [
        (year, round(fill.by_year.get(year, 0) / rows, CAREFUL))
        for year, rows in sorted(measured.by_year.items())
    ]
    return Entry(
        table=shape.table,
        position=place + 1,
        field=field,
        codelist=known.codes if known and codes else "",
        open=bool(known and known.open),
        codes=tuple(sorted(codes or ())),
        beyond=fill.beyond,
        nullable=field.name not in shape.key,
        rows=measured.rows,
        filled=fill.filled,
        by_year=tuple(by_year),
        first=fill.first.isoformat() if fill.first else "",
        last=fill.last.isoformat() if fill.last else "",
        example=example,
    )


def _known(shape: Shape, field: Field) -> Known | None:
    """The field of the model that a column is of; None for what tenderline adds."""
    path = field.path.replace("[]", "")
    if path.startswith(PARTY):
        return field_at("Organization", path.removeprefix(PARTY).split("."))
    if not shape.object or not path or path.startswith("@"):
        return None
    return field_at(shape.object, path.split("."))


def _codes(known: Known | None) -> Codes:
    """The codes that a field may hold; None if it has no codelist, or one without codes."""
    if known is None or not known.codes:
        return None
    return model(EVERY).codelists.get(known.codes) or None


def _harmless(field: Field, known: Known | None) -> Fit | None:
    """Which values may be shown, by what the column is: none of a new column unless it is safe.

    Returns:
        The codes or the regular expression that they match; None for none.
    """
    if (codes := _codes(known)) is not None:
        return codes
    if (field.type != "string" and not field.listed) or field.name in NAMED:
        return ".*"
    return DIGITS if known and (known.object, known.name) == (CODED, "id") else None


def to_csv(found: Sequence[Entry]) -> bytes:
    """The dictionary as CSV: RFC 4180, UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # with CR LF, as the RFC asks
    writer.writerow(HEAD)
    writer.writerows(map(_row, found))
    return text.getvalue().encode()


def _row(entry: Entry) -> list[object]:
    field = entry.field
    values = [
        entry.table, field.name, entry.position, field.words, path_of(field), field.definition,
        entry.codelist, _yes(entry.open) if entry.codelist else "", " ".join(entry.codes),
        entry.beyond if entry.codelist else "", _yes(entry.nullable), entry.rows, entry.filled,
        "" if entry.rate is None else f"{entry.rate:g}", by_year(entry), entry.first, entry.last,
        entry.example,
    ]  # fmt: skip
    return [_cell(value) for value in values]


def path_of(field: Field) -> str:
    """Where the value stands, from the object that a row is of; "" for what tenderline adds."""
    if field.path.startswith(PARTY):
        return f"parties[].{field.path.removeprefix(PARTY)}"
    return "" if field.path.startswith("@") else field.path


def by_year(entry: Entry) -> str:
    """The share of filled cells by the year of the process or release, as text."""
    return "; ".join(f"{year}: {share:g}" for year, share in entry.by_year)


def _cell(value: object) -> object:
    """What a spreadsheet would take for a formula is text: it gets an apostrophe in front."""
    risky = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if risky and not NUMBER.fullmatch(str(value)) else value


def _yes(value: object) -> str:
    return "yes" if value else "no"
