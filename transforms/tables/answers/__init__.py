"""Answers: small tables that a query makes of the published ones.

Owns which there are, what their columns mean, and how a query is run. The query is published beside
its result, so that anyone can run it again over the published files.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet as pq

from kernel import Source
from transforms.database import database
from transforms.tables.schema import Column, Table


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


@cache
def answers() -> Mapping[str, Table]:
    """Every answer by name, in the order of `answers.csv`; rows are of no object of OCDS."""
    columns: dict[str, list[Column]] = {}
    for row in _rows("columns.csv"):
        column = Column(row["column"], row["type"], "@answer", row["definition"])
        columns.setdefault(row["answer"], []).append(column)
    return {
        row["answer"]: Table(
            row["answer"], "", row["grain"], tuple(row["key"].split()),
            tuple(columns[row["answer"]]), (),
        )
        for row in _rows("answers.csv")
    }  # fmt: skip


def query(name: str) -> str:
    """The SQL of an answer, over views that are named as the tables are, and `sources`."""
    return _text(f"{name}.sql")


def script(name: str, sources: Sequence[Source]) -> str:
    """The same with what makes `sources` before it."""
    return f"{places(sources)}\n{query(name)}"


def places(sources: Sequence[Source]) -> str:
    """SQL that makes the table `sources`: the place of each, its id and its clock."""
    rows = ",\n    ".join(
        f"({place}, '{source.id}', '{source.fetch.clock}')"
        for place, source in enumerate(sources, start=1)
    )
    made = f"FROM (VALUES\n    {rows}\n) AS _(place, source, clock);"
    return f"SET TimeZone = 'UTC';\nCREATE OR REPLACE TEMP TABLE sources AS {made}"


def answer(
    tables: Mapping[str, Sequence[Path]],
    sources: Sequence[Source],
    metadata: Mapping[str, str],
    folder: Path,
) -> Iterator[tuple[Path, int]]:
    """Run every query and write its result.

    Args:
        tables: the Parquet files of each table.
        sources: of the edition.
        metadata: what the files say of themselves besides.
        folder: where they are written, as `<answer>.parquet`, and where DuckDB keeps what memory
            does not hold.

    Yields:
        Each file and how many rows it has.
    """
    with database(folder) as connection:
        for name, paths in tables.items():
            connection.read_parquet([str(path) for path in paths]).create_view(name)
        connection.execute(places(sources)).fetchall()
        for name, table in answers().items():
            schema = table.schema(metadata)
            found = connection.sql(query(name)).to_arrow_table().cast(schema)
            path = folder / f"{name}.parquet"
            pq.write_table(found, path, compression="zstd", write_page_index=True)
            yield path, found.num_rows
