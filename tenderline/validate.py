"""The command `validate`: anyone's OCDS files judged, a table on the terminal, JSON on request.

Owns what is shown and the machine form. Judging is `validation.reading`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import orjson

from tenderline import console
from validation.checks.catalogue import CHECKS
from validation.checks.registry import REGISTER, Check
from validation.reading.outcome import BROKEN, Example, Group, Report
from validation.reading.reader import inspect
from validation.reading.streams import Unreadable

KINDS = 40  # kinds of failures shown; all of them are in the JSON
FIELDS = 15  # undeclared fields shown
ORDER = {"unusable": 0, "error": 1, "warning": 2, "info": 3}
SOUND, BAD, UNREADABLE = 0, 1, 2
FORM = "tenderline-validation-1"


class Nowhere:
    """Takes failures that nobody asked for."""

    def write(self, rows: list[bytes]) -> None:
        """Take them."""

    def reset(self) -> None:
        """Forget them."""


class Listed:
    """Writes the failures of one file as a JSON list."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.start, self.empty = stream, stream.tell(), True

    def write(self, rows: list[bytes]) -> None:
        """Write them, one a line."""
        self.stream.write((b"\n" if self.empty else b",\n") + b",\n".join(rows))
        self.empty = False

    def reset(self) -> None:
        """Go back to where this file's began."""
        self.stream.seek(self.start)
        self.stream.truncate()
        self.empty = True


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
    checks = tuple(c for c in CHECKS if not standard_only or c.id.startswith("conformance."))
    worst = SOUND
    with _machine_form(out) as stream:
        for position, name in enumerate(names):
            report = _one(name, checks, stream, jobs, first=position == 0)
            _show(report)
            good = report.sound if strict else report.conforms
            worst = max(worst, UNREADABLE if report.unreadable else SOUND if good else BAD)
    return worst


def _one(
    name: str, checks: tuple[Check, ...], stream: BinaryIO | None, jobs: int, *, first: bool
) -> Report:
    if stream is None:
        return _judged(name, checks, Nowhere(), jobs)
    stream.write((b"" if first else b",\n") + b'{"failures":[')
    report = _judged(name, checks, Listed(stream), jobs)
    stream.write(b"],\n" + orjson.dumps(_summary(report))[1:])
    return report


def _judged(name: str, checks: tuple[Check, ...], sink: Nowhere | Listed, jobs: int) -> Report:
    try:
        return inspect(name, checks, sink, jobs=jobs)
    except Unreadable as error:
        return Report(name, unreadable=str(error))


@contextmanager
def _machine_form(out: Path | None) -> Iterator[BinaryIO | None]:
    """A new file that takes the place of `out` once all is written."""
    if out is None:
        yield None
        return
    part = out.with_name(f"{out.name}.part")
    with part.open("wb") as stream:
        stream.write(b'{"form":"%s","files":[\n' % FORM.encode())
        yield stream
        stream.write(b"]}\n")
    part.replace(out)


def _summary(report: Report) -> dict[str, object]:
    """The machine form of one file without its failures."""
    results = report.summary.results
    return {
        "file": report.name,
        "conforms": report.conforms,
        "sound": report.sound,
        "unreadable": report.unreadable or None,
        "documents": report.summary.forms,
        "releases": report.summary.releases,
        "findings": [
            {
                "check": check, "severity": severity, "place": place, "count": example.count,
                "example": {
                    "document": example.entry, "path": example.path, "ocid": example.ocid,
                    "value": example.value, "message": example.message,
                },
            }
            for (check, severity, place), example in _sorted(report)
        ],
        "checks": [
            {
                "id": name, "version": REGISTER[name].version,
                "severity": REGISTER[name].severity, "demand": REGISTER[name].demand,
                "not_applicable": result[0], "passed": result[1], "failed": result[2],
            }
            for name, result in results.items()
        ],
        "fields": [
            {"path": c.path, "declared": c.known, "parents": c.parents, "present": c.present,
             "filled": c.filled}
            for c in report.summary.fields.values() if c.present
        ],
    }  # fmt: skip


def _sorted(report: Report) -> list[tuple[Group, Example]]:
    return sorted(
        report.groups.items(), key=lambda item: (ORDER[item[0][1]], -item[1].count, item[0])
    )


def _show(report: Report) -> None:
    counts = [f"{n:,} {form}{'s' if n > 1 else ''}" for form, n in report.summary.forms.items()]
    counts += [f"{n:,} releases in {place}" for place, n in report.summary.releases.items() if place]
    console.out.print(f"{report.name}: {', '.join(counts) or 'nothing'}", markup=False)
    groups = _sorted(report)
    if groups:
        rows = [
            (severity, example.count, check, place, f"{_where(example)}: {example.message}")
            for (check, severity, place), example in groups[:KINDS]
        ]
        console.table("Findings", ("severity", "how many", "check", "where", "first"), rows)
    if len(groups) > KINDS:
        more = len(groups) - KINDS
        console.out.print(f"and {more} more kinds of findings: --json OUT has all of them")
    _show_undeclared(report)
    console.out.print(_verdict(report), markup=False)


def _show_undeclared(report: Report) -> None:
    fields = sorted(report.undeclared(), key=lambda c: (-c.present, c.path))
    if fields:
        rows = [(c.path, c.present, c.parents) for c in fields[:FIELDS]]
        head = ("field", "how often", "of")
        title = f"Fields of neither the standard nor a known declared extension: {len(fields)}"
        console.table(title, head, rows)


def _where(example: Example) -> str:
    return f"{example.ocid or ''} {example.path}".strip()


def _verdict(report: Report) -> str:
    if report.unreadable:
        return f"Not read to the end: {report.unreadable}"
    errors = sum(e.count for (_, severity, _), e in report.groups.items() if severity in BROKEN)
    if report.conforms and report.sound:
        return "It conforms to the standard, and no check found an error."
    if report.conforms:
        return f"It conforms to the standard; checks of its content found {errors:,} errors."
    return f"It does not conform to the standard: {errors:,} errors."
