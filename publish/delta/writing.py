"""The files of a delta that tell of processes, written in one pass over these.

Owns the writing, and what is counted meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from kernel.manifest import digest
from publish.delta.shape import CHANGES, COMPILED, DEFINED, FIELDS, LINES, ROWS
from publish.delta.state import Pair, State
from publish.gzip_lines import GzipLines
from transforms.privacy.redaction import Redaction
from transforms.tables.groups import ROW_GROUP, Filled

HELD = 4_096  # rows as Python values before they become a table


@dataclass(slots=True)
class Counted:
    """By source how many processes were added, modified and removed, and how many releases.

    `fields` counts the modified processes in which a field differs, by its path.
    """

    sources: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    fields: Counter[str] = field(default_factory=Counter)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a changed process."""
        counts = self.sources[row["source"]]
        counts[row["change"]] += 1
        for name in ("releases_added", "releases_removed"):
            counts[name] += len(row[name])
        self.fields.update(row["paths"])


def write_processes(
    pairs: Iterable[Pair], folder: Path, metadata: Mapping[str, str], redaction: Redaction
) -> tuple[dict[str, int], Counted]:
    """Write the files about processes into `folder`.

    Args:
        pairs: the processes that are not the same, in order.
        folder: where `delta/` is to be.
        metadata: what Parquet files say of themselves besides.
        redaction: what is withheld now.

    Returns:
        The rows of each file, and what was counted.
    """
    (folder / CHANGES).parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        tables = {name: stack.enter_context(closing(_Rows(folder, name, metadata)))
                  for name in DEFINED}  # fmt: skip
        lines = {name: stack.enter_context(closing(GzipLines(folder / name)))
                 for name in (LINES, COMPILED)}  # fmt: skip
        counted = Counted()
        for pair in pairs:
            tables[ROWS].add({"ocid": pair.ocid, "source": pair.source})
            if pair.kind is None:
                continue
            row = _changed(pair, tables[FIELDS], redaction)
            tables[CHANGES].add(row)
            lines[LINES].add(row)
            counted.add(row)
            if pair.after:
                lines[COMPILED].add(orjson.Fragment(pair.after.line))
    rows = {name: file.rows for name, file in tables.items()}
    return rows | {name: file.rows for name, file in lines.items()}, counted


def _changed(pair: Pair, fields: "_Rows", redaction: Redaction) -> dict[str, Any]:
    """The row about a process; those about its fields are added to `fields`."""
    process = {"ocid": pair.ocid, "source": pair.source}
    paths = set()
    for found in pair.differences(redaction):
        fields.add({**process, **found._asdict()})
        paths.add(found.path)
    return {
        **process,
        "change": pair.kind,
        "before": _sha256(pair.before),
        "after": _sha256(pair.after),
        "releases_added": pair.gained(),
        "releases_removed": pair.lost(),
        "paths": sorted(paths),
    }


def _sha256(state: State | None) -> str | None:
    return digest(state.line) if state else None


class _Rows:
    """A Parquet file that is filled row by row."""

    def __init__(self, folder: Path, name: str, metadata: Mapping[str, str]) -> None:
        self._file = Filled(folder / name, DEFINED[name].schema(metadata), ROW_GROUP)
        self._held: list[Mapping[str, Any]] = []
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row, whose names are those of the columns."""
        self._held.append(row)
        self.rows += 1
        if len(self._held) >= HELD:
            self._give()

    def close(self) -> None:
        """Finish the file."""
        self._give()
        self._file.close()

    def _give(self) -> None:
        if self._held:
            self._file.add(pa.Table.from_pylist(self._held, schema=self._file.schema))
        self._held = []
