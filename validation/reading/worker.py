"""One batch after the other: parse, judge, tell.

Owns what is done when a batch is not what it seems. Runs in the reading process for a small file,
in processes of its own for a large one.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from transforms.findings import Finding
from validation.checks.registry import Check
from validation.reading.brackets import opening, parts
from validation.reading.breaches import MOST as LISTED
from validation.reading.feed import BLANKS, Batch
from validation.reading.identities import content_of
from validation.reading.inspector import Extensions, Inspector, Told
from validation.reading.outcome import Outcome, Summary
from validation.reading.wellformed import (
    MISSING,
    MOST,
    duplicates,
    may_repeat,
    value_of,
)

COMMA = "between two entries of a list stands one comma: add it, or take the others out"
Judged = Callable[[Any], Iterator[Told]]


class Worker:
    """Judges batches; what it counts is told at the end by `summary`."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.inspector = Inspector(checks)

    def __call__(self, batch: Batch, extensions: Extensions) -> Outcome:
        """What came of `batch`, whose entries are judged with `extensions` if it is of a package.

        Raises:
            Guessed: its text is no sequence of whole values.
        """
        outcome = Outcome()
        if batch.kind in ("document", "line"):
            for position, text in enumerate(batch.texts):
                if text.strip(BLANKS):
                    self._document(position, text, outcome)
        else:
            self._entries(batch, extensions, outcome)
        return outcome

    def _document(self, position: int, text: bytes, outcome: Outcome) -> None:
        value, found = value_of(text)
        if value is MISSING and opening(text):
            self._by_entries(position, text, outcome)
            return
        self._one(position, text, value, found, self.inspector.document, outcome)

    def _entries(self, batch: Batch, extensions: Extensions, outcome: Outcome) -> None:
        judged = self._judged(batch.kind, extensions)
        text = batch.texts[0].strip(BLANKS)
        values = _values(text, first=batch.first)
        if values is None:
            for position, (entry, right) in enumerate(parts(text, first=batch.first)):
                if not right:
                    outcome.tell(position, "", "", {}, Finding("wellformed.commas", "", COMMA, "error"))
                if entry:
                    value, found = value_of(entry)
                    self._one(position, entry, value, found, judged, outcome)
            return
        before = self._names()
        self.inspector.dense = text.count(b",") > LISTED
        for position, value in enumerate(values):
            self._judge(position, value, judged, outcome)
        if may_repeat(text, self._names() - before):
            for position, (entry, _) in enumerate(parts(text, first=batch.first)):
                for finding in duplicates(entry):
                    outcome.tell(position, "", "", _owner(values[position]), finding)

    def _judged(self, kind: str, extensions: Extensions) -> Judged:
        """How the entries of a package or of a list are judged."""
        if kind == "array":
            return self.inspector.single
        judge = self.inspector.record if kind == "records" else self.inspector.release
        return lambda value: judge(value, "", f"/{kind}", extensions)

    def _one(
        self, position: int, text: bytes, value: Any, found: list[Finding], judged: Judged,
        outcome: Outcome,
    ) -> None:  # fmt: skip
        """Judge what was read of one text, and tell what was wrong with that text."""
        for finding in found:
            outcome.tell(position, "", "", _owner(value), finding)
        if value is MISSING:
            outcome.entries = position + 1
            return
        before = self._names()
        self.inspector.dense = text.count(b",") > LISTED
        self._judge(position, value, judged, outcome)
        if may_repeat(text, self._names() - before):
            for finding in duplicates(text):
                outcome.tell(position, "", "", _owner(value), finding)

    def _judge(self, position: int, value: Any, judged: Judged, outcome: Outcome) -> None:
        outcome.entries = position + 1
        for told in judged(value):
            outcome.tell(position, *told)
        owner = _owner(value)
        name = position, owner.get("ocid"), owner.get("id"), content_of(value)
        outcome.identities.append(name)

    def _by_entries(self, position: int, text: bytes, outcome: Outcome) -> None:
        """Judge what can be read of a document that as a whole is no JSON."""
        raise NotImplementedError

    def _names(self) -> int:
        judges = self.inspector.judges.values()
        return self.inspector.versioned_names + sum(judge.walk.names for judge in judges)

    def summary(self) -> Summary:
        """What was counted over all batches."""
        return Summary.of(self.inspector.judges.values(), self.inspector.forms)


def _values(text: bytes, *, first: bool) -> list[Any] | None:
    """The entries in `text`; None if it is not such, or too large to be read at once."""
    if not first and text:
        if not text.startswith(b",") or text == b",":
            return None
        text = text[1:]
    if text.count(b",") > MOST:
        return None
    try:
        values: list[Any] = orjson.loads(b"[" + text + b"]")
    except orjson.JSONDecodeError:
        return None
    return values


def _owner(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
