"""One batch after the other: parse, judge, tell.

Owns what is done when a batch is not what it seems. Runs in the reading process for a small file,
in processes of its own for a large one.
"""

import gc
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import orjson

from validation.checks.registry import Check
from validation.reading.documents import Batch, Guessed, scan
from validation.reading.inspector import Extensions, Inspector
from validation.reading.outcome import Outcome, Summary
from validation.reading.wellformed import (
    MISSING,
    duplicates,
    names_in,
    spaced_names_in,
    value_of,
)

BETWEEN = b", \t\r\n"
SELDOM = 100_000  # objects alive before the collector looks for cycles, which JSON has none of


class Worker:
    """Judges batches; what it counts is told at the end by `summary`."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.inspector = Inspector(checks)

    def __call__(self, batch: Batch, extensions: Extensions) -> Outcome:
        """What came of `batch`, whose entries are judged with `extensions` if it is of a package.

        Raises:
            Guessed: its text is no sequence of whole values.
        """
        outcome, before = Outcome(), self._names()
        texts = [text for text in batch.texts if text and not text.isspace()]
        joined = b",".join(texts).strip(BETWEEN) if len(texts) > 1 else b"".join(texts).strip(BETWEEN)
        try:
            values = orjson.loads(b"[" + joined + b"]")
        except orjson.JSONDecodeError:
            values = None
        whole = batch.kind in ("document", "line")
        if values is None or (whole and len(values) != len(texts)):
            self._one_by_one(texts if whole else list(entries(joined)), batch, extensions, outcome)
            return outcome
        for position, value in enumerate(values):
            self._judge(position, value, batch, extensions, outcome)
        met = self._names() - before
        if met not in (names_in(joined), spaced_names_in(joined)):
            for position, text in enumerate(texts if whole else entries(joined)):
                for finding in duplicates(text):
                    outcome.tell(position, "", "", _owner(values, position), finding)
        return outcome

    def _one_by_one(
        self, texts: list[bytes], batch: Batch, extensions: Extensions, outcome: Outcome
    ) -> None:
        for position, text in enumerate(texts):
            value, findings = value_of(text)
            for finding in (*findings, *duplicates(text)):
                owner = value if isinstance(value, dict) else {}
                outcome.tell(position, "", "", owner, finding)
            if value is MISSING:
                outcome.entries = position + 1
            else:
                self._judge(position, value, batch, extensions, outcome)

    def _judge(
        self, position: int, value: Any, batch: Batch, extensions: Extensions, outcome: Outcome
    ) -> None:
        outcome.entries = position + 1
        if batch.kind == "releases":
            found = self.inspector.release(value, "", "/releases", extensions)
        elif batch.kind == "records":
            found = self.inspector.record(value, "", "/records", extensions)
        else:
            found = self.inspector.document(value)
        for told in found:
            outcome.tell(position, *told)
        if isinstance(value, dict):
            outcome.identities.append((value.get("ocid"), value.get("id")))
        else:
            outcome.identities.append((None, None))

    def _names(self) -> int:
        judges = self.inspector.judges.values()
        return self.inspector.versioned_names + sum(judge.walk.names for judge in judges)

    def summary(self) -> Summary:
        """What was counted over all batches."""
        return Summary.of(self.inspector.judges.values(), self.inspector.forms)


def entries(text: bytes) -> Iterator[bytes]:
    """The values between the commas of `text`.

    Raises:
        Guessed: it ends within one.
    """
    ends, _, depth = scan(text, 0, 0, 0)
    if depth:
        raise Guessed
    start = 0
    for end in ends:
        yield text[start:end].strip(BETWEEN)
        start = end
    if rest := text[start:].strip(BETWEEN):
        yield rest


def _owner(values: list[Any], position: int) -> dict[str, Any]:
    value = values[position] if position < len(values) else None
    return value if isinstance(value, dict) else {}


def serve(connection: Connection, checks: tuple[Check, ...]) -> None:
    """Judge what comes over `connection` until None comes, then send the summary."""
    gc.set_threshold(SELDOM)
    worker = Worker(checks)
    while (job := connection.recv()) is not None:
        try:
            connection.send(worker(*job))
        except Guessed:
            connection.send(None)
    connection.send(worker.summary())
