"""The first two sheets of a workbook of awards: what this is, and what its columns mean.

Owns the text. Every number in it is counted from what was written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from publish.making import Making
from publish.sheets.sheet import Form, Look, SheetPart, Sheets
from publish.sheets.styles import Style
from publish.sheets.wide import wide_columns

README, DICTIONARY, DATA = "README", "Dictionary", "Awards by supplier"
WRAP = Style.WRAP
README_FORM = Form(("", "Read this first"), (Look(Style.BOLD, 30), Look(WRAP, 110)))
DICTIONARY_FORM = Form(
    ("Column", "What it means", "Where it is in OCDS", "Name in awards_by_supplier.csv"),
    (Look(Style.BOLD, 40), Look(WRAP, 90), Look(WRAP, 40), Look(WRAP, 28)),
)
VALUES = (
    "An award with several suppliers has one value, and nobody published how they share it. It "
    "stands on the row of each of them: adding up a column of values counts it several times. To "
    "count each award once, keep the rows where “Count the award's value on this row” is TRUE; "
    "what a supplier got cannot be told from awards with more than one."
)
FRAMEWORKS = (
    "The value of a framework agreement is a ceiling over years, not money spent: keep it apart "
    "from other awards by the column “Framework agreement”."
)
CURRENCIES = "Values are in the currency beside them; values of different currencies do not add up."
DATES = "Dates are days by the clock of the source. An empty cell means: not published."
WORDS = "Names, titles and sizes are as the buyers published them; nobody has corrected them."
PEOPLE = "Contact details of people are in no column of this file."
DETAIL = (
    "One classification and one link for each award: all items, documents, lots, contracts and "
    "descriptions are in the other tables of this edition (folders parquet and csv)."
)


@dataclass(slots=True)
class Year:
    """What stands in the rows of one year."""

    year: int
    rows: int = 0
    awards: int = 0
    without_supplier: int = 0
    shared: int = 0

    def add(self, rows: pa.Table) -> None:
        """Count rows."""
        self.rows += len(rows)
        self.awards += pc.sum(rows["counts_once"]).as_py()
        self.without_supplier += rows["supplier_position"].null_count
        self.shared += pc.sum(pc.greater(rows["suppliers"], 1)).as_py() or 0


def front(
    making: Making, counted: Year, data: SheetPart, part: str, scratch: Path
) -> list[SheetPart]:
    """The sheets README and Dictionary of one workbook, written into `scratch`.

    Args:
        making: of which edition.
        counted: what its year has.
        data: its sheet of awards.
        part: which of the year's workbooks it is, such as `1 of 2`, if there are several.
        scratch: where sheets are written.
    """
    readme = Sheets(scratch, f"{data.table}-readme-{data.number}", README_FORM)
    readme.add(table(README_FORM, _readme(making, counted, data, part)))
    dictionary = Sheets(scratch, f"{data.table}-dictionary-{data.number}", DICTIONARY_FORM)
    told = ((c.heading, c.definition, c.path, c.name) for c in wide_columns())
    dictionary.add(table(DICTIONARY_FORM, told))
    for sheets in (readme, dictionary):
        sheets.close()
    return [*readme.parts, *dictionary.parts]


def table(form: Form, rows: Iterator[tuple[str, ...]]) -> pa.Table:
    """Rows of text as a table for sheets of `form`."""
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.Table.from_arrays(columns, names=list(form.headings))


def _readme(making: Making, counted: Year, data: SheetPart, part: str) -> Iterator[tuple[str, str]]:
    publication, summary = making.publication, making.summary
    yield (
        "What this is",
        f"{publication.title}: awards first published in {counted.year}, by supplier.",
    )
    yield "", publication.description
    if any(entry["made_up"] for entry in summary["sources"].values()):
        yield "Made up", "Some or all notices are made up, by a stand-in server: use none of it."
    yield "Edition", f"{making.name}, made by tenderline {making.tables.code}"
    yield "Verdict of the checks", f"{summary['decision']}; see quality.html of the edition"
    yield "One row is", "one supplier of one award, or one award that names no supplier"
    if part:
        yield "File", f"{part}: the year does not fit into one"
    yield from _rows(counted, data)
    for name, text in (("Values", VALUES), ("", FRAMEWORKS), ("", CURRENCIES)):
        yield name, text
    for name, text in (("How to read it", DATES), ("", WORDS)):
        yield name, text
    yield from _left_out(summary, data)
    for source, manifest in making.inputs:
        yield "Source", f"{source.title} ({source.publisher}); {source.coverage}"
        yield "", f"notices of {manifest.notes['span']}; {source.licence}, {source.licence_url}"
    yield "Licence", f"{publication.licence}, {publication.licence_url}"
    cite = f"{publication.publisher}: {publication.title}, edition {making.name}"
    yield "How to cite", f"{cite}. {publication.uri}/{making.name}"


def _rows(counted: Year, data: SheetPart) -> Iterator[tuple[str, str]]:
    """How many rows there are, and of what."""
    yield "Rows", f"{data.rows:,} in this file, {counted.rows:,} in all files of the year"
    yield "Awards", f"{counted.awards:,} in all files of the year"
    yield "", f"{counted.without_supplier:,} of them name no supplier"
    yield "", f"{counted.shared:,} rows are of awards that several suppliers share"


def _left_out(summary: Mapping[str, Any], data: SheetPart) -> Iterator[tuple[str, str]]:
    """What is not in the file, and how often."""
    tally, rejected = data.tally, summary["counts"]["rejected"]
    yield "What was left out", DETAIL
    yield "", PEOPLE
    yield "", f"{rejected:,} releases that could not be used; quarantine.jsonl.gz says why"
    yield "Cells cut", f"{tally.long:,} were longer than a cell can be, and end with a mark"
    yield "Cells mended", f"{tally.illegal:,} had characters that no workbook can have"
    yield "Links", f"{len(tally.links):,} can be clicked; {tally.unlinked:,} more are plain text"
