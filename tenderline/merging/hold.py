"""The releases that a process has met: held in memory, and in scratch files once they are many.

Owns when memory is full, how it is used, and the scratch files. A release is held as its text.
"""

import os
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from mmap import MADV_HUGEPAGE, MAP_ANONYMOUS, MAP_PRIVATE, mmap
from pathlib import Path
from typing import Any, NamedTuple, Protocol

SURE = -1  # stands for the number of a file that is not to be forgotten
BLOCK = 4 << 20  # bytes of memory that are taken at once
BESIDE = 300  # bytes that a release takes beside its text, about
WRITTEN = 1 << 20  # bytes written to a scratch file at once
HEADS = 4  # what a line of one tells before the release, each behind it a tab


class Release(NamedTuple):
    """A release: its date as a moment that can be compared, the number of its file, its JSON.

    If it has a `rest`, `body` is what the release comes to when no other is merged with it, and
    `rest` the fields of the release that are not as in there. `exact` is False where surely none
    of its numbers keeps its text; see `transforms.jsontext.written`.
    """

    when: str
    file: int
    body: bytes
    rest: bytes = b""
    exact: bool = True


class Text(NamedTuple):
    """A release as it is held: its rest, then its body, lie in a block of memory."""

    when: str
    file: int
    block: mmap | bytes
    rest: int
    body: int
    end: int
    exact: bool

    def in_place(self) -> memoryview:
        """Its body where it lies."""
        return memoryview(self.block)[self.body : self.end]

    def release(self) -> Release:
        """What is held."""
        rest = self.block[self.rest : self.body]
        return Release(self.when, self.file, self.block[self.body : self.end], rest, self.exact)


class Early(Protocol):
    """Makes something of releases as they are read."""

    def add(self, ocid: bytes, release: dict[str, Any]) -> None:
        """Use a release, the first that is met of its process."""

    def undo(self) -> None:
        """What was added was read wrongly."""


Processes = dict[bytes, list[Text]]  # by ocid, as JSON writes it between quotes


@dataclass(slots=True)
class Held:
    """The releases met so far.

    They lie in blocks of memory of their own: among the values that come and go while texts are
    read, each would keep some of the room that these leave behind.

    Args:
        folder: where the scratch files are: one of `buckets` for each hash of an ocid.
        buckets: how many.
        most: how many bytes of releases memory may hold.
        compiled: whether what a release comes to alone is of use.
        ordered: whether texts are as `transforms.jsontext.dumps` writes them: of equal releases
            equal.
        early: what is told of each release when it is read, if anything is.
        lines: what was made of them, and is yet to be written, by what it is.
    """

    folder: Path
    buckets: int
    most: int
    compiled: bool = False
    ordered: bool = False
    early: Early | None = None
    processes: Processes = field(default_factory=dict)
    size: int = 0
    spilled: bool = False
    lines: dict[str, list[bytes | memoryview]] = field(default_factory=dict)
    _block: mmap | None = None

    def add(self, ocid: bytes, release: Release) -> None:
        """Hold one more release."""
        when, file, body, rest, exact = release
        size = len(rest) + len(body)
        block = self._block
        if block is None or len(block) - block.tell() < size:
            block = self._block = _block(max(size, BLOCK))
        start = block.tell()
        middle = start + (block.write(rest) if rest else 0)
        end = middle + block.write(body)
        text = Text(when, file, block, start, middle, end, exact)
        found = self.processes.get(ocid)
        if found is None:
            self.processes[ocid] = [text]
        else:
            found.append(text)
        self.size += size + BESIDE

    def ease(self) -> None:
        """Write all to scratch files if memory holds too much."""
        if self.size > self.most:
            self.spill()

    def spill(self) -> None:
        """Write all to scratch files; each process has files of its own."""
        buckets: dict[tuple[int, int], list[tuple[bytes, Text]]] = {}
        for ocid, texts in self.processes.items():
            bucket = zlib.crc32(ocid) % self.buckets
            for text in texts:
                buckets.setdefault((bucket, text.file), []).append((ocid, text))
        self.processes, self.size, self._block = {}, 0, None
        for (bucket, file), found in buckets.items():
            path = self.folder / f"{bucket:04}-{file}-{os.getpid()}"
            with path.open("ab", WRITTEN) as stream:
                for ocid, text in found:
                    head = (ocid, text.when.encode(), text.body - text.rest, text.exact)
                    stream.write(b"%b\t%b\t%d\t%d\t" % head)
                    stream.write(text.block[text.rest : text.end])
                    stream.write(b"\n")
            self.spilled = True

    def forget(self, file: int) -> None:
        """Forget the releases of a file that memory holds."""
        self.undo()
        kept: Processes = {}
        for ocid, texts in self.processes.items():
            if left := [text for text in texts if text.file != file]:
                kept[ocid] = left
        self.processes = kept

    def undo(self) -> None:
        """Tell that releases were read wrongly."""
        if self.early:
            self.early.undo()

    def take_out(self, ocids: Iterable[bytes]) -> dict[bytes, list[Release]]:
        """The releases of some processes, which are held no longer."""
        return {ocid: [one.release() for one in self.processes.pop(ocid)] for ocid in ocids}

    def put_in(self, parts: Iterable[dict[bytes, list[Release]]]) -> None:
        """Hold releases that other processes held."""
        for part in parts:
            for ocid, releases in part.items():
                for release in releases:
                    self.add(ocid, release)


def _block(size: int) -> mmap:
    """Memory in large pages, if the system has them: it is there in a fifth of the time."""
    block = mmap(-1, size, MAP_PRIVATE | MAP_ANONYMOUS)
    with suppress(OSError):  # it has none
        block.madvise(MADV_HUGEPAGE)
    return block


def unspilled(parts: Iterable[Path]) -> Processes:
    """The releases in scratch files, which are used up by this."""
    found: Processes = {}
    for part in parts:
        data, start = part.read_bytes(), 0
        while start < len(data):
            rest = start
            for _ in range(HEADS):
                rest = data.index(b"\t", rest) + 1
            ocid, when, size, exact, _ = data[start:rest].split(b"\t")
            end = data.index(b"\n", rest)
            text = Text(when.decode(), SURE, data, rest, rest + int(size), end, exact == b"1")
            found.setdefault(ocid, []).append(text)
            start = end + 1
        part.unlink()
    return found


def forgotten(folder: Path, file: int) -> None:
    """Forget the releases of a file that are in scratch files."""
    for path in folder.glob(f"*-{file}-*"):
        path.unlink()
