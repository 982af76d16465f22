"""The command `validate`: anyone's OCDS files judged, a table on the terminal, JSON on request.

Owns what is shown. Judging is `validation.reading`, the machine form `tenderline.machine_form`.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from tenderline import console
from tenderline.machine_form import MachineForm, by_gravity, machine_form
from validation.checks.catalogue import CHECKS
from validation.checks.registry import Check
from validation.reading.outcome import BROKEN, Example, Report
from validation.reading.reader import inspect
from validation.reading.streams import Unreadable

KINDS = 40  # kinds of findings shown; all of them are in the JSON
FIELDS = 15  # undeclared fields shown
SOUND, BAD, UNREADABLE = 0, 1, 2


def validate(
    names: Sequence[str], out: Path | None, *, strict: bool, standard_only: bool, jobs: int
) -> int:
    """Judge files and show what was found.

    Args:
        names: their paths, or `-` for standard input.
        out: where to write the machine form, if anywhere.
        strict: whether errors in the content count for the exit code too.
        standard_only: whether to leave the checks of the content out.
        jobs: how many processes share the work; 0 for one a core.

    Returns:
        0 if all files conform to the standard, 1 if one does not, 2 if one cannot be read.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack letters that a notice has
    checks = tuple(c for c in CHECKS if not standard_only or c.id.startswith("conformance."))
    worst = SOUND
    with machine_form(out, names) as form:
        for name in names:
            report = _judged(name, checks, form, jobs)
            if form:
                form.end(report)
            _show(report)
            good = report.sound if strict else report.conforms
            worst = max(worst, UNREADABLE if report.unreadable else SOUND if good else BAD)
    return worst


def _judged(name: str, checks: tuple[Check, ...], form: MachineForm | None, jobs: int) -> Report:
    try:
        return inspect(name, checks, form, jobs=jobs)
    except Unreadable as error:
        return Report(name, unreadable=error.message)


def _show(report: Report) -> None:
    forms, places = report.summary.forms, report.summary.releases
    counts = [_number(n, form) for form, n in sorted(forms.items())]
    counts += [
        f"{_number(n, 'release')} in {place}" for place, n in sorted(places.items()) if place
    ]
    _say(f"{report.name}: {', '.join(counts) or 'nothing that could be read'}")
    groups = by_gravity(report)
    if groups:
        rows = [
            (severity, example.count, check, _clean(place) or "/", _clean(_first(example)))
            for (check, severity, place), example in groups[:KINDS]
        ]
        console.table("Findings", ("severity", "how many", "check", "where", "first"), rows)
    if len(groups) > KINDS:
        _say(f"and {len(groups) - KINDS:,} more kinds of findings: --json OUT has all of them")
    _show_undeclared(report)
    _say(_verdict(report))


def _show_undeclared(report: Report) -> None:
    fields = sorted(report.undeclared(), key=lambda c: (-c.present, c.path))
    if fields:
        rows = [(_clean(c.path), c.present, c.parents) for c in fields[:FIELDS]]
        head = ("field", "how often", "of")
        title = f"Fields of neither the standard nor a known declared extension: {len(fields):,}"
        console.table(title, head, rows)


def _first(example: Example) -> str:
    where = f"{example.ocid or ''} {example.path}".strip()
    return f"{where}: {example.message}" if where else example.message


def _verdict(report: Report) -> str:
    errors = sum(e.count for (_, severity, _), e in report.groups.items() if severity in BROKEN)
    if report.unreadable:
        told = f" What was read before has {_number(errors, 'error')}." if errors else ""
        return f"Not read to the end: {report.unreadable}.{told}"
    if report.sound:
        return "It conforms to the standard, and no check found an error."
    if report.conforms:
        found = _number(errors, "error")
        return f"It conforms to the standard; checks of its content found {found}."
    return f"It does not conform to the standard: {_number(errors, 'error')}."


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _say(text: str) -> None:
    console.out.print(_clean(text), markup=False, emoji=False, highlight=False)


def _clean(text: str) -> str:
    """Text from a file without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
