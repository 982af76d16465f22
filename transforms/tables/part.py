"""The rows of one part of the records, for every table: what an edition's tables are joined of.

Owns the contents of these bundles. Which object becomes a row is `transforms.tables.rows`' matter,
what its cells hold that of `transforms.tables.cells`.
"""

from collections import Counter
from dataclasses import asdict
from zoneinfo import ZoneInfo

from kernel import Lake, Manifest, Source
from transforms.derived import Derivation, derive
from transforms.jsontext import loads
from transforms.lines import unpack
from transforms.tables.bundle import MEDIA_TYPE, bundled
from transforms.tables.cells import Cells
from transforms.tables.rows import ROWS
from transforms.tables.schema import tables

ODDITIES = "oddities"  # in a bundle: how often which column could not be read, or was rounded


def source_rows(source: Source, lake: Lake, records: Manifest) -> Manifest:
    """The rows of all parts of the records of `source`, made where they were not made yet."""
    clock = source.fetch.clock
    shape = [asdict(table) for table in tables().values()]
    settings = {"source": source.id, "clock": clock, "tables": shape}
    derivation = Derivation("rows", rows_of, (source.id, clock), MEDIA_TYPE, settings)
    return derive(source.id, lake, records, derivation)


def rows_of(data: bytes, source_id: str, clock: str) -> bytes:
    """The bundle of a part.

    Args:
        data: the part: packed lines, each a record.
        source_id: whose records they are.
        clock: the name of the time zone of date-times without offset.
    """
    cells = {name: Cells(table) for name, table in tables().items()}
    for each in cells.values():
        each.zone = ZoneInfo(clock)
    for line in unpack(data):
        record = loads(line)
        base = {"source": source_id, "ocid": record["ocid"]}
        for name, each in cells.items():
            for item, context in ROWS[name](record, base):
                each.add(item, context)
    found = {name: each.take(tables()[name].schema({})) for name, each in cells.items() if each}
    oddities: Counter[str] = Counter()
    for name, each in cells.items():
        oddities |= {f"{name}.{what}": count for what, count in each.oddities.items()}
    return bundled(found, {ODDITIES: oddities})
