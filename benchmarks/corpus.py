"""Makes corpora of any size: the releases of a base, repeated under other ocids.

Owns the forms in which tools read a corpus. Run as a program, so that the process that measures
stays small:

    python -m benchmarks.corpus BASE COPIES OUT
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.base import ABOUT, repeated
from transforms.jsontext import dumps

PAGE = 100  # releases: what the source sends at once
ENVELOPE = {
    "uri": "https://tenderline.example/benchmark",
    "version": "1.1",
    "publishedDate": "2026-03-05T00:00:00Z",
    "publisher": {"name": "tenderline benchmark"},
    "extensions": [],  # the peers would download them
}
HEAD, TAIL = json.dumps(ENVELOPE)[:-1].encode() + b',"releases":[', b"]}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus in a folder, in the forms in which tools read it."""

    folder: Path
    copies: int
    releases: int
    bytes: int

    @property
    def package(self) -> Path:
        """All of it as one release package."""
        return self.folder / "package.json"

    @property
    def joined(self) -> Path:
        """The pages one behind the other."""
        return self.folder / "joined.json"

    @property
    def pages(self) -> list[Path]:
        """Release packages as a source sends them."""
        return sorted((self.folder / "packages").iterdir())


def read_corpus(folder: Path) -> Corpus:
    """What `write_copies` wrote."""
    return Corpus(folder, **json.loads((folder / ABOUT).read_text()))


def write_copies(base: Path, copies: int, out: Path) -> Corpus:
    """Write a corpus of `copies` copies of the releases in the folder `base`."""
    (out / "packages").mkdir(parents=True)
    total = size = 0
    with (out / "package.json").open("wb") as package, (out / "joined.json").open("wb") as joined:
        package.write(HEAD)
        for number, texts in enumerate(in_pages(map(dumps, repeated(base, copies)))):
            body = page_of(texts)
            (out / "packages" / f"{number:06}.json").write_bytes(body)
            joined.write(body + b"\n")
            package.write(b"," * bool(total) + b",".join(texts))
            total, size = total + len(texts), size + sum(map(len, texts))
        package.write(TAIL)
    told = {"copies": copies, "releases": total, "bytes": size}
    (out / ABOUT).write_text(json.dumps(told))
    return read_corpus(out)


def in_pages(texts: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The texts of releases, as many at once as a page has."""
    while page := list(islice(texts, PAGE)):
        yield page


def page_of(texts: list[bytes]) -> bytes:
    """A release package of releases, as a source would send it."""
    return HEAD + b",".join(texts) + TAIL


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base", type=Path)
    parser.add_argument("copies", type=int)
    parser.add_argument("out", type=Path)
    wanted = parser.parse_args()
    write_copies(wanted.base, wanted.copies, wanted.out)


if __name__ == "__main__":
    main()
