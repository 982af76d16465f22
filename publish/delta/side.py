"""One of two editions that are compared: its files, opened when they are asked for.

Owns where they are found: in a lake, in any folder, or in the making. A delta of the same two
editions is the same, whichever way its files come.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from kernel import ConfigError, Lake, Manifest, Source
from kernel.manifest import digest
from publish.delta.shape import INDEX
from publish.delta.state import public_form
from publish.json.files import FULL
from publish.making import Making
from transforms.tables.part import rows_settings

PARQUET, SUFFIX = "parquet/", ".parquet"
# Where the compiled releases are: in one file, or in one of each year.
WHOLE, YEARS = FULL, "json/compiled/"
RECORDS = "records/"  # where the lake has them
CHAIN = "chain"  # in the index: the deltas up to an edition
MADE_BY = "made_by"  # in the index: hashes of what an edition's content depends on beside records


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An edition.

    Attributes:
        publication: its id.
        link: the edition's name, and the SHA-256 of its manifest, which one in the making has not.
        rows: of each of its files, by path within the edition.
        sha256: of its files, as far as it is known.
        opened: opens one of its files, verified, for as long as the comparison lasts.
        lake: in which its records are.
        records: of each source; None where they are gone.
        made_by: of what its content depends on beside the records; None where it is not known.
        chain: the deltas up to it, the oldest first.
        sources: those that it combines.
    """

    publication: str
    link: Mapping[str, str]
    rows: Mapping[str, int]
    sha256: Mapping[str, str] = field(default_factory=dict)
    opened: Callable[[str], Path]
    lake: Lake | None = None
    records: Mapping[str, Manifest] | None = None
    made_by: Mapping[str, Any] | None = None
    chain: Sequence[Mapping[str, Any]] = ()
    sources: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Of the edition."""
        return self.link["edition"]

    def compiled(self) -> list[str]:
        """The files that have every compiled release once.

        Raises:
            ConfigError: there is none.
        """
        years = [name for name in self.rows if name.startswith(YEARS)]
        found = sorted(years) or [name for name in self.rows if name == WHOLE]
        if not found:
            raise ConfigError(f"edition {self.name} has no {WHOLE}: get all of its files first")
        return found

    def tables(self) -> dict[str, str]:
        """The file of each table."""
        names = [name for name in sorted(self.rows) if name.startswith(PARQUET)]
        return {name.removeprefix(PARQUET).removesuffix(SUFFIX): name for name in names}


def in_the_making(making: Making) -> Side:
    """The edition of which a part is being written; its other files are there already."""
    parquet = {f"{PARQUET}{name}{SUFFIX}": paths for name, paths in making.parquet.items()}
    rows = {f"{PARQUET}{one.path}": one.rows for one in making.tables.artifacts}
    rows |= dict.fromkeys(_json_files(making.folder), 0)
    return Side(
        publication=making.publication.id,
        link={"edition": making.name},
        rows=rows,
        opened=partial(_made, making.folder, parquet),
        lake=making.lake,
        records={source.id: records for source, records in making.inputs},
        made_by=made_by([source for source, _ in making.inputs], making.lake),
        sources=[source.id for source, _ in making.inputs],
    )


def _made(folder: Path, parquet: Mapping[str, Sequence[Path]], name: str) -> Path:
    if name not in parquet:
        return folder / name
    (path,) = parquet[name]
    return path


def _json_files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in sorted(folder.glob("json/**/*.gz"))]


def published(lake: Lake, edition: Manifest, stack: ExitStack) -> Side:
    """An edition as it was published, whose files stay open as long as `stack`."""
    rows = {one.path: one.rows for one in edition.artifacts}

    def opened(name: str) -> Path:
        return stack.enter_context(lake.local(edition, edition.artifact(name)))

    told = orjson.loads(lake.load(edition, edition.artifact(INDEX))) if INDEX in rows else {}
    return Side(
        publication=edition.subject,
        link={"edition": edition.version, "manifest_sha256": digest(edition.dumps())},
        rows=rows,
        sha256={one.path: one.sha256 for one in edition.artifacts},
        opened=opened,
        lake=lake,
        records=_records(lake, edition),
        made_by=told.get(MADE_BY),
        chain=told.get(CHAIN, ()),
        sources=[folder.split("/")[1] for folder in edition.inputs if folder.startswith(RECORDS)],
    )


def _records(lake: Lake, edition: Manifest) -> dict[str, Manifest] | None:
    """The records that an edition was made of; None where one of them is gone."""
    found = {}
    for folder, known in edition.inputs.items():
        if folder.startswith(RECORDS):
            records = lake.committed(folder)
            if records is None or records.id != known:
                return None
            found[records.subject] = records
    return found


def made_by(sources: Sequence[Source], lake: Lake) -> dict[str, Any]:
    """The hashes of what an edition depends on beside its records.

    Where they are the same, equal records give equal compiled releases, and equal rows.
    """
    tables = {source.id: rows_settings(source, lake) for source in sources}
    return {"compiled": public_form(lake), "tables": tables}
