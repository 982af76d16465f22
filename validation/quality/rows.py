"""Failures as rows: what `quality.parquet` holds.

Owns its columns. Rows are written as they come, one by one or, where a part of the records was
judged before, many at once; of each kind a first example is kept for reports.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from transforms.findings import Finding, shown
from transforms.privacy.kinds import NAMED
from transforms.privacy.masks import Masks
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import Takedowns
from transforms.tables.groups import Filled
from validation.catalogue import told
from validation.spots import placed

NOTHING = Takedowns()
BATCH = 50_000  # rows in memory, and in a row group
COLUMNS: Mapping[str, tuple[pa.DataType, str]] = {
    "check": (pa.string(), "Which check failed"),
    "version": (pa.int32(), "Version of the check: it rises when what it demands changes"),
    "severity": (pa.string(), "unusable (in quarantine), error, warning or info"),
    "level": (pa.string(), "What was judged: release, process or edition"),
    "source": (pa.string(), "Procurement system it came from; empty where several are concerned"),
    "ocid": (pa.string(), "Identifier of the contracting process; joins every table"),
    "release_id": (pa.string(), "Identifier of the release; empty for a whole process"),
    "path": (pa.string(), "Where it failed, as a JSON Pointer (RFC 6901)"),
    "place": (pa.string(), "The same without positions in lists, to count by"),
    "value": (pa.string(), "What stands there, as JSON, at most 200 characters"),
    "message": (pa.string(), "What is wrong and what to do about it"),
}
SCHEMA = pa.schema(
    [pa.field(name, kind, metadata={"definition": said}) for name, (kind, said) in COLUMNS.items()]
)


@dataclass(slots=True)
class Group:
    """Failures of one check at one place: how many, and the first."""

    check: str
    severity: str
    level: str
    place: str
    count: int
    ocid: str | None
    release_id: str | None
    message: str

    def told(self) -> tuple[Any, ...]:
        """The arguments of a group like this one, as JSON values."""
        return (self.check, self.severity, self.level, self.place, self.count, self.ocid,
                self.release_id, self.message)  # fmt: skip


Groups = dict[tuple[str, str, str, str], Group]


def gather(groups: Groups, found: Iterable[Group]) -> None:
    """Add groups to those of the failures before theirs."""
    for group in found:
        key = (group.check, group.severity, group.level, group.place)
        if known := groups.get(key):
            known.count += group.count
        else:
            groups[key] = group


class Failures:
    """Failures gathered since the last `take`, and all their `groups`.

    What they quote is what may be published, but for what `down` names.
    """

    def __init__(self, down: Takedowns = NOTHING) -> None:
        self.groups: Groups = {}
        self._redaction = Redaction(down)
        self._held: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._held)

    def add(
        self,
        finding: Finding,
        *,
        level: str,
        source: str,
        ocid: Any,
        release_id: Any = None,
        value: str | None = None,
        masks: Masks | None = None,
    ) -> None:
        """Add a failure.

        `value` is the finding's as it is to be shown, if it is known already; `masks` are those of
        the process, if it was redacted.
        """
        masks = masks or self._redaction.releases(ocid, ())
        path = masks.text(finding.path, NAMED)
        place, found = placed(path), finding.value
        if isinstance(found, str):  # masked before it is cut
            found = masks.text(found)
        value, quoted = masks.shown(place, value or shown(found), finding.message)
        message = told(finding.rule).demand if quoted is None else quoted
        version = told(finding.rule).version
        ocid, release_id = _text(ocid), _text(release_id)
        self._held.append(
            (finding.rule, version, finding.severity, level, source, ocid, release_id,
             path, place, value, message)
        )  # fmt: skip
        key = (finding.rule, finding.severity, level, place)
        if group := self.groups.get(key):
            group.count += 1
        else:
            self.groups[key] = Group(*key, 1, ocid, release_id, message)

    def take(self) -> pa.Table:
        """The gathered failures as rows; none are kept."""
        values = zip(*self._held, strict=True) if self._held else [[] for _ in SCHEMA]
        columns = [pa.array(one, field.type) for one, field in zip(values, SCHEMA, strict=True)]
        self._held.clear()
        return pa.Table.from_arrays(columns, schema=SCHEMA)

    def told(self) -> list[tuple[Any, ...]]:
        """The groups as JSON values, each the arguments of a `Group`."""
        return [group.told() for group in self.groups.values()]


class Rows(AbstractContextManager["Rows"]):
    """Writes failures to a Parquet file; `groups` and `count` tell what was written."""

    def __init__(self, path: Path, metadata: Mapping[str, str], down: Takedowns = NOTHING) -> None:
        self._failures = Failures(down)
        self._file = Filled(path, SCHEMA.with_metadata(dict(metadata)), BATCH)

    @property
    def groups(self) -> Groups:
        """The failures by check and place."""
        return self._failures.groups

    @property
    def count(self) -> int:
        """How many failures there are."""
        return self._file.rows + len(self._failures)

    def add(self, finding: Finding, **about: Any) -> None:
        """Add a failure; see `Failures.add`."""
        self._failures.add(finding, **about)
        if len(self._failures) >= BATCH:
            self._flush()

    def extend(self, table: pa.Table | None, groups: Iterable[Group]) -> None:
        """Add failures that were gathered elsewhere: their rows, if there are any, and groups."""
        if table is not None:
            self._flush()
            self._file.add(table)
        gather(self.groups, groups)

    def _flush(self) -> None:
        if self._failures:
            self._file.add(self._failures.take())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left, and close the file."""
        if error is None:
            self._flush()
        self._file.__exit__(kind, error, trace)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None if value is None else str(value)
