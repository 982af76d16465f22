"""The rows of one part of the records, for every table: what an edition's tables are joined of.

Owns the contents of these bundles. What becomes a row is `transforms.tables.tabulator`'s matter.
"""

from dataclasses import asdict
from zoneinfo import ZoneInfo

from kernel import Lake, Manifest, Source
from transforms.derived import Derivation, derive
from transforms.jsontext import loads
from transforms.lines import unpack
from transforms.rates import reference_rates
from transforms.tables.bundle import MEDIA_TYPE, bundled
from transforms.tables.layout import all_tables
from transforms.tables.tabulator import Tabulator

ODDITIES = "oddities"  # in a bundle: how often which column could not be read, or was rounded


def source_rows(source: Source, lake: Lake, records: Manifest) -> Manifest:
    """The rows of all parts of the records of `source`, made where they were not made yet."""
    clock = source.fetch.clock
    shape = [asdict(table) for table in all_tables().values()]
    settings = {
        "source": source.id,
        "clock": clock,
        "tables": shape,
        "rates": str(reference_rates().last),
    }
    derivation = Derivation("rows", rows_of, (source.id, clock), MEDIA_TYPE, settings)
    return derive(source.id, lake, records, derivation)


def rows_of(data: bytes, source_id: str, clock: str) -> bytes:
    """The bundle of a part.

    Args:
        data: the part: packed lines, each a record.
        source_id: whose records they are.
        clock: the name of the time zone of date-times without offset.
    """
    rows = Tabulator(ZoneInfo(clock))
    for line in unpack(data):
        record = loads(line)
        rows.add(record, {"source": source_id, "ocid": record["ocid"]})
    found = {
        name: rows.take(name, table.schema({}))
        for name, table in all_tables().items()
        if rows.rows(name)
    }
    return bundled(found, {ODDITIES: rows.oddities})
