"""Every release and every process of one part of the records through its checks.

Owns which checks a release gets and which a compiled release: what the standard asks is asked of
what was published, what a reader relies on is asked of the process as it stands. What comes of one
release depends on no other, so that parts can be judged apart.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from kernel import Lake, Manifest, Source
from transforms.derivation import Derivation
from transforms.derived import derive
from transforms.findings import Finding
from transforms.ocds.model import model
from transforms.privacy.masks import WITHHELD, Masks
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import Takedowns, takedowns
from transforms.tables.bundle import MEDIA_TYPE, bundled
from validation.checks.catalogue import CHECKS
from validation.judge import Judge
from validation.quality.rows import Failures
from validation.quality.tally import Tally
from validation.spots import tree_of

OF_RELEASES = tuple(check for check in CHECKS if check.id.startswith("conformance."))
OF_PROCESSES = tuple(check for check in CHECKS if not check.id.startswith("conformance."))
RELEASE, PROCESS = "release", "process"
COUNTED = {  # by level what is counted of each: the checks, in the order of their counters
    RELEASE: (*(check.id for check in OF_RELEASES), "structure"),
    PROCESS: tuple(check.id for check in OF_PROCESSES),
}
FAILURES, GROUPS, FIELDS = "failures", "groups", "fields"  # in a bundle, beside the two levels


def source_judged(
    source: Source, lake: Lake, records: Manifest, extensions: frozenset[str]
) -> Manifest:
    """What checks found in all parts of the records of `source`, judged where they were not yet.

    Args:
        source: whose records they are.
        lake: where from and to.
        records: of the source.
        extensions: the ids of those that its packages declare.
    """
    return derive(source.id, lake, records, judged(source, lake, extensions))


def judged(source: Source, lake: Lake, extensions: frozenset[str]) -> Derivation:
    """The derivation of what checks find; arguments are those of `source_judged`."""
    clock, declared = source.fetch.clock, sorted(extensions)
    settings = {
        "source": source.id,
        "clock": clock,
        "extensions": declared,
        "checks": [[check.id, check.version, check.severity] for check in CHECKS],
    }
    arguments = (source.id, clock, tuple(declared), takedowns(lake))
    return Derivation("judged", Judged, arguments, MEDIA_TYPE, settings)


class Judged:
    """Makes the bundle of a part: failures as rows and in groups, counters, what fields there were.

    Args:
        source_id: whose records they are.
        clock: the name of the time zone of date-times without offset.
        extensions: the ids of those that hold beside the standard.
        down: what was asked to be taken down.

    What is judged is whole; what is quoted of it is what may be published.
    """

    def __init__(
        self, source_id: str, clock: str, extensions: tuple[str, ...], down: Takedowns
    ) -> None:
        self.source_id = source_id
        facts, zone = model(frozenset(extensions)), ZoneInfo(clock)
        self.releases = Judge(facts, OF_RELEASES, zone)
        self.processes = Judge(facts, OF_PROCESSES, zone)
        self.tallies = {level: Tally(level, checks) for level, checks in COUNTED.items()}
        self.failures = Failures(down)
        self.down = down
        self.labels = Redaction(down).releases(None, ()).uncounted()  # masks of no process
        self._found: list[tuple[Finding, str, Any]] = []

    def whole(self, record: dict[str, Any]) -> None:
        """Judge the releases of a process, and the process."""
        compiled = record["compiled"]
        found = self._found = []
        for envelope in record["releases"]:
            release = envelope["release"]
            self.releases.counts = self.tallies[RELEASE].counts(self.source_id, release)
            self.releases.counts[0][-1] += 1
            self.releases.counts[1][-1] += not envelope["conforms"]
            found += [(finding, RELEASE, release["id"]) for finding in self.releases(release)]
        self.processes.counts = self.tallies[PROCESS].counts(self.source_id, compiled)
        found += [(finding, PROCESS, None) for finding in self.processes(compiled)]

    def public(self, record: dict[str, Any], masks: Masks) -> None:
        """Quote what was found; the values that it was found in have changed with the record."""
        quoting = masks.uncounted()
        for finding, level, name in self._found:
            self.failures.add(finding, level=level, source=self.source_id, ocid=record["ocid"],
                              release_id=name, masks=quoting)  # fmt: skip

    def made(self, _withheld: Mapping[str, int]) -> bytes:
        """All of it."""
        groups = self.failures.told()
        tables = {level: tally.table(self._label) for level, tally in self.tallies.items()}
        tops = {RELEASE: self.releases.walk.top, PROCESS: self.processes.walk.top}
        fields = {level: tree_of(top) for level, top in tops.items()}
        return bundled({FAILURES: self.failures.take(), **tables}, {GROUPS: groups, FIELDS: fields})

    def _label(self, buyer_id: str | None, name: str | None) -> str | None:
        """The name of a buyer, as it may be published."""
        if name is None or buyer_id in self.down.parties:
            return name and WITHHELD
        return self.labels.text(name)
