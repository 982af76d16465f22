"""What came of judging: of one batch, and of a whole file.

Owns the counting and the form of a failure as a row. Rows are bytes from where they are made:
there may be millions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from transforms.findings import Finding, shown
from validation.catalogue import version_of
from validation.judge import Judge
from validation.spots import Coverage, coverage, objects_at, placed

PATH = b'{"path":"'
BROKEN = ("error", "unusable")
STANDARD = ("structure.", "conformance.", "wellformed.", "package.")
LONG = 1_000  # characters of a path or an identifier in a failure: longer ones are not meant
ROWS = 100_000  # failures that one batch lists; further ones of a megabyte are only counted
GROUPS = 20_000  # kinds of findings told apart; of OCDS there are some thousands
Group = tuple[str, str, str]  # check, severity, place


@dataclass(slots=True)
class Example:
    """How often a finding was made, and the first of them."""

    count: int
    entry: int
    path: str
    ocid: Any
    message: str
    value: str | None


@dataclass(slots=True)
class Outcome:
    """What came of one batch: rows and examples know the number of their entry in the batch.

    Attributes:
        entries: how many entries there were.
        listed: whether anybody wants the failures as rows.
        rows: the failures, each with its entry; the first of them where there are very many.
        groups: the failures counted, with a first example.
        identities: of each entry that could be read: its number, ocid, id and
            `validation.reading.identities.content_of` it.
    """

    entries: int = 0
    listed: bool = True
    rows: list[tuple[int, bytes]] = field(default_factory=list)
    groups: dict[Group, Example] = field(default_factory=dict)
    identities: list[tuple[int, Any, Any, int | None]] = field(default_factory=list)

    def tell(
        self, entry: int, path: str, place: str, owner: dict[str, Any], finding: Finding
    ) -> None:
        """Add a finding in the release `owner`, which stands at `path` below its entry."""
        rule, at, message, severity, found = finding
        where = (place + placed(at))[:LONG]
        group = (rule, severity, where)
        known = self.groups.get(group)
        if known:
            known.count += 1
            if not self.listed:
                return
        whole, value, ocid = (path + at)[:LONG], shown(found), _name(owner.get("ocid"))
        if not known:
            count(self.groups, group, Example(1, entry, whole, ocid, message, value))
        if self.listed and len(self.rows) < ROWS:
            row = {
                "path": whole,
                "place": where,
                "check": rule,
                "version": version_of(rule),
                "severity": severity,
                "ocid": ocid,
                "id": _name(owner.get("id")),
                "value": value,
                "message": message,
            }
            self.rows.append((entry, orjson.dumps(row)))

    def absorb(self, other: "Outcome", stand: Callable[[int], tuple[int, str]]) -> None:
        """Add what came of a part, where `stand` tells the entry here and the path of one there."""
        before, here, head = -1, 0, PATH
        for entry, row in other.rows[: ROWS - len(self.rows)]:
            if entry != before:  # the failures of an entry follow each other
                here, path = stand(entry)
                before, head = entry, PATH + path.encode()
            self.rows.append((here, head + row[len(PATH) :]))
        for group, example in other.groups.items():
            example.entry, path = stand(example.entry)
            example.path = path + example.path
            count(self.groups, group, example)


def count(groups: dict[Group, Example], group: Group, example: Example) -> None:
    """Count the findings that `example` stands for in. Field names without end make no groups
    without end: further ones are counted at the place `/*`.
    """
    if group not in groups and len(groups) >= GROUPS:
        group = (*group[:2], "/*")
    known = groups.setdefault(group, example)
    if known is not example:
        known.count += example.count


def _name(value: Any) -> str | int | None:
    if value.__class__ is str:
        name: str = value[:LONG]
        return name
    return value if isinstance(value, int) else None


@dataclass(slots=True)
class Summary:
    """What judges counted: results by check, coverage by path, releases by place, and forms.

    `objects` counts the objects at each place: those who never met a field count its parents, too.
    """

    results: dict[str, list[int]] = field(default_factory=dict)
    fields: dict[str, Coverage] = field(default_factory=dict)
    releases: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, judges: Iterable[Judge], forms: Counter[str]) -> "Summary":
        """The summary of several judges, and of what kinds of documents there were."""
        summary = cls(forms=Counter(forms))
        for judge in judges:
            for check, result in zip(judge.checks, judge.results, strict=True):
                summary._count(check.id, result)
            if judge.kind == "Release":
                summary.releases[judge.walk.top.path] += judge.judged
            for path, count in objects_at(judge.walk.top):
                summary.objects[path] += count
            summary._cover(coverage(judge.walk.top))
        return summary

    def settle(self) -> None:
        """Count the parents of each field over all who judged; to be called once all are added."""
        for path, one in self.fields.items():
            self.fields[path] = one._replace(parents=self.objects[path.rpartition("/")[0]])

    def add(self, other: "Summary") -> None:
        """Count `other` in."""
        for name, result in other.results.items():
            self._count(name, result)
        self.releases.update(other.releases)
        self.forms.update(other.forms)
        self.objects.update(other.objects)
        self._cover(other.fields.values())

    def _count(self, name: str, result: Sequence[int]) -> None:
        known = self.results.setdefault(name, [0, 0, 0])
        known[:] = (a + b for a, b in zip(known, result, strict=True))

    def _cover(self, found: Iterable[Coverage]) -> None:
        for one in found:
            known = self.fields.get(one.path)
            self.fields[one.path] = known.plus(one) if known else one


@dataclass(slots=True)
class Report:
    """What is known of one file.

    Attributes:
        name: as the user gave it.
        groups: the findings by check, severity and place, with a first example of each.
        failures: how many rows were written; the counts of the groups have all.
        unreadable: why reading stopped, if it did.
    """

    name: str
    groups: dict[Group, Example] = field(default_factory=dict)
    failures: int = 0
    unreadable: str = ""
    summary: Summary = field(default_factory=Summary)

    @property
    def conforms(self) -> bool:
        """Whether nothing in it breaks the standard; the quality of the content apart."""
        broken = (
            severity in BROKEN and check.startswith(STANDARD) for check, severity, _ in self.groups
        )
        return not self.unreadable and not any(broken)

    @property
    def sound(self) -> bool:
        """Whether it conforms and no check of its content found an error either."""
        return self.conforms and not any(severity in BROKEN for _, severity, _ in self.groups)

    def undeclared(self) -> Iterator[Coverage]:
        """The fields that neither the standard nor a declared extension has."""
        return (one for one in self.summary.fields.values() if not one.known)
