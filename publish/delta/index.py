"""`delta/index.json`: which two editions a delta lies between, what it counts, which files it has.

Owns its form, and the list of the deltas before it. It is the last file of a delta to be written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from kernel.lake import file_digest
from kernel.manifest import canonical
from publish.delta.rows import GONE, WHOLE, TableChange
from publish.delta.shape import INDEX
from publish.delta.side import CHAIN, MADE_BY, Side
from publish.delta.state import KINDS
from publish.delta.writing import Counted

LISTED = 400  # deltas before this one that it lists: a year of days, and some more
COUNTS = (*KINDS, "releases_added", "releases_removed")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a delta counts.

    Attributes:
        edition: the later edition.
        previous: the earlier edition's name and the SHA-256 of its manifest; None where there is
            none, and everything in the edition is new.
        sources: by source how many processes were added, modified and removed, and how many
            releases were added and removed; 0 where nothing was.
        total: the same of all sources.
        fields: of how many modified processes a field differs, by its path.
        tables: of each table how it changes (`rows`, `whole`, `query`, `gone`), how many rows it
            has and had, and its `columns` that were added, removed or retyped.
        replaced: of how many processes the rows in tables are replaced.
    """

    edition: str
    previous: Mapping[str, str] | None
    sources: Mapping[str, Mapping[str, int]]
    total: Mapping[str, int]
    fields: Mapping[str, int]
    tables: Mapping[str, Mapping[str, Any]]
    replaced: int

    @property
    def empty(self) -> bool:
        """Whether the two editions hold the same."""
        alike = all(told["how"] not in (WHOLE, GONE) and not told["columns"]
                    for told in self.tables.values())  # fmt: skip
        return not self.replaced and alike


def summary(index: Path) -> Summary:
    """What the delta counts whose `index.json` is at `index`.

    Raises:
        FileNotFoundError: there is none.
    """
    told = orjson.loads(index.read_bytes())
    return Summary(**{name: told[name] for name in Summary.__dataclass_fields__})


def described(
    old: Side | None, new: Side, counted: Counted, replaced: int,
    tables: Iterable[tuple[str, TableChange]],
) -> Summary:  # fmt: skip
    """What there is to say of a delta."""
    names = sorted({*counted.sources, *(old.sources if old else ()), *new.sources})
    sources = {name: {what: counted.sources[name][what] for what in COUNTS} for name in names}
    return Summary(
        edition=new.name,
        previous=dict(old.link) if old else None,
        sources=sources,
        total={what: sum(each[what] for each in sources.values()) for what in COUNTS},
        fields=dict(sorted(counted.fields.items())),
        tables={name: asdict(change) for name, change in tables},
        replaced=replaced,
    )


def write_index(
    told: Summary, old: Side | None, new: Side, folder: Path, rows: Mapping[str, int]
) -> None:
    """Write the index of the delta in `folder`, whose files have `rows`."""
    own = {"edition": told.edition, "previous": old.name if old else None, **told.total}
    files = [
        {"path": name, "rows": count, "bytes": path.stat().st_size, "sha256": file_digest(path)}
        for name, count in sorted(rows.items())
        for path in [folder / name]
    ]
    index = {
        "publication": new.publication,
        **asdict(told),
        "files": files,
        CHAIN: [*(old.chain if old else ()), own][-LISTED:],
        MADE_BY: new.made_by,
    }
    (folder / INDEX).write_bytes(canonical(index))
