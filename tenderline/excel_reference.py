"""Renders the page of the files for spreadsheets, `docs/excel.md`, from their facts.

Owns the page. `python -m tenderline.reference excel > docs/excel.md` writes it; a test compares.
"""

from publish.sheets.cells import LONGEST, MOST_LINKS
from publish.sheets.excel import MOST
from publish.sheets.sheet import MOST_ROWS
from publish.sheets.sink import LARGEST
from publish.sheets.wide import query, wide_columns

PAGE = """\
# CSV files and workbooks

For everyone who opens data in a spreadsheet. An edition has

| file | one row is |
|---|---|
| `excel/<publication>-<year>.xlsx` | one supplier of an award, or an award that names none |
| `csv/awards_by_supplier.csv` | the same rows, all years together |
| `csv/<table>.csv` | a row of one of the [tables](tables.md) |
| `sql/awards_by_supplier.sql` | (the query that makes those rows, for DuckDB) |

Why they are as they are: [decision 19](decisions/0019-files-for-spreadsheets.md).

## Before you add up values

- **An award with several suppliers has one value**, and nobody published how they share it. It
  stands on the row of each of them. Add up only rows where `counts_once` is true: each award
  then counts once. What one supplier got cannot be told from awards with more than one.
- **The value of a framework agreement is a ceiling** over years, not money spent: see
  `framework`.
- **Values of different currencies do not add up**: see `award_currency`.

## The workbooks

Each has three sheets: `README` (what this is, the edition, its sources and licence, how to cite
it, warnings, what was left out and how often), `Dictionary` (every column) and `Awards by
supplier`, with a filter and a heading that stays. A row is in the workbook of the year in which
its award was first published: that does not change when the award is amended. Rows are in the
order of the tables: by month of the first release of their process.

| bound | what happens |
|---|---|
| {most:,} rows of a workbook | the year goes on in a further one: `-a`, `-b` and so on |
| {most_rows:,} rows of a sheet | never reached |
| {longest:,} characters of a cell | the text is cut, with a mark, and counted in `README` |
| {links:,} links of a sheet | further ones are plain text, and counted in `README` |
| 15 digits of a number, dates before March 1900 | text |
| characters that a workbook cannot have | `\ufffd`, and counted in `README` |

Text that begins like a formula is marked as text: no workbook of ours holds a formula. Dates
are days by the clock of the source.

## CSV

UTF-8 by RFC 4180: one heading line, commas, CRLF, text in quotes, quotes in text doubled. No
value is nothing between commas. Moments are ISO 8601 in UTC (`2026-03-01T10:00:00Z`), dates
`2026-03-01`, amounts have a point and two decimals and no other separator, truth is `true` or
`false`. Entries of a list have `; ` between them; `;` and `\\` in an entry have a `\\` before
them.

Text that a spreadsheet would run as a formula, because it begins with `=`, `+`, `-`, `@`, a tab
or a carriage return, has an apostrophe before it; numbers never. The Parquet files have the
text as it was published.

A file of more than {largest} MiB, or of more rows than a sheet can have, is gzipped: `.csv.gz`.

    import pandas
    awards = pandas.read_csv("csv/awards_by_supplier.csv", parse_dates=["award_date"])
    awards[awards.counts_once].groupby("award_currency").award_amount_shared.sum()

## The columns

| column | heading in the workbook | definition | in OCDS |
|---|---|---|---|
{columns}

## The query

The tables are those of the edition; `sources` has the place of each source in the publication,
its id and its clock. `sql/awards_by_supplier.sql` of an edition makes all of them before it
asks.

```sql
{query}
```
"""


def page() -> str:
    """The page as Markdown."""
    columns = "\n".join(
        f"| `{c.name}` | {c.heading} | {c.definition} | `{c.path}` |" for c in wide_columns()
    )
    return PAGE.format(
        most=MOST,
        most_rows=MOST_ROWS + 1,
        longest=LONGEST,
        links=MOST_LINKS,
        largest=LARGEST >> 20,
        columns=columns,
        query=query(),
    )
