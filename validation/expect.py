"""What is expected of each source: thresholds, one facts file each.

Owns the shape of `validation/expect/*.toml`. Does not judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kernel.facts import read_facts

FOLDER = Path(__file__).parent / "expect"
DEFAULT = "default"  # the file of a source that has none of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A failure that does not count until the day `expires`, and why.

    `check` is the id of the check; `subject`, where given, what it must have looked at.
    """

    check: str
    reason: str
    expires: date
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """Thresholds of one source. A share is between 0 and 1.

    `max_failed` is the largest share of the releases or processes a check applied to that may fail
    it, by the check's id; `min_filled` the smallest share in which a field must say something, of
    those that have what it stands in, by the field's path in a compiled release. `ask_urls` lets
    100 addresses of documents be asked for, over the network, each time an edition is checked.
    """

    id: str
    min_releases: int
    min_share_of_previous: float
    min_usable_share: float
    max_doubted_windows: int
    max_repairs: int
    ask_urls: bool = False
    max_failed: Mapping[str, float] = field(default_factory=dict)
    min_filled: Mapping[str, float] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


def expect(source_id: str) -> Expect:
    """The thresholds of a source: its own, or those of any source.

    Raises:
        ConfigError: the file is wrong.
    """
    path = FOLDER / f"{source_id}.toml"
    path = path if path.is_file() else FOLDER / f"{DEFAULT}.toml"
    return read_facts(path, Expect, id=source_id)
