"""Every source against its stand-in: where it is asked, for how long, and what came of it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from extractors.extract import extract
from extractors.loader import load
from extractors.windows import plan
from kernel import Lake, Manifest, PipelineError, Source, Window
from tenderline.stand_in import Server, stand_in
from transforms.convert import convert
from transforms.lines import unpack
from validation.admission import checker

DAY = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
MONTH = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
YEAR = Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
SPANS = {"month": MONTH, "year": YEAR}  # by the step of a source's windows; else a day
FEW = {"public_contracts_scotland": 3, "sell2wales": 3, "nsw_etendering": 6, "ocp_registry": 6}
PATIENCE, LITTLE = 2.0, 0.4  # seconds for an answer: enough on loopback; for one that drips


@dataclass(frozen=True)
class Came:
    """What came of extracting and converting a period: an error, or manifests and releases."""

    error: PipelineError | None
    raw: tuple[Manifest, ...] = ()
    converted: tuple[Manifest, ...] = ()
    processes: tuple[str, ...] = ()

    @property
    def doubts(self) -> list[str]:
        """What is suspicious about completeness."""
        return [doubt for manifest in self.converted for doubt in manifest.notes["doubts"]]

    @property
    def rejected(self) -> int:
        """How many releases or texts are in quarantine."""
        return sum(manifest.counts.rejected for manifest in self.converted)


@contextmanager
def served(
    source_id: str, defects: Collection[str] = (), seed: int = 1
) -> Iterator[tuple[Source, Server]]:
    """A source at its stand-in with these defects."""
    kind = stand_in(source_id)
    per_day = FEW.get(source_id, min(kind.PER_DAY, 250))
    with kind(seed, per_day, defects=defects, retry_after=0.01) as server:
        source = load(source_id).at(server.url)
        patience = LITTLE if "slow_drip" in defects else PATIENCE
        fetch = replace(source.fetch, deadline=patience, retry_after=0.01, max_bytes=20_000_000)
        yield replace(source, fetch=fetch), server


def windows(source: Source) -> list[Window]:
    """A short period of a source, as its windows."""
    return plan(source, SPANS.get(str(source.window.step), DAY))


def fetched(source: Source, lake: Lake) -> Came:
    """Extract and convert a short period."""
    check = checker(source.fetch.clock, source.ocid_prefix)
    raw, converted = [], []
    try:
        for window in windows(source):
            raw.append(extract(source, lake, window, version="look"))
            converted.append(convert(source, lake, raw[-1], check=check))
    except PipelineError as error:
        return Came(error, tuple(raw), tuple(converted))
    return Came(None, tuple(raw), tuple(converted), tuple(_processes(lake, converted)))


def _processes(lake: Lake, converted: list[Manifest]) -> Iterator[str]:
    """The ocid of each release, sorted; twice where two releases are told apart."""
    seen = set()
    for manifest in converted:
        for line in unpack(lake.load(manifest, manifest.artifact("releases.jsonl.zst"))):
            entry = orjson.loads(line)
            seen.add((str(entry["ocid"]), str(entry["release"]["id"]), str(entry["date"])))
    yield from sorted(ocid for ocid, _, _ in seen)


def lake_in(folder: Path) -> Lake:
    """A lake of its own."""
    return Lake(folder / "lake")
