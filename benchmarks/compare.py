"""Ours beside the peers on one corpus, in alternating pairs.

Owns the order of the runs: what one machine does at one time can be compared.
"""

import json
from dataclasses import asdict
from typing import Any

from benchmarks.places import Places, say
from benchmarks.steps import OURS, Step, stages_of, steps
from benchmarks.timing import timed

ONE_CORE = "one core"
Row = dict[str, Any]


def compare(places: Places, copies: int, pairs: int) -> Row:
    """Measure every step `pairs` times by each side, ours also with all its processes on one core.

    Args:
        places: the base of the corpus, the peers, and room.
        copies: how often the base is repeated.
        pairs: how often all is run; every other time the peers come first. Behind them each side
            runs once more, for its memory only.

    Returns:
        For each step its runs by side, in order, and why a side was left out; what each stage of
        the pipeline took; the size of the corpus.
    """
    scratch = places.scratch / f"compare-{copies}"
    corpus, lake = places.corpus(copies, scratch)
    todo = steps(corpus, lake, places.peers, scratch)
    rows: Row = {step.name: {"sides": {}, "skipped": step.skipped} for step in todo}
    stages: list[dict[str, float]] = []
    for number in range(pairs):
        for step in todo:
            _round(step, rows[step.name]["sides"], turned=number % 2 == 1)
            if step.name == "pipeline":
                stages.append(json.loads(stages_of(scratch).read_text()))
    for step in todo:
        _watch(step, rows[step.name]["sides"])
    places.dropped(scratch)
    size = {"copies": copies, "releases": corpus.releases, "bytes": corpus.bytes}
    return {"corpus": size, "pairs": pairs, "steps": rows, "stages": stages}


def _round(step: Step, runs: dict[str, list[Row]], *, turned: bool) -> None:
    """Run a step once by each side; ours on one core comes last, so that a pair stands together."""
    order = [(side, command, False) for side, command in step.sides.items()]
    if turned:
        order.reverse()
    if OURS in step.sides:
        order.append((ONE_CORE, step.sides[OURS], True))
    for side, command, one_core in order:
        taken = timed(command, one_core=one_core, watched=False)
        runs.setdefault(side, []).append(asdict(taken))
        say(f"{step.name}, {side}: {taken.seconds:.2f} s, {taken.largest} MiB")


def _watch(step: Step, runs: dict[str, list[Row]]) -> None:
    """Run each side once more, and note with its first run what all processes held together."""
    for side, command in step.sides.items():
        runs[side][0]["tree"] = timed(command).tree
        say(f"{step.name}, {side}: {runs[side][0]['tree']} MiB in all")
