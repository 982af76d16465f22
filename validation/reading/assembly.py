"""A package or a list that is read entry by entry: what is known of it until it is whole.

Owns the paths of its entries, the identities among them, and the judgement of what is around them.
"""

from operator import itemgetter

from transforms.findings import Finding
from validation.reading.feed import Envelope
from validation.reading.identities import Identities
from validation.reading.inspector import Inspector, extensions_of, is_record
from validation.reading.outcome import Outcome
from validation.reading.wellformed import MISSING, duplicates, value_of

ENDS = {"array": b"]", "releases": b"]}", "records": b"]}"}  # to what stands before the entries


class Assembly:
    """What is known of one document.

    Args:
        envelope: what stands before its entries, or around them.

    Attributes:
        kind: what its entries are.
        extensions: the known ones that `envelope` declares.
        is_record: whether it proves to be a record, which is judged as one value.
    """

    def __init__(self, envelope: Envelope) -> None:
        self.kind = envelope.kind
        value, _ = value_of(envelope.text if envelope.whole else envelope.text + ENDS[self.kind])
        package = value if isinstance(value, dict) else {}
        self.extensions = extensions_of(package)
        self.is_record = is_record(package)
        self._count = 0
        self._before = Identities(envelope.kind)

    def take(self, outcome: Outcome) -> Outcome:
        """What came of the next entries, as what came of the document."""
        repeats(outcome, self._before, self._place)
        start = self._count
        self._count += outcome.entries
        taken = Outcome(entries=1, listed=outcome.listed)
        taken.absorb(outcome, lambda entry: (0, f"{self._place}/{start + entry}"))
        return taken

    def close(self, envelope: Envelope, inspector: Inspector) -> Outcome:
        """What came of what stands around the entries, once that is whole."""
        outcome = Outcome(entries=1)
        value, found = value_of(envelope.text)
        for finding in (*found, *duplicates(envelope.text)):
            outcome.tell(0, "", "", {}, finding)
        if value is not MISSING and isinstance(value, dict):
            for told in inspector.envelope(value, self.kind, self._count, same=self.same):
                outcome.tell(0, *told)
        return outcome

    @property
    def same(self) -> bool:
        """Whether two entries have the same content or outline."""
        return self._before.same

    @property
    def _place(self) -> str:
        return "" if self.kind == "array" else f"/{self.kind}"


def repeats(outcome: Outcome, before: Identities, place: str) -> None:
    """Tell of entries that were there before, and put the failures into the order of entries."""
    for entry, ocid, name, content in outcome.identities:
        owner = {"ocid": ocid, "id": name}
        for finding in before.add(owner, content):
            outcome.tell(entry, "", place, owner, finding)
    outcome.rows.sort(key=itemgetter(0))


def byte_order_mark() -> Finding:
    """The finding that a text begins with a byte order mark."""
    told = "the text begins with a byte order mark: save it without one"
    return Finding("wellformed.byte_order_mark", "", told, "warning")
