"""What the files for spreadsheets are, for the README of an edition.

Owns these sentences.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from publish.sheets.excel import EXCEL, QUERY
from publish.sheets.tables import FOLDER
from publish.sheets.wide import NAME
from transforms.tables.answers import answers

SUPPLIER = "one supplier of one award, or one award that names no supplier"


def told(rows: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """Each file with its rows and what a row is; of the tables as CSV one line together.

    Args:
        rows: of each file of the edition, by its path.
    """
    single, wide = [], f"{FOLDER}/{NAME}"
    for name, count in sorted(rows.items()):
        if name == QUERY:
            yield name, count, f"the query that makes `{wide}`"
        elif name.startswith(f"{EXCEL}/") and PurePath(name).stem not in answers():
            yield name, count, f"{SUPPLIER}; a workbook for each year of first publication"
        elif name.startswith(wide):
            yield name, count, f"{SUPPLIER}; all years"
        elif name.startswith(f"{FOLDER}/"):
            single.append(count)
    if single:
        text = f"a row of one of the {len(single)} tables, as CSV; gzipped where there are many"
        yield f"{FOLDER}/*.csv", sum(single), text
