"""Everything that can be found wrong, by its id: what it demands, how grave it is, since when.

Owns the look-up over checks of releases, checks of editions, and the rules told by the schema, by
reading and by compiling, which stand in `rules.csv`.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from validation.checks.catalogue import CHECKS

GRAVITY = {"unusable": 0, "error": 1, "warning": 2, "info": 3}  # the order of reports


@dataclass(frozen=True, slots=True)
class Rule:
    """What an id stands for. `demand` is one sentence; `source` says whose demand it is."""

    id: str
    version: int
    severity: str
    demand: str
    source: str


@cache
def rules() -> dict[str, Rule]:
    """Every rule and check of releases by id."""
    text = files("validation").joinpath("rules.csv").read_text(encoding="utf-8")
    found = {
        row["id"]: Rule(
            row["id"], int(row["version"]), row["severity"], row["demand"], row["source"]
        )
        for row in csv.DictReader(text.splitlines())
    }
    for check in CHECKS:
        found[check.id] = Rule(check.id, check.version, check.severity, check.demand, check.source)
    return found


def told(name: str) -> Rule:
    """The rule `name`; one of a schema keyword that is not listed speaks for itself."""
    found = rules().get(name)
    return found or Rule(name, 1, "error", "The schema is kept.", "OCDS 1.1.5 schema")
