"""One batch after the other: parse, judge, tell.

Owns what is done when a batch is not what it seems. Runs in the reading process for a small file,
in processes of its own for a large one.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from transforms.findings import Finding
from validation.checks.registry import Check
from validation.reading.assembly import Assembly
from validation.reading.brackets import opening, parts
from validation.reading.breaches import MOST as LISTED
from validation.reading.breaches import Extensions
from validation.reading.entries import entries
from validation.reading.feed import BLANKS, Batch, Envelope, Feed, Kind
from validation.reading.identities import content_of, outline_of
from validation.reading.inspector import ENTRIES, Inspector
from validation.reading.outcome import Outcome, Summary
from validation.reading.streams import Unreadable
from validation.reading.wellformed import (
    MISSING,
    MOST,
    duplicates,
    has_more,
    may_repeat,
    unreadable,
    value_of,
)

COMMA = "between two entries of a list stands one comma: add it, or take the others out"


class Worker:
    """Judges batches; what it counts is told at the end by `summary`.

    `exact` says that entries are compared by their content, and not by their outline; `listed`,
    whether failures are wanted as rows.
    """

    def __init__(
        self, checks: Iterable[Check], *, exact: bool = False, listed: bool = True
    ) -> None:
        self.listed = listed
        self.inspector = Inspector(checks)
        self.content_of = content_of if exact else outline_of

    def __call__(self, batch: Batch, extensions: Extensions) -> Outcome:
        """What came of `batch`, whose entries are judged with `extensions` if it is of a package.

        Raises:
            Guessed: its text is no sequence of whole values.
        """
        outcome = Outcome(listed=self.listed)
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
            self._by_entries(position, text, found, outcome)
        else:
            self._one(position, text, value, found, outcome)

    def _entries(self, batch: Batch, extensions: Extensions, outcome: Outcome) -> None:
        first = batch.first
        for text in batch.texts:
            self._piece(text.strip(BLANKS), batch.kind, extensions, outcome, first=first)
            first = False

    def _piece(
        self, text: bytes, kind: Kind, extensions: Extensions, outcome: Outcome, *, first: bool
    ) -> None:
        """Judge entries that stand one behind the other."""
        values, start = _values(text, first=first), outcome.entries
        if values is None:
            self._apart(text, kind, extensions, outcome, first=first)
            return
        before = self._names()
        self.inspector.dense = has_more(text, LISTED)
        for position, value in enumerate(values, start):
            self._judge(position, value, outcome, kind, extensions)
        if may_repeat(text, self._names() - before):
            for position, (entry, _) in enumerate(parts(text, first=first)):
                for finding in duplicates(entry):
                    owner = _owner(values[position])
                    outcome.tell(start + position, "", "", owner, finding)

    def _apart(
        self, text: bytes, kind: Kind, extensions: Extensions, outcome: Outcome, *, first: bool
    ) -> None:
        """Judge entries one by one, because something is wrong with one or between them."""
        for position, (entry, right) in enumerate(parts(text, first=first), outcome.entries):
            if not right:
                outcome.tell(position, "", "", {}, Finding("wellformed.commas", "", COMMA, "error"))
            if entry:
                value, found = value_of(entry)
                self._one(position, entry, value, found, outcome, kind, extensions)

    def _one(
        self, position: int, text: bytes, value: Any, found: list[Finding], outcome: Outcome,
        kind: Kind = "document", extensions: Extensions = frozenset(),
    ) -> None:  # fmt: skip
        """Judge what was read of one text, and tell what was wrong with that text."""
        for finding in found:
            outcome.tell(position, "", "", _owner(value, finding.path), finding)
        if value is MISSING:
            outcome.entries = position + 1
            return
        before = self._names()
        self.inspector.dense = has_more(text, LISTED)
        self._judge(position, value, outcome, kind, extensions)
        if may_repeat(text, self._names() - before):
            for finding in duplicates(text):
                outcome.tell(position, "", "", _owner(value, finding.path), finding)

    def _judge(
        self, position: int, value: Any, outcome: Outcome, kind: Kind, extensions: Extensions
    ) -> None:
        outcome.entries, content = position + 1, None
        if kind == "array":
            found = self.inspector.single(value)
        elif kind in ("document", "line"):
            found = self.inspector.document(value)
        else:
            judge = self.inspector.record if kind == "records" else self.inspector.release
            found, content = judge(value, "", f"/{kind}", extensions), self.content_of(value)
        for told in found:
            outcome.tell(position, *told)
        owner = _owner(value)
        outcome.identities.append((position, owner.get("ocid"), owner.get("id"), content))

    def _by_entries(
        self, position: int, text: bytes, reason: list[Finding], outcome: Outcome
    ) -> None:
        """Judge what can be read of a document that as a whole is no JSON, for that `reason`."""
        found, broken = _delimited(text)
        envelopes = [part for part in found if isinstance(part, Envelope)]
        assembly = Assembly(envelopes[-1])
        outcome.entries = position + 1
        if assembly.is_record:
            broken, found = reason, []
        for finding in broken:
            outcome.tell(position, "", "", {}, finding)
        for part in found:
            if isinstance(part, Batch):
                taken = assembly.take(self(part, assembly.extensions))
                outcome.absorb(taken, lambda _: (position, ""))
            elif part.whole:
                outcome.absorb(assembly.close(part, self.inspector), lambda _: (position, ""))

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
    if has_more(text, MOST):
        return None
    try:
        values: list[Any] = orjson.loads(b"[" + text + b"]")
    except orjson.JSONDecodeError:
        return None
    return values


def _delimited(text: bytes) -> tuple[list[Batch | Envelope], list[Finding]]:
    """A document in parts, and what is wrong with its brackets."""
    found: list[Batch | Envelope] = []
    feed = Feed([text])
    feed.fill(len(text))
    try:
        for part in entries(feed, 0, guess=False):
            found.append(part)  # noqa: PERF402 - what came before an error is of use
    except Unreadable as error:
        return found, [unreadable(error.message)]
    behind = f"more stands behind its end, at byte {feed.used + 1:,}: remove it"
    return found, [unreadable(behind)] if feed.skip() else []


def _owner(value: Any, path: str = "") -> dict[str, Any]:
    """The object whose identity a finding has: the entry of a document that `path` leads to, or
    the document.
    """
    names = path.split("/")[1:]
    if isinstance(value, dict) and names and names[0] in ENTRIES:
        value = value.get(names.pop(0))
    if isinstance(value, list) and names and names[0].isdigit() and int(names[0]) < len(value):
        value = value[int(names[0])]
    return value if isinstance(value, dict) else {}
