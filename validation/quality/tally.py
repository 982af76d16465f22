"""How often each check applied, passed and failed: by buyer and month, and over all.

Owns `quality_summary.parquet`. What was counted of each part of the records goes to a file and is
added up at the end, so that memory does not grow with the number of buyers and months.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.database import database
from transforms.tables.groups import Filled
from validation.catalogue import told

HELD = 2_000  # groups in memory: some 100,000 counters
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
COUNTERS = pa.schema(
    [
        ("level", pa.string()),
        ("source", pa.string()),
        ("buyer_id", pa.string()),
        ("buyer_name", pa.string()),
        ("month", pa.string()),
        ("applied", pa.list_(pa.int64())),  # of each check of the level, in their order
        ("failed", pa.list_(pa.int64())),
    ]
)
ADDED_UP = """
    WITH groups AS (SELECT row_number() OVER () AS id, * FROM (
            SELECT level, source, buyer_id, month, first(buyer_name ORDER BY part) AS buyer_name
            FROM parts GROUP BY ALL)),
        single AS (SELECT id, groups.level, unnest(applied) AS applied, unnest(failed) AS failed,
                generate_subscripts(applied, 1) - 1 AS number
            FROM parts JOIN groups ON parts.level = groups.level AND parts.source = groups.source
                AND parts.month = groups.month
                AND parts.buyer_id IS NOT DISTINCT FROM groups.buyer_id),
        sums AS (SELECT id, level, number, sum(applied)::BIGINT AS applied,
                sum(failed)::BIGINT AS failed
            FROM single WHERE applied > 0 GROUP BY ALL)
    SELECT "check", version, severity, level, source, buyer_id, buyer_name, month, applied,
        applied - failed AS passed, failed
    FROM sums JOIN rules USING (level, number) JOIN groups USING (id, level)
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


Label = Callable[[str | None, str | None], str | None]
Counts = tuple[list[int], list[int]]  # to how many each check applied, how many failed it


class Tally:
    """Counts the results of one list of checks of one level.

    A `validation.judge.Judge` counts into the counters of the group of each release.
    """

    def __init__(self, level: str, checks: Sequence[str]) -> None:
        self.level, self.checks = level, checks
        self._groups: dict[tuple[str, str | None, str], tuple[str | None, Counts]] = {}

    def counts(self, source: str, release: Mapping[str, Any]) -> Counts:
        """The counters of the group of `release`."""
        buyer = release.get("buyer")
        buyer = buyer if isinstance(buyer, dict) else {}
        name, label = buyer.get("id"), buyer.get("name")
        buyer_id = str(name) if isinstance(name, str | int) else None
        key = (source, buyer_id, str(release.get("date"))[:7])
        group = self._groups.get(key)
        if group is None:
            counters = [0] * len(self.checks), [0] * len(self.checks)
            group = self._groups[key] = (label if isinstance(label, str) else None, counters)
        return group[1]

    def table(self, label: Label) -> pa.Table:
        """The counters, a row for each group; `label` makes of a buyer's id and name the name."""
        rows = [
            (self.level, source, buyer_id, label(buyer_id, name), month, *counters)
            for (source, buyer_id, month), (name, counters) in self._groups.items()
        ]
        values = zip(*rows, strict=True) if rows else [[] for _ in COUNTERS]
        columns = [pa.array(one, field.type) for one, field in zip(values, COUNTERS, strict=True)]
        return pa.Table.from_arrays(columns, schema=COUNTERS)


class Counters(Filled):
    """The counters of all parts of the records, in a scratch file until they are added up."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, COUNTERS.append(pa.field("part", pa.int64())), HELD)
        self._parts = 0

    def add(self, table: pa.Table) -> None:
        """Add the counters of the next part: of names, that of the earliest part counts."""
        part = pa.repeat(pa.scalar(self._parts, pa.int64()), table.num_rows)
        self._parts += 1
        super().add(table.append_column("part", part))


def add_up(
    counters: Path, rules: Mapping[str, Sequence[str]], path: Path, metadata: Mapping[str, str]
) -> tuple[int, list[Any], list[Any]]:
    """Add `counters` up to the summary at `path`.

    Args:
        counters: the file of `Counters`.
        rules: by level the checks, in the order of their counters.
        path: where to.
        metadata: of the file.

    Returns:
        How many rows it has; the counts over all buyers and months; the buyers with most failures.
    """
    with database(path.parent) as connection:
        connection.read_parquet(str(counters)).create_view("parts")
        connection.register("rules", _rules(rules))
        schema = SCHEMA.with_metadata(dict(metadata))
        rows = 0
        with pq.ParquetWriter(
            path, schema, compression="zstd", version="2.6", write_page_index=True
        ) as file:
            for batch in connection.sql(ADDED_UP).to_arrow_reader():
                table = pa.Table.from_batches([batch]).cast(SCHEMA)
                file.write_table(pa.Table.from_arrays(table.columns, schema=schema))
                rows += batch.num_rows
        connection.read_parquet(str(path)).create_view("summary")
        return rows, _dicts(connection.sql(OVER_ALL)), _dicts(connection.sql(BUYERS))


def _rules(rules: Mapping[str, Sequence[str]]) -> pa.Table:
    """The checks, by level and number."""
    found = [
        {"level": level, "number": number, "check": rule.id, "version": rule.version,
         "severity": rule.severity}
        for level, names in rules.items()
        for number, rule in enumerate(map(told, names))
    ]  # fmt: skip
    return pa.Table.from_pylist(found)


def _dicts(relation: Any) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
