"""A batch of values to the releases in it, each as its ocid, its date and its text.

Owns what is left out and counted. Runs in processes of its own for a large file. Compiled where a C
compiler was there: see `kernel.native`.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import orjson

from tenderline.merging.hold import SURE, Held, Release
from tenderline.merging.tally import Tally
from transforms.forms import Entry, entries
from transforms.jsontext import BadJson, loads, written
from transforms.merge import compile_releases
from transforms.repair import parse
from transforms.upgrade import upgraded
from transforms.values import moment
from validation.reading.brackets import parts
from validation.reading.documents import read
from validation.reading.feed import BLANKS, Batch, Envelope, Guessed
from validation.reading.streams import Unreadable
from validation.reading.wellformed import REPAIRS

WHOLE = -1  # stands for the number of a document where a text has yet to be told apart
ENDS = {"array": b"]", "releases": b"]}", "records": b"]}"}  # to what stands before the entries
OWN = frozenset({"id", "tag"})  # that a compiled release has others of


def envelope_of(envelope: Envelope) -> dict[str, Any]:
    """What is known of a package that is read entry by entry."""
    text = envelope.text if envelope.whole else envelope.text + ENDS[envelope.kind]
    try:
        value = parse(text, REPAIRS).value
    except BadJson:
        return {}
    return value if isinstance(value, dict) else {}


def take(held: Held, file: int, batch: Batch, head: dict[str, Any]) -> Tally:
    """Hold the releases of a batch, unless a guess at where they end proves wrong.

    Args:
        held: where to.
        file: the number of the file.
        batch: whole values; or, numbered `WHOLE`, the text of a small file.
        head: of the package that its entries are in, if they are.
    """
    tally = Tally()
    found: list[tuple[bytes, Release]] = []
    sure = SURE if batch.document == WHOLE else file
    try:
        for value, text in _values(batch, head, tally, file):
            listed = entries(value, empty=True)
            made = (_text(entry, text, tally, sure, held) for entry in listed)
            found += [one for one in made if one is not None]
    except Guessed:
        held.undo()
        return Tally(guessed={file})
    for one in found:
        held.add(*one)
    held.ease()
    return tally


def _values(
    batch: Batch, head: dict[str, Any], tally: Tally, file: int
) -> Iterator[tuple[Any, bytes]]:
    """The values of a batch, each with a text that can stand for it, if there is one."""
    if batch.kind not in ("document", "line"):
        yield from _entries(batch, head, tally)
    elif batch.document != WHOLE:
        yield from _documents(batch, tally)
    else:
        yield from _whole(batch.texts[0], tally, file)


def _whole(text: bytes, tally: Tally, file: int) -> Iterator[tuple[Any, bytes]]:
    """The values of the text of a file."""
    try:
        value = loads(text)
    except BadJson:
        head: dict[str, Any] = {}
        try:
            for part in read([text], guess=False):
                if isinstance(part, Envelope):
                    head = envelope_of(part)
                    tally.note(head)
                else:
                    yield from _values(part, head, tally, file)
        except Unreadable as error:
            tally.unreadable[file] = error.message
        return
    for document in value if isinstance(value, list) else [value]:
        tally.note(document)
    yield value, b""


def _documents(batch: Batch, tally: Tally) -> Iterator[tuple[Any, bytes]]:
    """Each document, with its text where that fills a line and can stand for it."""
    for text in (text.strip(BLANKS) for text in batch.texts):
        if text and (parsed := _parsed(text, tally)) is not None:
            value, as_is = parsed
            for document in value if isinstance(value, list) else [value]:
                tally.note(document)
            yield value, text if as_is and b"\n" not in text else b""


def _entries(batch: Batch, head: dict[str, Any], tally: Tally) -> Iterator[tuple[Any, bytes]]:
    """The entries of a package, as the package that they would make."""
    first = batch.first
    for text in batch.texts:
        listed = text.strip(BLANKS)
        try:
            values = loads(b"[%b]" % (listed if first else listed.removeprefix(b",")))
        except BadJson:
            apart = (_parsed(entry, tally) for entry, _ in parts(listed, first=first) if entry)
            values = [one[0] for one in apart if one is not None]
        first = False
        yield (values if batch.kind == "array" else {**head, batch.kind: values}), b""


def _parsed(text: bytes, tally: Tally) -> tuple[Any, bool] | None:
    """The value of a text, and whether it is just that; None where it is no JSON, which counts."""
    try:
        parsed = parse(text, REPAIRS)
    except BadJson as error:
        tally.read += 1
        tally.leave_out("it is no JSON", f"{error}: {text[:60].decode('utf-8', 'replace')!r}")
        return None
    tally.repaired += bool(parsed.repairs)
    return parsed.value, not parsed.repairs


def _text(
    entry: Entry, text: bytes, tally: Tally, file: int, held: Held
) -> tuple[bytes, Release] | None:
    """The ocid of a release as JSON, and its text; None if it is left out."""
    tally.read += 1
    release = entry.release
    if entry.rejected:
        tally.leave_out(entry.rejected.message, entry.pointer)
        return None
    if not isinstance(release, dict):
        tally.leave_out("a release must be an object", entry.pointer)
        return None
    ocid, date = release.get("ocid"), moment(release.get("date"), UTC)
    if not isinstance(ocid, str) or not ocid:
        tally.leave_out("a release has no ocid", f"{release.get('id')!r:.99}")
        return None
    if date is None:
        tally.leave_out("a release has no date that can be read", f"{ocid:.99}")
        return None
    made = upgraded(release, entry.package.version, [])
    tally.upgraded += made is not release
    as_is = text if made is release and entry.pointer == "" else b""
    try:
        key = orjson.dumps(ocid)[1:-1]
        new = key not in held.processes
        body, rest, exact = _written(made, as_is, held, alone=held.compiled and new)
        if held.early is not None and new:
            held.early.add(key, made)
    except (orjson.JSONEncodeError, RecursionError) as error:
        tally.leave_out("a release cannot be written", f"{ocid!r:.99}: {error}")
        return None
    return key, Release(date.isoformat(timespec="microseconds"), file, body, rest, exact)


def _written(
    release: dict[str, Any], text: bytes, held: Held, *, alone: bool
) -> tuple[bytes, bytes, bool]:
    """The body and rest of a `Release`, and whether it is exact. A `text` can stand for it."""
    if alone and release.keys() >= OWN:
        found = _alone(release)
        if found is not None:
            return found
    if text and not held.ordered:
        return text, b"", True
    body, exact = written(release, ordered=held.ordered)
    return body, b"", exact


def _alone(release: dict[str, Any]) -> tuple[bytes, bytes, bool] | None:
    """See `_written`; None where a release is inconsistent in itself.

    Most releases are the only ones of their process, and then need not be read again.
    """
    compiled = compile_releases([release])
    if compiled.conflicts:
        return None
    merged = compiled.release
    rest = {
        key: value
        for key, value in release.items()
        if value is None or merged.get(key) is not value
    }
    body, exact = written(merged, ordered=True)
    beside, exact_too = written(rest, ordered=False)
    return body, beside, exact or exact_too
