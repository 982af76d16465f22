"""What every part of the benchmark starts from: the base, the peers, and room.

Owns the making of corpora and lakes in processes of their own, so that this one stays small.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Corpus, read_corpus
from benchmarks.peers import Peers
from benchmarks.timing import Command, python, timed


@dataclass(frozen=True, slots=True)
class Places:
    """The base of all corpora, the peers, and a folder that may be filled."""

    base: Path
    peers: Peers
    scratch: Path

    def corpus(self, copies: int, folder: Path) -> tuple[Corpus, Path]:
        """A corpus of so many copies in a new folder, and a lake with its pages."""
        made, lake = folder / "corpus", folder / "lake"
        work("corpus", str(self.base), str(copies), str(made))
        work("history", "pages", str(made), str(lake))
        return read_corpus(made), lake

    def dropped(self, folder: Path) -> None:
        """Give back room."""
        shutil.rmtree(folder)


def work(module: str, *arguments: str) -> None:
    """Run one of these modules, outside of any measurement."""
    timed(Command(python("-m", f"benchmarks.{module}", *arguments)))


def say(line: str) -> None:
    """Tell whoever waits how far it is."""
    print(line, flush=True)
