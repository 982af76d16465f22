"""An edition in the making: what every part of it is made from, and where its files go.

Owns what the parts share. Each part is a function that takes a `Making`, writes files into its
`folder`, and returns the number of rows of each, by its path within the edition.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel import Lake, Manifest, Publication, Source

Rows = dict[str, int]  # of each file, by its path within the edition; 0 where it has no rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What an edition is made from.

    Attributes:
        publication: of which it is one.
        name: of the edition.
        lake: where its inputs are.
        inputs: each source with the manifest of its records.
        conversions: of each source, the manifests its records were compiled from.
        tables: the manifest of its tables.
        quality: the manifest of its verdict and report.
        previous: the edition that this one was judged against, as published, if there was one.
        parquet: the files of each table, local and verified, in the order of their rows.
        summary: see `publish.summary.summarise`.
        redacted: how often what was withheld, by `field: rule`; the parts that redact add to it.
        folder: where its files are written; a part makes the folders it needs.
    """

    publication: Publication
    name: str
    lake: Lake
    inputs: Sequence[tuple[Source, Manifest]]
    conversions: Mapping[str, Sequence[Manifest]]
    tables: Manifest
    quality: Manifest
    previous: Manifest | None
    parquet: Mapping[str, Sequence[Path]]
    summary: Mapping[str, Any]
    folder: Path
    redacted: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        """The summary, with what was withheld so far."""
        return {**self.summary, "redacted": dict(sorted(self.redacted.items()))}

    def place(self, name: str) -> Path:
        """The local path of the edition's file `name`, whose folder is there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


Part = Callable[[Making], Rows]
