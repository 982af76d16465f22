"""Renders the reference of the published tables from their facts, for `docs/tables.md`.

Owns the page, and the command that writes this one, that of the model and that of the checks:
`python -m tenderline.reference > docs/tables.md`, `python -m tenderline.reference ocds >
docs/ocds.md`, `python -m tenderline.reference checks > docs/checks.md`. Tests compare.
"""

import sys
from collections.abc import Iterator

from tenderline import checks_reference, ocds_reference
from transforms.tables.schema import Table, tables

TYPES = {
    "text": "string",
    "texts": "list of string",
    "moment": "timestamp, UTC",
    "money": "decimal(18,2)",
    "number": "double",
    "integer": "int32",
    "boolean": "boolean",
}
HEAD = """\
# The published tables

Written from `transforms/tables/*.csv`; the same definitions stand in the Parquet files themselves.
A path leads from the row's OCDS object to the value; `@` marks what tenderline adds.
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join((HEAD, *(line for table in tables().values() for line in _table(table))))


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"One row is {table.grain}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    yield "| column | type | path | definition |"
    yield "|---|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {TYPES[column.type]} | `{column.path}` | {column.definition} |"
    yield ""


PAGES = {"tables": page, "ocds": ocds_reference.page, "checks": checks_reference.page}

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1] if sys.argv[1:] else "tables"]())
