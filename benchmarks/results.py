"""What measurements come to: medians, spreads, ratios of pairs, chains of steps.

Owns the arithmetic, and the file with the raw measurements. Knows nothing of how they are shown.
"""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.compare import ONE_CORE
from benchmarks.steps import OURS, PEER
from benchmarks.timing import Taken, one_after_the_other
from tenderline.stages import STAGES

MEASURED = "measured.json"
PARTS = ("compare", "growth", "increment")
CHAINS = {  # their steps, and the one command that does the same
    "review, compile, tables": (("review", "compile", "tables"), "bulk"),
    "the same and versioned": (("review", "compile", "versioned", "tables"), "bulk, versioned"),
    "review, records (compiled and versioned), tables": (
        ("review", "records", "tables"),
        "bulk, records",
    ),
}


@dataclass(frozen=True, slots=True)
class Times:
    """Several runs of one thing, in the order of the pairs."""

    runs: Sequence[Taken]

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """Seconds, at least and at most."""
        return min(r.seconds for r in self.runs), max(r.seconds for r in self.runs)

    @property
    def largest(self) -> int:
        """MiB of the largest process of any run."""
        return max(run.largest for run in self.runs)

    @property
    def tree(self) -> int:
        """MiB of all processes of any run together."""
        return max(run.tree for run in self.runs)

    def times(self, other: "Times") -> tuple[float, float, float]:
        """How many times as long as this the other takes: the median of the pairs, least, most."""
        ratios = [b.seconds / a.seconds for a, b in zip(self.runs, other.runs, strict=True)]
        return statistics.median(ratios), min(ratios), max(ratios)


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison of one corpus, as `compare` returned it."""

    told: dict[str, Any]

    def times(self, step: str, side: str) -> Times | None:
        """The runs of a step by one side, or None if it was not measured."""
        runs = self.told["steps"].get(step, {"sides": {}})["sides"].get(side)
        return Times([Taken(**run) for run in runs]) if runs else None

    def why(self, step: str) -> str:
        """Why a side of a step was not measured; "" if both were."""
        return "; ".join(dict.fromkeys(self.told["steps"][step]["skipped"].values()))

    def chain(self, names: Sequence[str], side: str) -> Times | None:
        """The steps one after the other, pair by pair; None if one was not measured."""
        found = [self.times(name, side) for name in names]
        whole = [times.runs for times in found if times]
        if len(whole) < len(names):
            return None
        return Times([one_after_the_other(runs) for runs in zip(*whole, strict=True)])

    def stages(self) -> dict[str, float]:
        """Seconds of each stage of the pipeline, the median of its runs."""
        rows = self.told["stages"]
        names = [name for name in STAGES if name in rows[0]]
        return {name: statistics.median(row[name] for row in rows) for name in names}


def sides(
    compared: Compared, names: Sequence[str]
) -> tuple[Times | None, Times | None, Times | None]:
    """A chain, or a step if there is one name: by ours, by ours on one core, by the peers."""
    ours, one, peer = (compared.chain(names, side) for side in (OURS, ONE_CORE, PEER))
    return ours, one, peer


def read_measured(folder: Path) -> dict[str, Any]:
    """The measurements so far, by part; none if there is no file.

    Args:
        folder: where the page keeps its pictures and measurements.
    """
    path = folder / MEASURED
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def write_measured(folder: Path, measured: dict[str, Any]) -> None:
    """Keep measurements, to the millisecond."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_rounded(measured), indent=1, sort_keys=True)
    (folder / MEASURED).write_text(text + "\n")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value
