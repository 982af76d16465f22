"""The JSON files of an edition: compiled releases by year, packages, what is left out of them.

Owns their names. Nothing is redacted or packed here: what was made of each part of the records is
put one behind another.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain
from typing import BinaryIO

import orjson

from kernel import Lake, Manifest, Source
from publish.json.packages import Packages, Piece
from publish.json.part import (
    COMPILED,
    FACTS,
    NONCONFORMING,
    PACKAGED,
    Form,
    source_public,
)
from publish.json.pieces import packed, packed_lines
from publish.making import Making, Rows
from transforms.convert import REJECTS
from transforms.derived import results
from transforms.jsontext import dumps
from transforms.lines import unpack
from transforms.privacy.kinds import kind_of
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import takedowns
from transforms.renewal import month_parts
from transforms.tables.bundle import Bundle

YEARS, FULL = "json/compiled/{}.jsonl.gz", "json/compiled_full.jsonl.gz"
LEFT_OUT, QUARANTINE = "json/nonconforming_releases.jsonl.gz", "quarantine.jsonl.gz"


def write_json(making: Making) -> Rows:
    """Write compiled releases by year of the first release and all together, and packages."""
    rows: Rows = {LEFT_OUT: 0}
    years: dict[str, BinaryIO] = {}
    with ExitStack() as stack:
        left_out = stack.enter_context(making.place(LEFT_OUT).open("wb"))
        for source, records in making.inputs:
            packages = stack.enter_context(closing(Packages(making, source, "releases")))
            for month, bundle in _bundles(making.lake, source, records, "public"):
                facts, name = bundle.value(FACTS), YEARS.format(month[:4])
                if name not in years:
                    years[name] = stack.enter_context(making.place(name).open("wb"))
                years[name].write(bundle.file(COMPILED))
                left_out.write(bundle.file(NONCONFORMING))
                rows[name] = rows.get(name, 0) + facts["rows"][COMPILED]
                rows[LEFT_OUT] += facts["rows"][NONCONFORMING]
                making.redacted.update(facts["redacted"])
                packages.add(month, _pieces(bundle))
            rows |= packages.rows
        if not rows[LEFT_OUT]:
            left_out.write(packed(b""))
    return rows | _full(making, {name: rows[name] for name in sorted(years)})


def write_records(making: Making) -> Rows:
    """Write record packages with versioned releases, where the publication's facts ask for them."""
    rows: Rows = {}
    if making.publication.records:
        for source, records in making.inputs:
            with closing(Packages(making, source, "records")) as packages:
                for month, bundle in _bundles(making.lake, source, records, "public_records"):
                    packages.add(month, _pieces(bundle))
            rows |= packages.rows
    return rows


def write_quarantine(making: Making) -> Rows:
    """Write the public list of quarantined releases: where, which and why, not what they hold."""
    lines = [*map(dumps, _quarantined(making))]
    making.place(QUARANTINE).write_bytes(packed_lines(lines) or packed(b""))
    return {QUARANTINE: len(lines)}


def _bundles(
    lake: Lake, source: Source, records: Manifest, form: Form
) -> Iterator[tuple[str, Bundle]]:
    """What was made of each part, with the month of the first releases in it."""
    made = results(lake, records, source_public(source, lake, records, form))
    for part, data in zip(month_parts(records), made, strict=True):
        yield part.artifact.path.partition(".")[0], Bundle(data)


def _pieces(bundle: Bundle) -> list[Piece]:
    told = bundle.value(FACTS)["pieces"]
    return [(bundle.file(f"{PACKAGED}-{number}"), one) for number, one in enumerate(told)]


def _full(making: Making, years: Rows) -> Rows:
    """Put the files of all years one behind another: their gzip members, unopened."""
    with making.place(FULL).open("wb") as full:
        for name in years:
            with making.place(name).open("rb") as year:
                shutil.copyfileobj(year, full, 1 << 20)
        if not years:
            full.write(packed(b""))
    return {FULL: sum(years.values())}


def _quarantined(making: Making) -> Iterator[dict[str, object]]:
    redaction = Redaction(takedowns(making.lake))
    for manifest in chain.from_iterable(making.conversions.values()):
        for line in unpack(making.lake.load(manifest, manifest.artifact(REJECTS))):
            entry = {"source": manifest.subject, **orjson.loads(line)}
            entry.pop("raw")
            masks = redaction.releases(entry["ocid"], ())
            yield {
                key: masks.text(value, kind_of(key), key) if isinstance(value, str) else value
                for key, value in entry.items()
            }
    making.redacted.update(redaction.counts)
