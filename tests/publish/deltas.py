"""Editions of made-up histories, without the checks: what a delta is, not whether it may be."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.loader import load as load_source
from kernel import Counts, Lake, Manifest, Source, __version__
from kernel.manifest import digest
from publish.edition import publish
from publish.loader import load
from publish.pointer import latest_edition
from tests import kept
from tests.made import SOURCE, award_release, package
from transforms.compile import compile_records
from transforms.tables.build import build_tables
from validation.check import FILES

OTHER = load_source("ocds_files")
Releases = Sequence[dict[str, Any]]


def edition(lake: Lake, *looks: tuple[Source, Releases], only: Sequence[Source] = ()) -> Manifest:
    """The next edition, after further releases of sources were found.

    `only` are the sources it combines; by default those of which there are any.
    """
    for source, releases in looks:
        version = f"v{len(lake.folders(f'raw/{source.id}')):04}"
        pages = [("page.json.zst", package(*releases))]
        kept.done(lake, source, kept.keep(lake, source, *pages, version=version))
    sources = only or [s for s in (SOURCE, OTHER) if lake.folders(f"raw/{s.id}")]
    inputs = [(source, compile_records(source, lake)) for source in sources]
    publication = replace(load(SOURCE.id), sources=tuple(source.id for source in sources))
    tables = build_tables(publication, lake, inputs)
    return publish(publication, lake, inputs, tables, passed(lake, tables))


def passed(lake: Lake, tables: Manifest) -> Manifest:
    """A verdict that lets an edition pass, and names the one it was compared with."""
    before = latest_edition(lake, tables.subject)
    link = before and {
        "edition": before.version,
        "manifest_sha256": digest(before.dumps()),
    }
    folder = f"quality/{tables.subject}/{tables.version}"
    with lake.store.scratch() as scratch:
        pq.write_table(pa.table({"check": pa.array([], pa.string())}), scratch / "empty")
        data = {"parquet": (scratch / "empty").read_bytes()}
    files = [
        lake.save(folder, f"{stem}-x.{suffix}", data.get(suffix, b"{}"), media_type=media_type)
        for name, media_type in FILES.items()
        for stem, _, suffix in [name.partition(".")]
    ]
    return lake.commit(
        Manifest(
            folder=folder,
            stage="check",
            subject=tables.subject,
            version=tables.version,
            code=__version__,
            counts=Counts(),
            artifacts=tuple(files),
            notes={"decision": "publish", "reasons": [], "previous": link},
        )
    )


class History:
    """Random releases: of new processes and of known ones, some under an id used before.

    Of what was made before, all is found again now and then, in another order.
    """

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.made: list[dict[str, Any]] = []

    def day(self) -> list[dict[str, Any]]:
        """The releases of one more day."""
        new = [self.release() for _ in range(self.dice.randint(1, 12))]
        again = self.dice.sample(self.made, self.dice.randint(0, len(self.made)))
        self.made += new
        return [*new, *again]

    def release(self) -> dict[str, Any]:
        """A release of one of some thirty processes."""
        dice = self.dice
        number, month = dice.randint(1, 30), dice.randint(1, 3)
        body = award_release(number, amount=dice.choice([1, 2.5, 10**15 + 0.25, 1e22]))
        body["id"] = f"{number}-{dice.randint(1, 4)}"
        body["date"] = f"2026-{month:02}-{dice.randint(1, 28):02}T00:00:00Z"
        body["tender"] = {"id": "t", "title": dice.choice(["Räder", "a/b~c", "x" * 600, ""])}
        entries = [{"id": str(n), "description": dice.choice("ab")} for n in range(1, 5)]
        body["tender"]["items"] = dice.sample(entries, dice.randint(0, 4))
        for name in dice.sample(["awards", "contracts", "parties", "tender"], dice.randint(0, 2)):
            del body[name]
        return body
