"""Large tables a second time, in pieces: Hive partitions by source and year of the first release.

Owns their layout, `partitioned/<table>/source=<source>/year=<year>/part-0.parquet`. The column
`source` is not in these files: it is in their path, where readers of Hive partitions take it from,
and several of them refuse a column that is in both.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from publish.making import Making, Rows
from transforms.database import database
from transforms.tables.groups import ROW_GROUP, Filled

FOLDER = "partitioned"
KEYS = frozenset(("source", "ocid"))  # of the process that a row is of
BATCH = 16_384  # rows at a time: bounds memory where rows are long
Runs = list[tuple[str, int, int]]  # source, year, and how many rows


def write_partitions(making: Making) -> Rows:
    """Write the partitions of each table whose file is as large as the publication's facts say."""
    least = making.publication.partition_bytes
    found = {name: paths for name, paths in making.parquet.items() if _size(paths) >= least}
    rows: Rows = {}
    for name, paths in sorted(found.items()):
        if {*pq.read_schema(paths[0]).names} >= KEYS:
            for name_of, made in _pieces(making, name, paths):
                rows[name_of] = made
    return rows


def _size(paths: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _pieces(making: Making, table: str, paths: Sequence[Path]) -> Iterator[tuple[str, int]]:
    """Cut the rows of a table, which are in order of source and year, where these change."""
    batches, held = _batches(paths), pa.table({})
    schema = _without_source(pq.read_schema(paths[0]))
    for source, year, rows in _runs(making, paths):
        name = f"{FOLDER}/{table}/source={source}/year={year}/part-0.parquet"
        left = rows
        with Filled(making.place(name), schema, ROW_GROUP) as file:
            while left:
                held = held if held.num_rows else next(batches)
                file.add(held.slice(0, left))
                held, left = held.slice(left), left - min(left, held.num_rows)
        yield name, rows


def _runs(making: Making, paths: Sequence[Path]) -> Runs:
    """How many rows each source and year have, in the order in which they stand in the files."""
    with database(making.folder) as connection:
        for name, files in (("processes", making.parquet["processes"]), ("found", paths)):
            names = [str(path) for path in files]
            connection.read_parquet(names, hive_partitioning=False).create_view(name)
        counted = connection.execute("""
            SELECT source, year(first.first_release) AS year, count(*)
            FROM found JOIN (SELECT source, ocid, first_release FROM processes) AS first
            USING (source, ocid) GROUP BY ALL""").fetchall()
    order = [source.id for source, _ in making.inputs]
    return sorted(counted, key=lambda run: (order.index(run[0]), run[1]))


def _batches(paths: Sequence[Path]) -> Iterator[pa.Table]:
    for path in paths:
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if name != "source"]
            for batch in file.iter_batches(BATCH, columns=names):
                yield pa.Table.from_batches([batch])


def _without_source(schema: pa.Schema) -> pa.Schema:
    return schema.remove(schema.get_field_index("source"))
