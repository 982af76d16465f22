"""The rows of one part of the records, for every table: what an edition's tables are joined of.

Owns the contents of these bundles. What becomes a row is `transforms.tables.tabulator`'s matter.
"""

from dataclasses import asdict
from zoneinfo import ZoneInfo

from kernel import Lake, Manifest, Source
from transforms.derived import Derivation, derive
from transforms.jsontext import loads
from transforms.lines import unpack
from transforms.privacy.policy import policy
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import Takedowns, takedowns
from transforms.rates import reference_rates
from transforms.tables.bundle import MEDIA_TYPE, bundled
from transforms.tables.layout import all_tables, schemas
from transforms.tables.tabulator import Tabulator

ODDITIES = "oddities"  # in a bundle: how often which column could not be read, or was rounded


def source_rows(source: Source, lake: Lake, records: Manifest) -> Manifest:
    """The rows of all parts of the records of `source`, made where they were not made yet."""
    return derive(source.id, lake, records, _derivation(source, lake))


def rows_settings(source: Source, lake: Lake) -> str:
    """The hash of all that the rows of a part depend on beside the part."""
    return _derivation(source, lake).identity


def _derivation(source: Source, lake: Lake) -> Derivation:
    clock = source.fetch.clock
    shape = [asdict(table) for table in all_tables().values()]
    settings = {
        "source": source.id,
        "clock": clock,
        "tables": shape,
        "rates": str(reference_rates().last),
        "privacy": [policy().identity, takedowns(lake).identity],
    }
    arguments = (source.id, clock, takedowns(lake))
    return Derivation("rows", rows_of, arguments, MEDIA_TYPE, settings)


def rows_of(data: bytes, source_id: str, clock: str, down: Takedowns) -> bytes:
    """The bundle of a part, of which no row says what the policy withholds.

    Args:
        data: the part: packed lines, each a record.
        source_id: whose records they are.
        clock: the name of the time zone of date-times without offset.
        down: what was asked to be taken down.
    """
    redaction = Redaction(down)
    rows = Tabulator(ZoneInfo(clock))
    for line in unpack(data):
        record = loads(line)
        redaction.record(record)
        rows.add(record, {"source": source_id, "ocid": record["ocid"]})
    found = {
        name: rows.take(name, schema, sparse=True)
        for name, schema in schemas().items()
        if rows.rows(name)
    }
    return bundled(found, {ODDITIES: rows.oddities})
