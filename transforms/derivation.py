"""A derivation: what is made of each part of some records, and how far that is.

Owns its identity, where it lies, and which of it an earlier run has made already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel import Artifact, Counts, Lake, Manifest, __version__
from kernel.manifest import canonical, digest
from transforms.deriving import Deriver
from transforms.parts import Part
from transforms.privacy.policy import policy
from transforms.privacy.takedowns import takedowns

TRIED = 10  # earlier folders looked at: if none is of the same kind, settings have changed
SETTINGS = "settings"  # in the notes: the hash of all but the records that the results depend on


@dataclass(frozen=True, slots=True)
class Derivation:
    """What is made of each part of the records.

    Attributes:
        stage: the folder of the lake.
        begin: with `arguments`, begins what makes it. It runs in any process and depends on nothing
            but them, the part and what is withheld: equal ones give equal bytes.
        arguments: what can be sent to another process.
        settings: as JSON, all that the results depend on beside the part, this code's version, the
            privacy policy and the list of takedowns.
        media_type: of the results.
    """

    stage: str
    begin: Callable[..., Deriver]
    arguments: tuple[Any, ...]
    media_type: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def identity(self, lake: Lake) -> str:
        """The hash of all that the results depend on in `lake` beside the records."""
        privacy = [policy().identity, takedowns(lake).identity]
        form = [self.stage, self.media_type, __version__]
        return digest(canonical([form, dict(self.settings), privacy]))


class Making:
    """A derivation of some records, of which a part may be there."""

    def __init__(
        self, source_id: str, lake: Lake, records: Manifest, derivation: Derivation
    ) -> None:
        identity = derivation.identity(lake)
        prefix = f"{derivation.stage}/{source_id}"
        self.lake, self.records, self.derivation, self.settings = (
            lake,
            records,
            derivation,
            identity,
        )
        self.folder = f"{prefix}/{records.version}-{digest(f'{records.id}{identity}'.encode())[:8]}"
        self.done = lake.committed(self.folder)
        self.known = {} if self.done else _known(lake, prefix, identity)
        self.new: list[Artifact] = []

    def lacks(self, part: Part) -> bool:
        """Whether it is to be made of a part."""
        return self.done is None and name_of(part) not in self.known

    def save(self, part: Part, data: bytes) -> None:
        """Keep what was made of a part."""
        media_type, rows = self.derivation.media_type, part.artifact.rows
        saved = self.lake.save(self.folder, name_of(part), data, media_type=media_type, rows=rows)
        self.new.append(saved)

    def commit(self, parts: Sequence[Part]) -> Manifest:
        """The manifest of all of it."""
        if self.done:
            return self.done
        known = [self.known[name] for name in map(name_of, parts) if name in self.known]
        records, derivation = self.records, self.derivation
        written = records.counts.written
        return self.lake.commit(
            Manifest(
                folder=self.folder,
                stage=derivation.stage,
                subject=records.subject,
                version=self.folder.rpartition("/")[2],
                code=__version__,
                counts=Counts(read=written, written=written),
                artifacts=(*known, *self.new),
                inputs={records.folder: records.id},
                notes={SETTINGS: self.settings},
            )
        )


def name_of(part: Part) -> str:
    """By what a part holds: it may be cut elsewhere some day, and still be the same part."""
    return part.artifact.sha256


def _known(lake: Lake, prefix: str, identity: str) -> dict[str, Artifact]:
    """By name what earlier runs made with the same settings, to be referred to."""
    for folder in lake.folders(prefix)[: -TRIED - 1 : -1]:
        earlier = lake.manifest(folder)
        if earlier.notes[SETTINGS] == identity:
            return {one.path: lake.refer(earlier, one) for one in earlier.artifacts}
    return {}
