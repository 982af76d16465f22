"""The rows of one part of the records, for every table: what an edition's tables are joined of.

Owns the contents of these bundles. What becomes a row is `transforms.tables.tabulator`'s matter.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from kernel import Lake, Manifest, Source
from transforms.derivation import Derivation
from transforms.derived import derive
from transforms.deriving import Reader
from transforms.privacy.masks import Masks
from transforms.rates import reference_rates
from transforms.tables.bundle import MEDIA_TYPE, bundled
from transforms.tables.layout import all_tables, schemas
from transforms.tables.tabulator import Tabulator

ODDITIES = "oddities"  # in a bundle: how often which column could not be read, or was rounded
SPARE: dict[str, list[Tabulator]] = {}  # by clock, without rows: making one takes time


def source_rows(source: Source, lake: Lake, records: Manifest) -> Manifest:
    """The rows of all parts of the records of `source`, made where they were not made yet."""
    return derive(source.id, lake, records, rows(source))


def rows_settings(source: Source, lake: Lake) -> str:
    """The hash of all that the rows of a part depend on beside the part."""
    return rows(source).identity(lake)


def rows(source: Source) -> Derivation:
    """The derivation of the rows of `source`."""
    clock = source.fetch.clock
    shape = [asdict(table) for table in all_tables().values()]
    settings = {
        "source": source.id,
        "clock": clock,
        "tables": shape,
        "rates": str(reference_rates().last),
    }
    return Derivation("rows", Rows, (source.id, clock), MEDIA_TYPE, settings)


class Rows(Reader):
    """Makes the bundle of a part, of which no row says what the policy withholds.

    Args:
        source_id: whose records they are.
        clock: the name of the time zone of date-times without offset.
    """

    def __init__(self, source_id: str, clock: str) -> None:
        self._source, self._clock = source_id, clock
        spare = SPARE.setdefault(clock, [])
        self._rows = spare.pop() if spare else Tabulator(ZoneInfo(clock))

    def public(self, record: dict[str, Any], _masks: Masks) -> None:
        """Gather the rows of a record; see `transforms.deriving.Deriver`."""
        self._rows.add(record, {"source": self._source, "ocid": record["ocid"]})

    def made(self, _withheld: Mapping[str, int]) -> bytes:
        """The bundle."""
        rows = self._rows
        found = {
            name: rows.take(name, schema, sparse=True)
            for name, schema in schemas().items()
            if rows.rows(name)
        }
        made = bundled(found, {ODDITIES: rows.oddities})
        rows.forget()
        SPARE[self._clock].append(rows)
        return made
