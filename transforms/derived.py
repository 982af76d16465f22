"""What is derived from the records of a source: once for each part of them, then referred to.

Owns where it lies, which of it an earlier run has made already, and the sharing out of the rest.
What is made of a part is the matter of the one who asks: rows of tables, or what checks found.
"""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from kernel import Artifact, Counts, Lake, Manifest, __version__
from kernel.manifest import canonical, digest
from kernel.workers import Workers, cores
from transforms.parts import Part
from transforms.renewal import month_parts

log = logging.getLogger(__name__)
TRIED = 10  # earlier folders looked at: if none is of the same kind, settings have changed
WORTH = 1 << 17  # bytes of parts, some two of them: to start processes for less takes longer
SETTINGS = "settings"  # in the notes: the hash of all but the records that the results depend on
Make = Callable[..., bytes]


@dataclass(frozen=True, slots=True)
class Derivation:
    """What is made of each part of the records.

    Attributes:
        stage: the folder of the lake.
        make: of a part's bytes and `arguments`, what is derived of it. It runs in any process and
            depends on nothing else: equal arguments give equal bytes.
        arguments: what can be sent to another process.
        settings: as JSON, all that the results depend on beside the part and this code's version.
        media_type: of the results.
    """

    stage: str
    make: Make
    arguments: tuple[Any, ...]
    media_type: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The hash of the settings and of the code."""
        return digest(canonical([self.stage, dict(self.settings), __version__]))


def derive(source_id: str, lake: Lake, records: Manifest, derivation: Derivation) -> Manifest:
    """Make `derivation` of every part of `records` of which it was not made yet.

    Returns:
        The manifest of the results, each under the hash of its part; see `results`. Counts are
        those of the records: releases.

    What the newest earlier folder with the same settings has is referred to, and its parts are not
    opened. Two that do this at the same time write the same bytes, and the first commit counts.
    """
    identity = derivation.identity
    prefix = f"{derivation.stage}/{source_id}"
    folder = f"{prefix}/{records.version}-{digest(f'{records.id}{identity}'.encode())[:8]}"
    if done := lake.committed(folder):
        return done
    known = _known(lake, prefix, identity)
    parts = list(month_parts(records))
    new = [part for part in parts if _name(part) not in known]
    artifacts = [known[name] for name in map(_name, parts) if name in known]
    artifacts += _made(lake, folder, new, derivation)
    log.info("stage=%s source=%s parts=%d made=%d", derivation.stage, source_id, len(parts),
             len(new))  # fmt: skip
    written = records.counts.written
    return lake.commit(
        Manifest(
            folder=folder,
            stage=derivation.stage,
            subject=source_id,
            version=folder.rpartition("/")[2],
            code=__version__,
            counts=Counts(read=written, written=written),
            artifacts=tuple(artifacts),
            inputs={records.folder: records.id},
            notes={SETTINGS: identity},
        )
    )


def results(lake: Lake, records: Manifest, derived: Manifest) -> Iterator[bytes]:
    """What was derived of each part, in order of month of first release, then ocid."""
    found = {artifact.path: artifact for artifact in derived.artifacts}
    for part in month_parts(records):
        yield lake.load(derived, found[_name(part)])


def _name(part: Part) -> str:
    """By what a part holds: it may be cut elsewhere some day, and still be the same part."""
    return part.artifact.sha256


def _known(lake: Lake, prefix: str, identity: str) -> dict[str, Artifact]:
    """By name what earlier runs made with the same settings, to be referred to."""
    for folder in lake.folders(prefix)[: -TRIED - 1 : -1]:
        earlier = lake.manifest(folder)
        if earlier.notes[SETTINGS] == identity:
            return {one.path: lake.refer(earlier, one) for one in earlier.artifacts}
    return {}


def _made(lake: Lake, folder: str, parts: list[Part], derivation: Derivation) -> Iterator[Artifact]:
    """Make what is not there yet, in order.

    The first is made by the process that asks: what it imports and reads others then have, too.
    """
    work = ((derivation.make, _bytes(lake, part), derivation.arguments) for part in parts)
    jobs = cores() if sum(part.artifact.bytes for part in parts) >= WORTH else 1
    with Workers(jobs) as workers:
        first = (_make(*one) for one in islice(work, 1))
        for part, data in zip(parts, chain(first, workers.each(_make, work)), strict=True):
            yield lake.save(folder, _name(part), data, media_type=derivation.media_type,
                            rows=part.artifact.rows)  # fmt: skip


def _bytes(lake: Lake, part: Part) -> bytes:
    return lake.load(part.manifest, part.artifact)


def _make(make: Make, data: bytes, arguments: tuple[Any, ...]) -> bytes:
    made = make(data, *arguments)
    gc.collect(0)  # nobody looks for cycles while work is shared out: what this part left is young
    return made
