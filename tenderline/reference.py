"""Renders the reference of the published tables from their facts, for `docs/tables.md`.

Owns the page, and the command that writes this one and those of other facts: `python -m
tenderline.reference > docs/tables.md`, and the same with `ocds`, `checks` and `excel` for the page
of that name. Tests compare.
"""

import sys
from collections.abc import Iterator

from tenderline import checks_reference, excel_reference, ocds_reference
from transforms.tables.answers import answers, query
from transforms.tables.layout import all_tables, layout
from transforms.tables.schema import Table

TYPES = {
    "text": "string",
    "texts": "list of string",
    "moment": "timestamp, UTC",
    "money": "decimal(18,2)",
    "number": "double",
    "integer": "int32",
    "boolean": "boolean",
    "json": "string, JSON",
    "rate": "decimal(18,12)",
    "day": "date",
}
HEAD = """\
# The published tables

Written from `transforms/tables/*.csv`; the same definitions stand in the Parquet files themselves.
A path leads from the row's OCDS object to the value; `@` marks what tenderline adds. The
[further tables](#further-tables) hold all else that the model of OCDS knows; how anyone's files
become such tables is told in [tables-command.md](tables-command.md).
"""
FURTHER = """\
## Further tables

Made from [the model of OCDS](ocds.md), where these objects and fields are explained; each column
carries its definition in the Parquet file. A further table that has no row is not written.

- Every array of objects that no table above holds has a table, named by its path: an entry of
  `tender.lots` is a row of `tender_lots`. An array in an object that is a row of a table above is
  named from that table, wherever the object stands: `items_additional_classifications`.
- `…_more` has the further fields of the rows of a table, where a row has any, by the same key.
- First come `ocid` and `source`, then the positions and ids of the objects in which the row stands,
  its own position (from 1) and its own id, then the fields, those of inner objects after the name
  of the object: `value_amount`. These columns join a table with those named after it.
- What is of no one type (`geometry_coordinates`, `former_value`) is JSON text.

| table | one row is | an | columns beside the key |
|---|---|---|---|
"""
LEFT_OUT = """
## What no table has

Left out on purpose, since it is about people ([privacy.md](privacy.md)); no file has it:
"""


def page() -> str:
    """The page as Markdown."""
    told = [table for table in all_tables().values() if not table.made]
    made = [table for table in all_tables().values() if table.made]
    further = "\n".join(map(_further, made))
    chosen = (line for table in told for line in _table(table))
    asked = (line for table in answers().values() for line in _answer(table))
    return "\n".join((HEAD, *chosen, *asked, FURTHER + further, LEFT_OUT, *_left_out(), ""))


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"One row is {table.grain}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    yield "| column | type | path | definition |"
    yield "|---|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {TYPES[column.type]} | `{column.path}` | {column.definition} |"
    yield ""


def _answer(table: Table) -> Iterator[str]:
    yield from _table(table)
    yield "The query, which runs in DuckDB over the published files:\n"
    yield f"```sql\n{query(table.name)}```\n"


def _further(table: Table) -> str:
    known = {"source", *table.key}
    names = ", ".join(f"`{c.name}`" for c in table.columns if c.name not in known)
    of = f"[{table.object}](ocds.md#{table.object.lower()})"
    return f"| `{table.name}` | {table.grain} | {of} | {names} |"


def _left_out() -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for path, reason in layout().nowhere.items():
        found.setdefault(reason, []).append(path)
    for reason, paths in found.items():
        ends = dict.fromkeys(f"`{path.rpartition('/')[2]}`" for path in paths)
        yield f"- {', '.join(ends)}: {reason}"


PAGES = {
    "tables": page,
    "ocds": ocds_reference.page,
    "checks": checks_reference.page,
    "excel": excel_reference.page,
}

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1] if sys.argv[1:] else "tables"]())
