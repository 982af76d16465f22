"""The list of what was asked to be taken down: `takedowns.csv` at the root of the lake.

Owns its columns: `kind` is `ocid` (all text of that process), `party` (all that names the party of
that id) or `value` (that very text, wherever it stands); `value`; `reason`; `date`. Every edition
made from then on keeps to it; rows, counts and amounts stay.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from kernel import ConfigError, Lake
from kernel.manifest import canonical, digest

FILE = "takedowns.csv"
COLUMNS = ["kind", "value", "reason", "date"]
KINDS = ("ocid", "party", "value")
SHORTEST = 4  # characters of a value: shorter ones stand in everything


@dataclass(frozen=True, slots=True)
class Takedowns:
    """What is taken down, by kind; `values` has what stands in the place of each."""

    ocids: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    values: tuple[tuple[str, str], ...] = ()

    @property
    def identity(self) -> str:
        """The hash of the list; reasons and dates change nothing."""
        listed = [sorted(self.ocids), sorted(self.parties), self.values]
        return digest(canonical(listed))


def takedowns(lake: Lake) -> Takedowns:
    """The list of `lake`; empty where there is none.

    Raises:
        ConfigError: a row cannot be understood. Nothing may be published until it can.
    """
    data = lake.peek(FILE)
    return _parsed(data) if data is not None else Takedowns()


@cache
def _parsed(data: bytes) -> Takedowns:
    try:
        reader = csv.DictReader(data.decode("utf-8-sig").splitlines(), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(
            f"it cannot be read: {error}. Save it as CSV in UTF-8", path=FILE
        ) from error
    if reader.fieldnames != COLUMNS:
        raise ConfigError(f"its first line must be {','.join(COLUMNS)}", path=FILE)
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for number, row in enumerate(rows, start=2):
        _check(row, number)
        found[row["kind"]].append(row["value"])
    values = dict.fromkeys(found["value"])
    replaced = tuple((value, f"withheld-{n}") for n, value in enumerate(values, start=1))
    return Takedowns(frozenset(found["ocid"]), frozenset(found["party"]), replaced)


def _check(row: dict[str, str], number: int) -> None:
    where = f"line {number}: "
    if None in row or None in row.values():
        raise ConfigError(f"{where}it has not {len(COLUMNS)} columns", path=FILE)
    if row["kind"] not in KINDS:
        raise ConfigError(f"{where}kind must be one of {', '.join(KINDS)}", path=FILE)
    if not row["value"].strip() or (row["kind"] == "value" and len(row["value"]) < SHORTEST):
        raise ConfigError(f"{where}the value has fewer than {SHORTEST} characters", path=FILE)
    try:
        date.fromisoformat(row["date"])
    except ValueError as error:
        raise ConfigError(f"{where}write the date as 2026-03-02", path=FILE) from error
