"""Manifests: what a stage wrote, counted and hashed, as canonical JSON.

Owns the shape, the identity and the self-check of a manifest. Does not store it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from typing import Any, Self

import orjson

from kernel.errors import LakeCorrupt

CIRCUMSTANCES = ("folder", "version", "inputs", "log")  # of a manifest: no part of its identity

FOLDER = re.compile(rb'\n +"folder": .*')  # of a listed artifact: texts in JSON have no line breaks
FIRST = b'{\n  "artifacts": '  # of a manifest as canonical JSON


def digest(data: bytes) -> str:
    """The SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """`value` as JSON with sorted keys, two spaces of indent, UTF-8, and a final newline."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things went in and where they went. Nothing is lost: the two sides must be equal.

    Raises:
        ValueError: `read` is not `written + rejected + merged`, or a number is negative.
    """

    read: int = 0
    written: int = 0
    rejected: int = 0
    merged: int = 0

    def __post_init__(self) -> None:
        if min(self.read, self.written, self.rejected, self.merged) < 0:
            raise ValueError(f"a count is negative: {self}")
        if self.read != self.written + self.rejected + self.merged:
            raise ValueError(f"read is not written + rejected + merged: {self}")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.read + other.read,
            self.written + other.written,
            self.rejected + other.rejected,
            self.merged + other.merged,
        )


@dataclass(frozen=True, slots=True, order=True)
class Artifact:
    """One file: its path within the manifest's folder, size in bytes, rows, hash, media type.

    `folder` is where an earlier stage of the same kind left the file, if it was not written again:
    it lies at that folder's `path`. Empty for a file in the manifest's own folder.
    """

    path: str
    bytes: int
    rows: int
    sha256: str
    media_type: str
    folder: str = ""


ARTIFACT = tuple(one.name for one in fields(Artifact))
VALUES = attrgetter(*ARTIFACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one stage wrote into one folder.

    `artifacts` are in order of their paths. `inputs` maps the folder of each input manifest to that
    manifest's id: where this came from. `notes` are facts for the next stage and for people. `log`
    is what differs from run to run, such as fetch times. All is self-checked, but the `id` covers
    what the data is and not where it lies or how it was come by: equal data has an equal id.
    """

    folder: str
    stage: str
    subject: str
    version: str
    code: str
    counts: Counts
    artifacts: tuple[Artifact, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    log: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "artifacts", tuple(sorted(self.artifacts)))

    @property
    def id(self) -> str:
        """The SHA-256 of all but folder, version, inputs and log, and where artifacts lie."""
        plain = self._plain()
        return _id(plain, _listed(plain["artifacts"]))

    def artifact(self, path: str) -> Artifact:
        """The artifact at `path`.

        Raises:
            LakeCorrupt: the manifest names none there.
        """
        for artifact in self.artifacts:
            if artifact.path == path:
                return artifact
        raise LakeCorrupt(f"the manifest of {self.folder} names no {path}", path=self.folder)

    def dumps(self) -> bytes:
        """The manifest as canonical JSON, with its id and the hash of all of it."""
        plain = self._plain()
        listed = _listed(plain["artifacts"])
        sealed = {"id": _id(plain, listed), "sha256": digest(_canonical(plain, listed))}
        return _canonical(plain | sealed, listed)

    @classmethod
    def loads(cls, data: bytes, path: str = "") -> Self:
        """The manifest in `data`, whose every byte is checked.

        Raises:
            LakeCorrupt: `data` is not exactly what `dumps` wrote.
        """
        try:
            plain = json.loads(data)
            del plain["id"], plain["sha256"]
            plain["counts"] = Counts(**plain["counts"])
            plain["artifacts"] = tuple(Artifact(**item) for item in plain["artifacts"])
            manifest = cls(**plain | {"log": tuple(plain["log"])})
            same = manifest.dumps() == data
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise LakeCorrupt(f"unreadable manifest: {error}. Restore it", path=path) from error
        if not same:
            raise LakeCorrupt("the manifest was altered: restore it from a copy", path=path)
        return manifest

    def _plain(self) -> dict[str, Any]:
        names = (one.name for one in fields(self))
        plain = {name: getattr(self, name) for name in names}
        plain["counts"] = asdict(self.counts)
        plain["artifacts"] = [_plain_artifact(artifact) for artifact in self.artifacts]
        return plain


def _id(plain: Mapping[str, Any], listed: bytes) -> str:
    """The id of a manifest, of which the artifacts are listed."""
    told = {key: value for key, value in plain.items() if key not in CIRCUMSTANCES}
    return digest(_canonical(told, FOLDER.sub(b"", listed)))


def _canonical(plain: Mapping[str, Any], listed: bytes) -> bytes:
    """`canonical` of a manifest, of which the artifacts are listed; they come first, by name."""
    rest = canonical({**plain, "artifacts": []})
    return FIRST + listed + rest.removeprefix(FIRST + b"[]")


def _listed(artifacts: Sequence[Mapping[str, Any]]) -> bytes:
    """Artifacts as in canonical JSON, by orjson: there may be many thousands of them.

    They hold text and whole numbers only, which orjson writes alike, ten times as fast.
    """
    listed = orjson.dumps(artifacts, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    return listed.replace(b"\n", b"\n  ")


def _plain_artifact(artifact: Artifact) -> dict[str, Any]:
    """Without a folder where it lies in the manifest's own, as manifests always were."""
    plain = dict(zip(ARTIFACT, VALUES(artifact), strict=True))
    if not artifact.folder:
        del plain["folder"]
    return plain
