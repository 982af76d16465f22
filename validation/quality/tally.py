"""How often each check applied, passed and failed: by buyer and month, and over all.

Owns `quality_summary.parquet`. Groups are written away when there are many and added up at the end,
so that memory does not grow with the number of buyers and months.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from validation.catalogue import told

GROUPS = 2_000  # groups in memory: some 100,000 counters
COLUMNS: Mapping[str, tuple[pa.DataType, str]] = {
    "check": (pa.string(), "Which check"),
    "version": (pa.int32(), "Version of the check"),
    "severity": (pa.string(), "What a failure of it is: error, warning or info"),
    "level": (pa.string(), "What was judged: release or process"),
    "source": (pa.string(), "Procurement system they came from"),
    "buyer_id": (pa.string(), "Party id of the buyer, as published"),
    "buyer_name": (pa.string(), "Name of the buyer, as published first"),
    "month": (pa.string(), "Month of the release, or of the latest release of the process"),
    "applied": (pa.int64(), "How many releases or processes the check applied to"),
    "passed": (pa.int64(), "How many of them passed"),
    "failed": (pa.int64(), "How many of them failed"),
}
SCHEMA = pa.schema(
    [pa.field(name, kind, metadata={"definition": said}) for name, (kind, said) in COLUMNS.items()]
)
ADDED_UP = """
    SELECT "check", any_value(version) AS version, any_value(severity) AS severity, level, source,
        buyer_id, first(buyer_name ORDER BY part) AS buyer_name, month,
        sum(applied)::BIGINT AS applied, sum(passed)::BIGINT AS passed,
        sum(failed)::BIGINT AS failed
    FROM parts GROUP BY "check", level, source, buyer_id, month
    ORDER BY "check", level, source, buyer_id, month"""
OVER_ALL = """
    SELECT "check", any_value(version) AS version, any_value(severity) AS severity, level, source,
        sum(applied)::BIGINT AS applied, sum(passed)::BIGINT AS passed,
        sum(failed)::BIGINT AS failed
    FROM summary GROUP BY "check", level, source ORDER BY "check", level, source"""
BUYERS = """
    SELECT buyer_id, any_value(buyer_name) AS buyer_name,
        sum(failed) FILTER (severity = 'error')::BIGINT AS errors,
        sum(failed) FILTER (severity = 'warning')::BIGINT AS warnings
    FROM summary WHERE buyer_id IS NOT NULL GROUP BY buyer_id
    HAVING errors > 0 OR warnings > 0 ORDER BY errors DESC NULLS LAST, warnings DESC NULLS LAST,
    buyer_id LIMIT 20"""


Counts = tuple[list[int], list[int]]  # to how many each check applied, how many failed it


class Tally:
    """Counts the results of one list of checks of one level.

    A `validation.judge.Judge` counts into the counters of the group of each release.
    """

    def __init__(self, level: str, checks: Sequence[str], folder: Path) -> None:
        self.level, self.folder = level, folder
        self.rules = [told(name) for name in checks]
        self._groups: dict[tuple[str, str | None, str], tuple[str | None, Counts]] = {}
        self._parts = 0

    def counts(self, source: str, release: Mapping[str, Any]) -> Counts:
        """The counters of the group of `release`."""
        buyer = release.get("buyer")
        buyer = buyer if isinstance(buyer, dict) else {}
        name, label = buyer.get("id"), buyer.get("name")
        buyer_id = str(name) if isinstance(name, str | int) else None
        key = (source, buyer_id, str(release.get("date"))[:7])
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= GROUPS:
                self.flush()
            counters = [0] * len(self.rules), [0] * len(self.rules)
            group = self._groups[key] = (label if isinstance(label, str) else None, counters)
        return group[1]

    def flush(self) -> None:
        """Write away what is in memory."""
        rows = [
            {
                "check": rule.id, "version": rule.version, "severity": rule.severity,
                "level": self.level, "source": source, "buyer_id": buyer_id, "buyer_name": label,
                "month": month, "applied": applied, "passed": applied - failed, "failed": failed,
                "part": self._parts,
            }
            for (source, buyer_id, month), (label, counters) in self._groups.items()
            for rule, applied, failed in zip(self.rules, *counters, strict=True)
            if applied
        ]  # fmt: skip
        schema = SCHEMA.append(pa.field("part", pa.int32()))
        path = self.folder / f"part-{self.level}-{self._parts:05}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema), path)
        self._parts += 1
        self._groups.clear()


def add_up(
    folder: Path, path: Path, metadata: Mapping[str, str]
) -> tuple[int, list[Any], list[Any]]:
    """Add the parts in `folder` up to the summary at `path`.

    Returns:
        How many rows it has; the counts over all buyers and months; the buyers with most failures.
    """
    with duckdb.connect() as connection:
        connection.read_parquet(str(folder / "part-*.parquet")).create_view("parts")
        schema = SCHEMA.with_metadata(dict(metadata))
        rows = 0
        with pq.ParquetWriter(path, schema, compression="zstd", version="2.6") as file:
            for batch in connection.sql(ADDED_UP).to_arrow_reader():
                table = pa.Table.from_batches([batch]).cast(SCHEMA)
                file.write_table(pa.Table.from_arrays(table.columns, schema=schema))
                rows += batch.num_rows
        connection.read_parquet(str(path)).create_view("summary")
        return rows, _dicts(connection.sql(OVER_ALL)), _dicts(connection.sql(BUYERS))


def _dicts(relation: Any) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
