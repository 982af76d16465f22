"""Records to rows of all tables, moved to Arrow files.

Owns the form in which rows wait to be put in order, and what is counted of them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tenderline.merging.join import Joined, Line
from tenderline.merging.place import Sizes
from tenderline.tabling.arrange import LARGE
from transforms.rates import reference_rates
from transforms.tables.arrow import without_pandas
from transforms.tables.layout import schemas
from transforms.tables.tabulator import Tabulator
from transforms.values import text, texts

HELD = 80_000  # rows in memory
COMPILED = "compiled"  # a tag that only compiled releases have


@dataclass(slots=True)
class Gathered:
    """What became of the releases of some processes.

    `tables` names the tables of which `folder` has rows. Releases that are wanted as lines are, by
    what they are, in the files `lines`, or held, with ocid and length in `sizes`. The other counts
    are a `Tabulator`'s.
    """

    folder: Path
    lines: dict[str, Path] = field(default_factory=dict)
    sizes: dict[str, Sizes] = field(default_factory=dict)
    joined: Joined = field(default_factory=Joined)
    tables: list[str] = field(default_factory=list)
    as_they_are: int = 0
    oddities: dict[str, int] = field(default_factory=dict)
    unheld: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


class Rows:
    """Gathers the rows of processes.

    Args:
        folder: a new one, where the rows go, as one Arrow file for each table.
        batch: the bytes of a batch of these files, about.

    Attributes:
        found: what became of them; whole when they are closed.
    """

    def __init__(self, folder: Path, batch: int = LARGE) -> None:
        folder.mkdir()
        self._batch = batch
        without_pandas()
        self.found = Gathered(folder)
        self._rows = Tabulator(UTC)  # times that tell no zone
        self._files: dict[str, pa.RecordBatchFileWriter] = {}

    @property
    def full(self) -> bool:
        """Whether memory has enough of them."""
        return self._rows.held >= HELD

    def add(
        self,
        releases: Sequence[dict[str, Any]],
        compiled: dict[str, Any],
        written: Sequence[Line],
    ) -> None:
        """Gather the rows of a process.

        Args:
            releases: of the process.
            compiled: what they come to.
            written: each of them as `transforms.jsontext.dumps` writes it.
        """
        ocid = releases[0]["ocid"]
        self.found.joined.processes += 1
        self.found.as_they_are += compiled is releases[0]
        listed = [
            {"release": one, "date": one["date"], "sha256": hashlib.sha256(text).hexdigest()}
            for one, text in zip(releases, written, strict=True)
        ]
        record = {"ocid": text(ocid), "releases": listed, "compiled": compiled}
        self._rows.add(record, {"source": None, "ocid": record["ocid"]})

    def write(self) -> None:
        """Move the gathered rows to files, behind those that are there: of lesser ocids."""
        for name, schema in schemas().items():
            if self._rows.rows(name):
                if name not in self._files:
                    self._files[name] = pa.ipc.new_file(self.found.folder / name, schema)
                rows = _sorted(self._rows.take(name, schema))
                most = self._batch * len(rows) // max(rows.nbytes, self._batch)
                self._files[name].write_table(rows, max_chunksize=max(most, 1))

    def close(self) -> Gathered:
        """Move the rest to files; what became of all."""
        self.write()
        for file in self._files.values():
            file.close()
        rows, found = self._rows, self.found
        found.tables = list(self._files)
        found.oddities, found.unheld, found.left_out = rows.oddities, rows.unheld, rows.left_out
        return found


def prepare() -> None:
    """Make what all processes that gather rows need: once, and not in each of them."""
    schemas()
    reference_rates()


def is_compiled(release: dict[str, Any]) -> bool:
    """Whether a release is what others came to."""
    tag = release.get("tag")
    return tag == [COMPILED] or COMPILED in (texts(tag) or ())


def _sorted(rows: pa.Table) -> pa.Table:
    """Rows in order of ocid, those of one as they stand."""
    ocids = rows["ocid"].combine_chunks()
    if len(ocids) < 2 or pc.all(pc.less_equal(ocids[:-1], ocids[1:])).as_py():  # noqa: PLR2004
        return rows
    return rows.take(pc.sort_indices(ocids))
