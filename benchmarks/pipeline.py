"""The stages over the raw pages of a lake, as the command line drives them.

    python -m benchmarks.pipeline LAKE [--until STAGE] [--stages OUT.json]

Owns the clock at the stages' borders. Fetching is done before, so that `extract` only finds it.
"""

import argparse
import json
import time
from pathlib import Path

from benchmarks.base import SOURCE
from benchmarks.history import LOOK, windows
from kernel import Lake
from publish import loader
from tenderline.pipeline import Run
from tenderline.stages import STAGES

CONVERT = "convert"


class Clock:
    """Tells what each stage took, from what a run tells as it goes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = CONVERT, time.monotonic()

    def told(self, line: str, steps: int) -> None:
        """Take the line that a run tells: that of a stage ends with its name."""
        name = line.rpartition(" ")[2]
        self.switch(name if steps and name in STAGES else self._stage)

    def switch(self, stage: str) -> None:
        """Count what went by for the stage so far, and go on with another."""
        now = time.monotonic()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0) + now - self._since
        self._stage, self._since = stage, now


def main() -> None:
    """Run the stages, and write what each took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lake", type=Path)
    parser.add_argument("--until", choices=STAGES, default="publish")
    parser.add_argument("--stages", type=Path)
    wanted = parser.parse_args()
    lake, clock = Lake(wanted.lake), Clock()
    run = Run(lake, wanted.until, clock.told)
    run.source(SOURCE, windows(lake), lambda _: LOOK)
    run.publication(loader.load(SOURCE.id), [SOURCE])
    clock.switch("")
    if wanted.stages:
        wanted.stages.write_text(json.dumps(clock.seconds))


if __name__ == "__main__":
    main()
