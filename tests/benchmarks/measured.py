"""Measurements made up for tests: two pairs of each step, growth and a day at two sizes."""

from typing import Any

from benchmarks.steps import STEPS
from tenderline.stages import STAGES

BASE = {"releases": 5, "processes": 4, "made_up": True, "unreadable": 0, "inconsistent": 2}
ABOUT = {
    "base": BASE, "compiled": True, "cores": 2, "date": "2026-11-22", "machine": "abacus",
    "memory_gib": 8, "note": "made up", "peers": {"ocdskit": "1.7.0"}, "python": "3.11.7",
    "system": "Linux", "tenderline": "1",
}  # fmt: skip
STAGE_SECONDS = dict.fromkeys(sorted(STAGES[1:]), 0.5)


def runs(*seconds: float) -> list[dict[str, Any]]:
    return [{"seconds": s, "cpu": s, "largest": 50, "tree": 70} for s in seconds]


def measured() -> dict[str, Any]:
    """As the harness keeps it; the review of the peer took 10 and 30 times as long."""
    peer = runs(10, 60)
    steps = {
        name: {"sides": {"ours": runs(1, 2), "one core": runs(2, 4), "peer": peer}, "skipped": {}}
        for name in STEPS[:-4]
    }
    steps |= {name: {"sides": {"ours": runs(4, 4)}, "skipped": {}} for name in STEPS[-4:]}
    size = {"copies": 2, "releases": 10, "bytes": 1_000_000}
    rows = [
        {"copies": n, "releases": 10 * n, "bytes": n * 1_000, "step": step, "side": "ours"} | run
        for n, run in zip((1, 10), runs(1, 9), strict=True)
        for step in ("review", "pipeline")
    ]
    days = [
        {"releases": n, "day": 40, "way": way, "bytes": b * n, "files": 3, "stages": STAGE_SECONDS}
        | run
        for n in (100, 1_000)
        for way, b, run in (("day", 1, runs(2)[0]), ("anew", 4, runs(20)[0]))
    ]
    compared = {"corpus": size, "pairs": 2, "steps": steps, "stages": [STAGE_SECONDS] * 2}
    return {
        "compare": {"about": ABOUT, **compared},
        "growth": {"about": ABOUT, "rows": rows},
        "increment": {"about": ABOUT, "rows": days},
    }
