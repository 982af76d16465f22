"""Every release and every process of a source through its checks.

Owns which checks a release gets and which a compiled release: what the standard asks is asked of
what was published, what a reader relies on is asked of the process as it stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kernel import Lake, Manifest, Source
from transforms.findings import Finding
from transforms.ocds.model import model, recognised
from transforms.tables.build import read_records
from validation.checks.catalogue import CHECKS
from validation.judge import Judge
from validation.quality.rows import Rows
from validation.quality.tally import Tally
from validation.spots import Coverage, coverage

OF_RELEASES = tuple(check for check in CHECKS if check.id.startswith("conformance."))
OF_PROCESSES = tuple(check for check in CHECKS if not check.id.startswith("conformance."))


@dataclass(frozen=True, slots=True)
class Tallies:
    """The counters of both levels."""

    releases: Tally
    processes: Tally

    @classmethod
    def into(cls, folder: Path) -> "Tallies":
        """Counters whose parts are written to `folder`."""
        return cls(
            Tally("release", [*(check.id for check in OF_RELEASES), "structure"], folder),
            Tally("process", [check.id for check in OF_PROCESSES], folder),
        )

    def flush(self) -> None:
        """Write away what is in memory."""
        self.releases.flush()
        self.processes.flush()


def judge_source(
    source: Source,
    lake: Lake,
    records: Manifest,
    conversions: Sequence[Manifest],
    rows: Rows,
    tallies: Tallies,
) -> tuple[list[Coverage], tuple[str, ...]]:
    """Judge the records of `source`; failures go to `rows`, counts to `tallies`.

    Returns:
        The coverage of every known field in compiled releases and of every other in releases as
        published, and the declared extensions that are not known.
    """
    urls = sorted({url for manifest in conversions for url in manifest.notes["extensions"]})
    extensions, unknown = recognised(urls)
    zone = ZoneInfo(source.fetch.clock)
    releases = Judge(model(extensions), OF_RELEASES, zone)
    processes = Judge(model(extensions), OF_PROCESSES, zone)
    for record in read_records(lake, records):
        for envelope in record["releases"]:
            release = envelope["release"]
            releases.counts = tallies.releases.counts(source.id, release)
            releases.counts[0][-1] += 1
            releases.counts[1][-1] += not envelope["conforms"]
            for finding in releases(release):
                rows.add(finding, level="release", source=source.id, ocid=record["ocid"],
                         release_id=release["id"])  # fmt: skip
        compiled = record["compiled"]
        processes.counts = tallies.processes.counts(source.id, compiled)
        for finding in processes(compiled):
            rows.add(finding, level="process", source=source.id, ocid=record["ocid"])
    for finding, ocid in _of_records(records):
        rows.add(finding, level="process", source=source.id, ocid=ocid)
    known = [one for one in coverage(processes.walk.top) if one.known]
    others = [one for one in coverage(releases.walk.top) if not one.known]
    return [*known, *others], unknown


def _of_records(records: Manifest) -> Iterator[tuple[Finding, str]]:
    """What compiling found: releases that disagree, and releases changed under the same id."""
    for conflict in records.notes["conflicts"]:
        for path in conflict["paths"]:
            told = "one release has an object here, another a list: the later one counts"
            yield Finding("record.kind_conflict", path, told, "error"), conflict["ocid"]
    for edit in records.notes["silent_edits"]:
        told = f"its content changed under the same id: both are kept, one as {edit['derived_id']}"
        yield Finding("record.silent_edit", "/id", told, "warning", edit["id"]), edit["ocid"]


def findings_of(lines: Iterator[Mapping[str, Any]], source: str, rows: Rows) -> None:
    """Add what converting found in single releases: breaches of structure, repairs, rejects."""
    for line in lines:
        rule = line.get("rule") or line["reason"]
        severity = line.get("severity", "unusable")
        finding = Finding(rule, line["path"], line["message"], severity)
        rows.add(finding, level="release", source=source, ocid=line["ocid"], release_id=line["id"],
                 value=line.get("value"))  # fmt: skip
