"""Renders the reference of all checks from their register, for `docs/checks.md`.

Owns the page; `python -m tenderline.reference checks > docs/checks.md` writes it, a test compares.
"""

from collections.abc import Iterable, Iterator

from validation.catalogue import gate_rules, rules
from validation.checks.catalogue import CHECKS
from validation.dataset.judge import checks as edition_checks

HEAD = """\
# What is checked

Written from the checks themselves. Each has an id, a version, which rises when what it demands
changes, and a severity: *error* (the data breaks the standard, or a number would mislead),
*warning* (likely wrong), *info* (good to know); *unusable* sends a release to quarantine. Of one
release, process or edition a check passes, fails, or does not apply. Checks of releases and
processes run in `tenderline validate` on anyone's files; in an edition, those named `conformance`
run on every release and the others on every compiled release. Every failure of an edition is a row
of its `quality.parquet`.
"""
GROUPS = {
    "conformance": "Conformance: what the standard asks beyond its schema",
    "coherent": "Coherence: facts of one process do not contradict each other",
    "consistent": "Consistency: what is said twice is said alike",
    "reference": "References: what is referred to is there",
    "field": "Fields: single values that can be right",
    "money": "Money: amounts that can be added up",
    "award": "Awards",
    "identity": "Identity: organizations that can be told apart and looked up",
    "sme": "Small and medium-sized enterprises",
    "timely": "Timeliness",
}
ROW = "| `{0.id}` | {0.version} | {0.severity} | {1} | {2} |"


def page() -> str:
    """The page as Markdown."""
    return "\n".join((HEAD, *_of_releases(), *_of_editions(), *_of_the_gate(), *_told()))


def _of_releases() -> Iterator[str]:
    for group, title in GROUPS.items():
        yield f"## {title}\n"
        found = [check for check in CHECKS if check.id.partition(".")[0] == group]
        yield from _table(ROW.format(c, c.demand, c.source) for c in found)


def _of_editions() -> Iterator[str]:
    yield "## All processes of an edition together, and against the edition before\n"
    yield (
        "`misc.url_availability`, which asks web servers whether documents are there, runs only "
        "when it is asked for.\n"
    )
    yield from _table(ROW.format(c, c.demand, c.source) for c in edition_checks())


def _of_the_gate() -> Iterator[str]:
    yield "## Asked by the gate alone\n"
    others = {*rules(), *(check.id for check in edition_checks())}
    found = (rule for name, rule in gate_rules().items() if name not in others)
    yield from _table(ROW.format(rule, rule.demand, rule.source) for rule in found)


def _told() -> Iterator[str]:
    checks = {check.id for check in CHECKS}
    yield "## Told by the schema, by reading and by compiling\n"
    found = (rule for name, rule in rules().items() if name not in checks)
    yield from _table(ROW.format(rule, rule.demand, rule.source) for rule in found)


def _table(rows: Iterable[str]) -> Iterator[str]:
    yield "| id | version | severity | demand | source |"
    yield "|---|---|---|---|---|"
    yield from rows
    yield ""
