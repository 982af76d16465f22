"""How time and memory grow with the corpus.

Owns the sizes and which steps are looked at. One run of each: a curve over two orders of size
needs no medians.
"""

from dataclasses import asdict
from typing import Any

from benchmarks.places import Places, say
from benchmarks.steps import OURS, PEER, steps
from benchmarks.timing import timed

GROWN = ("review", "compile", "tables", "bulk", "pipeline")
PEERS_UP_TO = 10  # copies: beyond that the peers take minutes or all memory


def growth(places: Places, sizes: list[int]) -> list[dict[str, Any]]:
    """Measure each step once for each number of copies; the peers only up to ten.

    Returns:
        One row for each run: the size, the step, the side, and what it took.
    """
    rows: list[dict[str, Any]] = []
    for copies in sizes:
        scratch = places.scratch / f"growth-{copies}"
        corpus, lake = places.corpus(copies, scratch)
        size = {"copies": copies, "releases": corpus.releases, "bytes": corpus.bytes}
        for step in steps(corpus, lake, places.peers, scratch):
            for side in (OURS, PEER) if copies <= PEERS_UP_TO else (OURS,):
                if step.name in GROWN and side in step.sides:
                    taken = timed(step.sides[side])
                    rows.append({**size, "step": step.name, "side": side, **asdict(taken)})
                    say(f"{copies} copies, {step.name}, {side}: {taken.seconds:.2f} s")
        places.dropped(scratch)
    return rows
