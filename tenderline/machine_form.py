"""The machine form of what `validate` finds: one JSON file that is written as files are read.

Owns its keys, which docs/validate.md tells, and that it is there whole or not at all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import orjson

from tenderline.whole_file import whole_file
from validation.catalogue import GRAVITY, told
from validation.reading.outcome import Example, Group, Report

FORM = "tenderline-validation-1"


class MachineForm:
    """Takes the failures of one file after the other, and the summary of each."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.write(b'{"form":"%s","files":[\n{"failures":[' % FORM.encode())
        self._start, self._empty = stream.tell(), True

    def write(self, rows: list[bytes]) -> None:
        """Write failures, one a line."""
        self._stream.write((b"\n" if self._empty else b",\n") + b",\n".join(rows))
        self._empty = False

    def reset(self) -> None:
        """Go back to where this file's failures began."""
        self._stream.seek(self._start)
        self._stream.truncate()
        self._empty = True

    def end(self, report: Report) -> None:
        """Write the summary of a file; failures that follow are those of the next."""
        self._stream.write(b"],\n" + orjson.dumps(summary(report))[1:])
        self._stream.write(b',\n{"failures":[')
        self._start, self._empty = self._stream.tell(), True

    def close(self) -> None:
        """Write the end."""
        self._start -= len(b',\n{"failures":[')
        self.reset()
        self._stream.write(b"]}\n")


@contextmanager
def machine_form(out: Path | None, inputs: Sequence[str]) -> Iterator[MachineForm | None]:
    """What takes failures: a new file that takes the place of `out` once all is written; or None.

    Raises:
        ConfigError: `out` is one of the `inputs`, or no file.
    """
    if out is None:
        yield None
        return
    with whole_file(out, inputs, "--json") as stream:
        form = MachineForm(stream)
        yield form
        form.close()


def summary(report: Report) -> dict[str, object]:
    """The machine form of one file without its failures."""
    found = report.summary
    return {
        "file": report.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "conforms": report.conforms,
        "sound": report.sound,
        "unreadable": report.unreadable or None,
        "documents": dict(sorted(found.forms.items())),
        "releases": dict(sorted(found.releases.items())),
        "findings": [_finding(group, example) for group, example in by_gravity(report)],
        "checks": [
            {
                "id": name, "version": told(name).version,
                "severity": told(name).severity, "demand": told(name).demand,
                "not_applicable": result[0], "passed": result[1], "failed": result[2],
            }
            for name, result in sorted(found.results.items())
        ],
        "fields": [
            {"path": c.path, "declared": c.known, "parents": c.parents, "present": c.present,
             "filled": c.filled}
            for _, c in sorted(found.fields.items()) if c.present
        ],
    }  # fmt: skip


def _finding(group: Group, example: Example) -> dict[str, object]:
    check, severity, place = group
    first = {
        "document": example.entry,
        "path": example.path,
        "ocid": example.ocid,
        "value": example.value,
        "message": example.message,
    }
    return {
        "check": check,
        "severity": severity,
        "place": place,
        "count": example.count,
        "example": first,
    }


def by_gravity(report: Report) -> list[tuple[Group, Example]]:
    """The findings, the gravest first, and of these the most frequent."""
    return sorted(
        report.groups.items(), key=lambda item: (GRAVITY[item[0][1]], -item[1].count, item[0])
    )
