"""The steps that are measured: what each is, by ours and by a peer.

Owns the command lines. When and how often they run is told elsewhere.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.peers import Peers
from benchmarks.timing import Command, python, tenderline

OURS, PEER = "ours", "peer"
FOUND = (0, 1)  # 1: the corpus does not conform, or has releases to leave out: no failure
MERGES: dict[str, tuple[str, ...]] = {
    "compile": (),
    "versioned": ("--versioned",),
    "records": ("--package", "--versioned"),
}
BULK: dict[str, tuple[str, ...]] = {
    "bulk": (),
    "bulk, versioned": ("--versioned",),
    "bulk, records": ("--records",),
}
STEPS = ("review", *MERGES, "tables", *BULK, "pipeline", "floor")
RAW = "raw"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a command for each side that can do it, or the reason why it cannot."""

    name: str
    sides: dict[str, Command] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, side: str, missing: str, command: Callable[[], Command]) -> None:
        """Take a side, unless something is missing."""
        if missing:
            self.skipped[side] = missing
        else:
            self.sides[side] = command()


def stages_of(scratch: Path) -> Path:
    """Where the pipeline writes what each of its stages took."""
    return scratch / "stages.json"


def steps(corpus: Corpus, lake: Path, peers: Peers, scratch: Path) -> list[Step]:
    """All steps, in the order in which they need each other's results.

    Args:
        corpus: what is read.
        lake: a lake that holds the pages of the corpus as raw pages and nothing else.
        peers: the other side.
        scratch: where results go.
    """
    review = Step("review")
    review.add(OURS, "", partial(_our_review, corpus, scratch))
    review.add(PEER, peers.missing("libcoveocds"), partial(_peer_review, corpus, peers, scratch))
    merges = []
    for name in MERGES:
        merge = Step(name)
        merge.add(OURS, "", partial(_our_merge, name, corpus, scratch))
        merge.add(
            PEER, peers.missing("ocdskit"), partial(_peer_merge, name, corpus, peers, scratch)
        )
        merges.append(merge)
    tables = Step("tables")
    tables.add(OURS, "", partial(_our_tables, scratch))
    tables.add(PEER, peers.missing("flatterer"), partial(_peer_tables, peers, scratch))
    bulk = [Step(name, {OURS: _bulk(name, corpus, scratch)}) for name in BULK]
    pipeline = Step("pipeline", {OURS: _pipeline(lake, scratch)})
    floor = Step("floor", {OURS: _floor(corpus, scratch)})
    return [review, *merges, tables, *bulk, pipeline, floor]


def _out(scratch: Path, step: str, side: str) -> Path:
    return scratch / f"{step}-{side}"


def _our_review(corpus: Corpus, scratch: Path) -> Command:
    out = str(_out(scratch, "review", OURS))
    return Command(tenderline("validate", str(corpus.package), "--json", out), fine=FOUND)


def _peer_review(corpus: Corpus, peers: Peers, scratch: Path) -> Command:
    standard = str(peers.packed_standard(scratch))
    argv = (peers.tool("libcoveocds"), "--standard-zip", standard, str(corpus.package))
    return Command(argv, stdout=_out(scratch, "review", PEER))


def _our_merge(name: str, corpus: Corpus, scratch: Path) -> Command:
    out = str(_out(scratch, name, OURS))
    argv = tenderline("merge", *map(str, corpus.pages), "-o", out, *MERGES[name])
    return Command(argv, fine=FOUND)


def _peer_merge(name: str, corpus: Corpus, peers: Peers, scratch: Path) -> Command:
    argv = (peers.tool("ocdskit"), "compile", "--schema", peers.schema(), *MERGES[name])
    return Command(argv, stdin=corpus.joined, stdout=_out(scratch, name, PEER))


def _our_tables(scratch: Path) -> Command:
    out = _out(scratch, "tables", OURS)
    argv = tenderline("tables", str(_lines(scratch)), str(out), "--csv")
    return Command(argv, prepare=partial(_ready_for_tables, scratch, out))


def _peer_tables(peers: Peers, scratch: Path) -> Command:
    out = _out(scratch, "tables", PEER)
    options = ("-j", "--parquet", "--csv", "--threads", "0", "--force")
    argv = (peers.tool("flatterer"), *options, str(_lines(scratch)), str(out))
    return Command(argv, prepare=partial(_ready_for_tables, scratch, out))


def _lines(scratch: Path) -> Path:
    return scratch / "compiled.jsonl"


def _ready_for_tables(scratch: Path, out: Path) -> None:
    """Our compiled releases, which are also the peer's, as a file with the name of its form."""
    _gone(out)
    _lines(scratch).unlink(missing_ok=True)
    os.link(_out(scratch, "compile", OURS), _lines(scratch))


def _bulk(name: str, corpus: Corpus, scratch: Path) -> Command:
    out = _out(scratch, name, OURS)
    argv = tenderline("bulk", "--csv", *BULK[name], str(corpus.package), str(out))
    return Command(argv, fine=FOUND, prepare=partial(_gone, out))


def _pipeline(lake: Path, scratch: Path) -> Command:
    out = _out(scratch, "pipeline", OURS)
    argv = python("-m", "benchmarks.pipeline", str(out), "--stages", str(stages_of(scratch)))
    return Command(argv, prepare=partial(_fresh, lake, out))


def _fresh(lake: Path, out: Path) -> None:
    """A lake that holds raw pages and nothing else."""
    _gone(out)
    shutil.copytree(lake / RAW, out / RAW, copy_function=os.link)


def _gone(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _floor(corpus: Corpus, scratch: Path) -> Command:
    out = str(_out(scratch, "floor", OURS))
    return Command(python("-m", "benchmarks.floor", out, *map(str, corpus.pages)))
