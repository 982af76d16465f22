"""Sorted files of lines, in parts that can be referred to where they do not change.

Owns the cutting of a group of lines (a month of records, the index of ocids) into parts. Lines are
in order of their ocids, which each begins with. A part is cut where its content says so, never
where it was cut before: equal lines make equal parts, whatever way they came together.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import quote, unquote

import orjson

from kernel import Artifact, Lake, Manifest
from kernel.manifest import digest
from transforms.lines import MEDIA_TYPE, pack, unpack

SUFFIX = ".jsonl.zst"
LEAST = 5 << 16  # bytes of lines in a part, but for the last of its group
ONE_IN = 1  # times so many bytes, on average, a line may begin a part
LONGEST = 150  # characters of an ocid in the name of a file: file systems take 255 in all
HEAD = b'{"ocid":'
TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


class Part(NamedTuple):
    """A part of a group: all its ocids are `first` or later; the first part's `first` is ""."""

    first: str
    artifact: Artifact
    manifest: Manifest


def ocid_of(line: bytes) -> str:
    """The ocid that a line begins with; the rest of the line is not parsed."""
    found = TEXT.match(line, len(HEAD))
    if found is None or not line.startswith(HEAD):
        raise ValueError(f"a line does not begin with its ocid: {line[:80]!r}")
    return str(orjson.loads(found[0]))


def with_ocid(ocid: str, rest: bytes) -> bytes:
    """A line that begins with `ocid` and goes on with the members of the JSON object `rest`."""
    return HEAD + orjson.dumps(ocid) + b"," + rest[1:]


def groups(manifest: Manifest) -> dict[str, list[Part]]:
    """The parts of each group, in order of their ocids; groups in order of their names."""
    found: dict[str, list[Part]] = {}
    for artifact in manifest.artifacts:
        group, _, first = artifact.path.removesuffix(SUFFIX).partition(".")
        found.setdefault(group, []).append(Part(unquote(first), artifact, manifest))
    return {group: sorted(found[group], key=attrgetter("first")) for group in sorted(found)}


def lines_in(lake: Lake, parts: Iterable[Part]) -> Iterator[bytes]:
    """The lines of `parts`, a part in memory at a time."""
    for part in parts:
        yield from unpack(lake.load(part.manifest, part.artifact))


class Writer:
    """A group being written into `folder`, part by part.

    What `parts`, those of the group so far, hold in just the same bytes is referred to instead.
    """

    def __init__(self, lake: Lake, folder: str, group: str, parts: Sequence[Part]) -> None:
        self.lake, self.folder, self.group, self.parts = lake, folder, group, parts
        self.artifacts: list[Artifact] = []
        self._known = {part.artifact.path: part for part in parts}
        self._first = ""
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, line: bytes) -> None:
        """Append a line, which comes after all before it."""
        if self._may_cut() and (not self._lines or may_begin(line)):
            self.close()
            self._first = ocid_of(line)
        self._lines.append(line)
        self._size += len(line)

    def takes(self, part: Part) -> bool:
        """Whether `part` may follow as it is: it begins where one begins now, as it may."""
        return self._may_cut() if part.first else not self.artifacts

    def _may_cut(self) -> bool:
        """Whether enough stands in front: also where that is a part that was referred to."""
        return self._size >= LEAST if self._lines else bool(self.artifacts)

    def refer(self, part: Part) -> None:
        """Take over a part as it lies, unopened."""
        self.close()
        self.artifacts.append(self.lake.refer(part.manifest, part.artifact))

    def close(self) -> None:
        """Finish the part that is being written."""
        if not self._lines:
            return
        path = _path(self.group, self._first if self.artifacts else "")
        data, rows = pack(self._lines), len(self._lines)
        self._lines, self._size = [], 0
        known = self._known.get(path)
        if known and known.artifact.sha256 == digest(data):
            self.refer(known)
        else:
            saved = self.lake.save(self.folder, path, data, media_type=MEDIA_TYPE, rows=rows)
            self.artifacts.append(saved)


def may_begin(line: bytes) -> bool:
    """Whether a part may begin with a line, which its ocid and its length tell.

    A line that is twice as long may begin one twice as often: so parts have one size, whatever the
    lines are, and a cut behind one that moved is soon again where it was.
    """
    end = line.find(b'"', len(HEAD) + 1)  # or a part of the ocid, if there is one in it
    drawn = int.from_bytes(hashlib.sha256(line[len(HEAD) : end]).digest()[:4])
    chosen = drawn * ONE_IN * LEAST < len(line) << 32
    return chosen and len(quote(ocid_of(line), safe="")) <= LONGEST


def _path(group: str, first: str) -> str:
    return f"{group}.{quote(first, safe='')}{SUFFIX}" if first else f"{group}{SUFFIX}"
