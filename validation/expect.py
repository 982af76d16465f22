"""What is expected of each source: thresholds, one facts file each.

Owns the shape of `validation/expect/*.toml`. Does not judge.
"""

from dataclasses import dataclass
from pathlib import Path

from kernel.facts import read_facts

FOLDER = Path(__file__).parent / "expect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """Thresholds of one source. A share is between 0 and 1 of the releases read."""

    id: str
    min_releases: int
    min_share_of_previous: float
    min_usable_share: float
    max_nonconforming_share: float
    max_doubted_windows: int
    max_repairs: int


def expect(source_id: str) -> Expect:
    """The thresholds of a source.

    Raises:
        ConfigError: the file is missing or wrong.
    """
    return read_facts(FOLDER / f"{source_id}.toml", Expect, id=source_id)
