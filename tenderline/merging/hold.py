"""The releases that a process has met: held in memory, and in scratch files once they are many.

Owns when memory is full, and the scratch files. A release is held as its text, by its ocid.
"""

import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SURE = -1  # stands for the number of a file that is not to be forgotten


class Text(NamedTuple):
    """A release: its date as a moment that can be compared, the file it came from, its JSON.

    If it has a `rest`, `body` is what the release comes to when no other is merged with it, and
    `rest` the fields of the release that are not as in there.
    """

    when: str
    file: int
    body: bytes
    rest: bytes = b""


Processes = dict[bytes, list[Text]]  # by ocid, as JSON writes it between quotes


@dataclass(slots=True)
class Held:
    """The releases met so far.

    Args:
        folder: where the scratch files are: one of `buckets` for each hash of an ocid.
        buckets: how many.
        most: how many bytes of releases memory may hold.
        compiled: whether what a release comes to alone is of use.
    """

    folder: Path
    buckets: int
    most: int
    compiled: bool = False
    processes: Processes = field(default_factory=dict)
    size: int = 0
    spilled: bool = False

    def add(self, ocid: bytes, text: Text) -> None:
        """Hold one more release."""
        found = self.processes.get(ocid)
        if found is None:
            self.processes[ocid] = [text]
        else:
            found.append(text)
        self.size += len(text.body)

    def ease(self) -> None:
        """Write all to scratch files if memory holds too much."""
        if self.size > self.most:
            self.spill()

    def spill(self) -> None:
        """Write all to scratch files; each process has files of its own."""
        buckets: dict[tuple[int, int], list[bytes]] = {}
        for ocid, texts in self.processes.items():
            bucket = zlib.crc32(ocid) % self.buckets
            for when, file, body, rest in texts:
                line = b"%b\t%b\t%b\t%b\n" % (ocid, when.encode(), rest, body)
                buckets.setdefault((bucket, file), []).append(line)
        self.processes, self.size = {}, 0
        for (bucket, file), lines in buckets.items():
            with (self.folder / f"{bucket:04}-{file}-{os.getpid()}").open("ab") as stream:
                stream.writelines(lines)
            self.spilled = True

    def forget(self, file: int) -> None:
        """Forget the releases of a file that memory holds."""
        kept: Processes = {}
        for ocid, texts in self.processes.items():
            if left := [text for text in texts if text.file != file]:
                kept[ocid] = left
        self.processes = kept
        self.size = sum(len(text.body) for texts in kept.values() for text in texts)

    def take_out(self, ocids: Iterable[bytes]) -> Processes:
        """The releases of some processes, which are held no longer."""
        return {ocid: self.processes.pop(ocid) for ocid in ocids}

    def put_in(self, parts: Iterable[Processes]) -> None:
        """Hold releases that other processes held."""
        for part in parts:
            for ocid, texts in part.items():
                self.processes.setdefault(ocid, []).extend(texts)


def unspilled(parts: Iterable[Path]) -> Processes:
    """The releases in scratch files, which are used up by this."""
    found: Processes = {}
    for part in parts:
        for line in part.read_bytes().split(b"\n"):
            if line:
                ocid, when, rest, body = line.split(b"\t", 3)
                found.setdefault(ocid, []).append(Text(when.decode(), SURE, body, rest))
        part.unlink()
    return found


def forgotten(folder: Path, file: int) -> None:
    """Forget the releases of a file that are in scratch files."""
    for path in folder.glob(f"*-{file}-*"):
        path.unlink()
