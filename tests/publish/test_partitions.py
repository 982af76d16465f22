"""Large tables also as Hive partitions: the same rows, where readers look for source and year."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from extractors.loader import load as load_source
from kernel import Lake
from publish.edition import publish
from publish.loader import load
from publish.verify import verify
from tests.kept import kept
from tests.made import award_release, package, release
from tests.publish.conftest import Publisher
from transforms.compile import compile_records
from transforms.tables.build import build_tables
from transforms.tables.schema import tables
from validation.check import check

OLDER = {"date": "2025-12-31T23:59:59Z"}


def test_partitions_have_the_rows_of_the_table(lake: Lake, publish_now: Publisher) -> None:
    _ = publish_now  # for what it leaves out of the checks
    sources = ("contracts_finder", "find_a_tender")
    publication = replace(load("uk"), sources=sources, partition_bytes=1)
    theirs = [award_release(n, **(OLDER if n % 2 else {})) for n in range(1, 6)]
    kept(lake, load_source("find_a_tender"), package(*theirs))
    other = [
        {**r, "ocid": f"ocds-b5fd17-{n}"} for n, r in enumerate([award_release(9), release(8)])
    ]
    kept(lake, load_source("contracts_finder"), package(*other))
    inputs = [(one := load_source(name), compile_records(one, lake)) for name in sources]
    made = build_tables(publication, lake, inputs)
    edition = publish(
        publication, lake, inputs, made, check(publication, lake, inputs, made, previous=None)
    )
    folder = Path(lake.root) / edition.folder
    verify(lake, edition.folder)
    years = {name.name for name in (folder / "partitioned/awards/source=find_a_tender").iterdir()}
    assert years == {"year=2025", "year=2026"}
    for path in sorted((folder / "partitioned").iterdir()):
        _same_rows(folder / "parquet" / f"{path.name}.parquet", path)
    assert {path.name for path in (folder / "partitioned").iterdir()} >= {
        name for name in tables() if pq.read_metadata(folder / "parquet" / f"{name}.parquet").num_rows
    }  # fmt: skip
    assert not (folder / "partitioned" / "sme_share").exists(), "it has no processes"


def _same_rows(single: Path, parts: Path) -> None:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{parts}/*/*/*.parquet')")
    names = pq.read_schema(single).names
    assert {*found.columns} == {*names, "year"}
    columns = ", ".join(f'"{name}"' for name in names)
    assert duckdb.sql(f"SELECT {columns} FROM found ORDER BY ALL").fetchall() == (
        duckdb.sql(f"SELECT {columns} FROM '{single}' ORDER BY ALL").fetchall()
    )
    wrong = f"""SELECT * FROM found JOIN '{single.with_name("processes.parquet")}' AS p
        USING (source, ocid) WHERE found.year <> year(p.first_release)"""
    assert duckdb.sql(wrong).fetchall() == []
    assert len(pd.read_parquet(parts)) == pq.read_metadata(single).num_rows
    assert ds.dataset(parts, partitioning="hive").count_rows() == pq.read_metadata(single).num_rows
