"""From one record to the rows of all tables, in one walk through its compiled release.

Owns the walk: what becomes of each field is told by a plan (`transforms.tables.plan`). Compiled
where a C compiler was there: see `kernel.native`.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import pyarrow as pa

from transforms.tables.arrow import array
from transforms.tables.bound import Found, Node, Sheet, Spot, Step, bound
from transforms.tables.cells import KINDS, Cells, Clock
from transforms.tables.converted import converted
from transforms.tables.layout import layout
from transforms.tables.told import Told
from transforms.values import text


class Tabulator:
    """Gathers the rows of all tables from records.

    Args:
        zone: the wall clock of the source whose records are added.

    Attributes:
        oddities: counts by `table.column: what`: `unreadable` where a published value has no
            reading as the column's type, `rounded` where an amount had more than two decimals.
        unheld: how many values no table holds, by path.
        left_out: how many values are left out on purpose, by path.
        held: how many rows all tables have.
    """

    def __init__(self, zone: tzinfo) -> None:
        plan = layout()
        clock = Clock(zone)
        self._clock = str(zone)
        self.oddities: dict[str, int] = {}
        self.unheld: dict[str, int] = {}
        self.left_out: dict[str, int] = {}
        self.held = 0
        self._cells: list[Cells] = [
            Cells(f"{table}.{column.name}", KINDS[column.type], clock, self.oddities)
            for table, column in plan.columns
        ]
        sheets, root = bound(plan.sheets, plan.root, self._cells)
        self._sheets: dict[str, Sheet] = sheets
        self._root: Node = root
        self._later: list[tuple[Found, list[Any], str]] = []
        self._ocid: Any = None
        self._source: Any = None
        columns = {f"{table}.{c.name}": n for n, (table, c) in enumerate(plan.columns)}
        self._told = Told(self._cells, columns)
        self._releases: Sheet = sheets["releases"]
        self._processes: Sheet = sheets["processes"]
        self._awards: Sheet = sheets["awards"]
        self._suppliers: Sheet = sheets["award_suppliers"]

    def add(self, record: Mapping[str, Any], base: Mapping[str, Any]) -> None:
        """Gather the rows of a record.

        Args:
            record: of one process: `releases`, and the `compiled` release.
            base: its `source`, which may be None, and its `ocid`.
        """
        self._ocid, self._source = text(base["ocid"]), text(base["source"])
        told = self._told
        told.begin(record, base)
        releases, processes = self._releases, self._processes
        for envelope in record["releases"]:
            told.release(releases.rows, envelope)
            releases.rows += 1
            self.held += 1
        told.process(processes.rows)
        processes.cells[1].set(processes.rows, self._source)
        self._object(self._root, record["compiled"], processes, "")
        if self._later:
            for found, context, path in self._later:
                self._array(found.spot, found.value, context, path)
            self._later.clear()

    def rows(self, table: str) -> int:
        """How many rows of a table are gathered."""
        return self._sheets[table].rows

    def take(self, table: str, schema: pa.Schema, *, sparse: bool = False) -> pa.Table:
        """The gathered rows of a table, in its Arrow `schema`; none of them are kept.

        `sparse` leaves columns out in which no row has a value.
        """
        sheet = self._sheets[table]
        arrays: list[Any] = []
        fields: list[Any] = []
        for cells, kept in zip(sheet.cells, schema, strict=True):
            if sparse and not cells.values:
                continue
            arrays.append(array(cells.values, sheet.rows, cells.kind, kept.type))
            fields.append(kept)
            cells.values = []
        self.held -= sheet.rows
        sheet.rows = 0
        found = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema.metadata))
        return converted(table, found, schema, self._clock)

    def forget(self) -> None:
        """Forget what was counted; no row may be there any more."""
        for counts in (self.oddities, self.unheld, self.left_out):
            counts.clear()

    def _object(self, node: Node, item: dict[str, Any], sheet: Sheet, where: str) -> None:
        """A row of `sheet`, and the rows of the arrays in its object."""
        found: list[Found] = []
        self._walk(node, item, found, where)
        row = sheet.rows
        sheet.rows = row + 1
        self.held += 1
        more = sheet.more
        if more is not None and more.touched:
            self._further(sheet, more, row)
        if found:
            if len(found) > 1:
                found.sort(key=_rank)
            for each in found:
                self._enter(each, row, where)

    def _walk(self, node: Node, item: dict[str, Any], found: list[Found], where: str) -> None:
        steps = node.steps
        for key, value in item.items():
            if value is None:
                continue
            step = steps.get(key)
            if step is None:
                self._lost(node, key, where)
                continue
            cells = step.cells
            if cells is not None:
                sheet = step.sheet
                cells.put(sheet.rows, value)
                sheet.touched = True
            elif step.inner is not None:
                if isinstance(value, dict):
                    self._walk(step.inner, value, found, where)
                else:
                    self._lost(node, key, where)
            elif step.spot is not None:
                self._list(step, step.spot, value, node, key, item, found, where)
            elif step.left_out:
                path = f"{where}{node.path}/{key}" if node.path else f"{where}{key}"
                self.left_out[path] = self.left_out.get(path, 0) + 1

    def _list(
        self,
        step: Step,
        spot: Spot,
        value: Any,
        node: Node,
        key: str,
        holder: dict[str, Any],
        found: list[Found],
        where: str,
    ) -> None:
        """An array of objects: its columns in this row at once, its own rows after this row."""
        if not isinstance(value, list):
            self._lost(node, key, where)
            return
        found.append(Found(spot, value, holder))
        for field, cells in step.lists:
            listed = [(e.get(field) or "") if isinstance(e, dict) else "" for e in value]
            cells.put(step.sheet.rows, listed)

    def _further(self, sheet: Sheet, more: Sheet, row: int) -> None:
        """Close the row that has the further fields of a row."""
        number = more.rows
        more.cells[0].set(number, self._ocid)
        more.cells[1].set(number, self._source)
        for here, there in sheet.keys:
            there.set(number, here.at(row))
        more.touched = False
        more.rows = number + 1
        self.held += 1

    def _enter(self, found: Found, row: int, where: str) -> None:
        """What the rows of an array repeat of where it stands; then these rows."""
        spot = found.spot
        context = [cells.at(row) for cells in spot.sources]
        path = f"{where}{spot.path}/"
        if spot.section:
            position = context[0] if context else 1
            named = context[1] if len(context) > 1 else None
            if spot.later or (not context and "/" in spot.path):
                named = named or text(found.holder.get("id"))
            context = [spot.section, position, named]
            if spot.later:
                self._later.append((found, context, path))
                return
        self._array(spot, found.value, context, path)

    def _array(self, spot: Spot, items: list[Any], context: list[Any], where: str) -> None:
        sheet = spot.sheet
        ocid, source = sheet.cells[0], sheet.cells[1]
        position = 0
        for item in items:
            if not isinstance(item, dict):
                if item is not None:
                    path = f"{where[:-1]}[]"
                    self.unheld[path] = self.unheld.get(path, 0) + 1
                continue
            position += 1
            row = sheet.rows
            ocid.set(row, self._ocid)
            source.set(row, self._source)
            for n, cells in enumerate(spot.context):
                cells.set(row, context[n])
            spot.position.set(row, position)
            if sheet is self._awards:
                self._told.award(row, item)
            elif sheet is self._suppliers:
                self._told.supplier(row, item)
            self._object(spot.node, item, sheet, where)

    def _lost(self, node: Node, key: str, where: str) -> None:
        """Count a value that no table holds."""
        path = f"{where}{node.path}/{key}" if node.path else f"{where}{key}"
        self.unheld[path] = self.unheld.get(path, 0) + 1


def _rank(found: Found) -> int:
    return found.spot.rank
