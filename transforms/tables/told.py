"""What rows tell beside the fields of their own object: counts, first dates, the notice, the party.

Owns these columns: all whose path in `columns.csv` begins with `@`, but for positions and sections.
Compiled where a C compiler was there: see `kernel.native`.
"""

from collections.abc import Mapping
from typing import Any

from transforms.links import canonical_url, ocid_in
from transforms.tables.cells import Cells
from transforms.tables.layout import layout
from transforms.values import text

ENVELOPE = ("window", "page", "index", "sha256", "derived_id", "conforms")  # where a release stood
PARTY = "@party."


class Told:
    """Fills these columns for one record after another.

    Args:
        cells: of all columns by number.
        numbers: of columns by `table.column`.
    """

    def __init__(self, cells: list[Cells], numbers: Mapping[str, int]) -> None:
        self._record: Mapping[str, Any] = {}
        self._base: Mapping[str, Any] = {}
        self._parties: dict[Any, Any] | None = None
        self._first: dict[Any, Any] | None = None
        self._cells: dict[str, Cells] = {name: cells[number] for name, number in numbers.items()}
        self._release: list[tuple[list[str], Cells]] = []
        self._envelope: list[tuple[str, Cells]] = []
        self._party: list[tuple[list[str], Cells]] = []
        for number, (table, column) in enumerate(layout().columns):
            path = column.path.removeprefix(PARTY).split(".")
            if table == "releases" and not column.path.startswith("@"):
                self._release.append((path, cells[number]))
            elif table == "releases" and column.path[1:] in ENVELOPE:
                self._envelope.append((column.path[1:], cells[number]))
            elif column.path.startswith(PARTY):
                self._party.append((path, cells[number]))

    def begin(self, record: Mapping[str, Any], base: Mapping[str, Any]) -> None:
        """Turn to the next record."""
        self._record, self._base = record, base
        self._parties = self._first = None

    def release(self, row: int, envelope: Mapping[str, Any]) -> None:
        """A row about a release of the record."""
        release = envelope["release"]
        for path, cells in self._release:
            cells.put(row, _reach(release, path))
        for name, cells in self._envelope:
            cells.put(row, envelope.get(name))
        notice = _notice(release)
        self._cells["releases.source"].put(row, self._base["source"])
        self._cells["releases.notice_type"].put(row, notice.get("noticeType"))
        self._cells["releases.notice_url"].put(row, notice.get("url"))

    def process(self, row: int) -> None:
        """The row about the process."""
        compiled, releases = self._record["compiled"], self._record["releases"]
        canonical = canonical_url(self._record)
        cells = self._cells
        cells["processes.first_release"].put(row, releases[0]["date"])
        cells["processes.releases"].set(row, len(releases))
        cells["processes.awards"].set(row, len(_objects(compiled, "awards")))
        cells["processes.contracts"].set(row, len(_objects(compiled, "contracts")))
        cells["processes.has_planning"].set(row, _filled(compiled, "planning"))
        cells["processes.has_tender"].set(row, _filled(compiled, "tender"))
        if canonical is not None:
            cells["processes.canonical_url"].set(row, canonical)
            cells["processes.canonical_ocid"].set(row, ocid_in(canonical))

    def award(self, row: int, award: dict[str, Any]) -> None:
        """A row about an award: how many suppliers it has, and when it was first told."""
        if self._first is None:
            self._first = _first_dates(self._record)
        self._cells["awards.suppliers"].set(row, len(_objects(award, "suppliers")))
        self._cells["awards.first_release"].put(row, self._first.get(text(award.get("id"))))

    def supplier(self, row: int, supplier: dict[str, Any]) -> None:
        """A row about a supplier: what the party says to which it refers."""
        if self._parties is None:
            found = _objects(self._record["compiled"], "parties")
            self._parties = {text(party.get("id")): party for party in found}
        party = self._parties.get(text(supplier.get("id")))
        if party is not None:
            for path, cells in self._party:
                cells.put(row, _reach(party, path))


def _reach(value: Any, path: list[str]) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _objects(parent: Any, name: str) -> list[Any]:
    found = parent.get(name) if isinstance(parent, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _filled(release: Mapping[str, Any], name: str) -> bool:
    section = release.get(name)
    return isinstance(section, dict) and bool(section)


def _first_dates(record: Mapping[str, Any]) -> dict[Any, Any]:
    """By award id, the date of the first release that has the award: releases are in that order."""
    dates: dict[Any, Any] = {None: None}
    for envelope in record["releases"]:
        for award in _objects(envelope["release"], "awards"):
            dates.setdefault(text(award.get("id")), envelope["date"])
    return dates


def _notice(release: Mapping[str, Any]) -> Any:
    """The document that is the notice itself: it has a notice type, and the release's id if any."""
    contracts = _objects(release, "contracts")
    sections = [release.get("planning"), release.get("tender"), *_objects(release, "awards")]
    sections += [*contracts, *(contract.get("implementation") for contract in contracts)]
    first: dict[str, Any] = {}
    for section in sections:
        for document in _objects(section, "documents"):
            if document.get("noticeType"):
                if document.get("id") == release.get("id"):
                    return document
                first = first or document
    return first
