"""Everything that can be found wrong, by its id: what it demands, how grave it is, since when.

Owns the look-up over checks of releases, checks of editions, the rules told by the schema, by
reading and by compiling, which stand in `rules.csv`, and those that only the gate asks for, which
stand in `gate_rules.csv`.
"""

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

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


UNLISTED = Rule("", 1, "error", "The schema is kept.", "OCDS 1.1.5 schema")


@cache
def _listed() -> dict[str, Rule]:
    """The rules that are no checks, by id."""
    return _rows("rules.csv")


@cache
def gate_rules() -> dict[str, Rule]:
    """Every rule that a verdict can name, by id: those of the gate, and all others."""
    from validation.dataset.judge import checks  # DuckDB, which judging one release does not need

    whole = {c.id: Rule(c.id, c.version, c.severity, c.demand, c.source) for c in checks()}
    return {**_rows("gate_rules.csv"), **whole, **rules()}


def _rows(name: str) -> dict[str, Rule]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return {
        row["id"]: Rule(
            row["id"], int(row["version"]), row["severity"], row["demand"], row["source"]
        )
        for row in csv.DictReader(text.splitlines())
    }


@cache
def rules() -> dict[str, Rule]:
    """Every rule and check of releases by id."""
    checks = (Rule(c.id, c.version, c.severity, c.demand, c.source) for c in CHECKS)
    return {**_listed(), **{rule.id: rule for rule in checks}}


@cache
def version_of(name: str) -> int:
    """The version of the rule `name`; what it demands is not looked up for that."""
    check = next((check for check in CHECKS if check.id == name), None)
    return (check or _listed().get(name) or UNLISTED).version


def told(name: str) -> Rule:
    """The rule `name`; one of a schema keyword that is not listed speaks for itself."""
    return rules().get(name) or replace(UNLISTED, id=name)
