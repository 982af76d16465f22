"""From one record to the rows of all tables, in one walk through its compiled release.

Owns the walk: what becomes of each field is told by a plan (`transforms.tables.plan`). Compiled
where a C compiler was there: see `kernel.native`.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import pyarrow as pa

from transforms.tables.arrow import array
from transforms.tables.cells import KINDS, Cells, Clock
from transforms.tables.converted import converted
from transforms.tables.layout import layout
from transforms.tables.plan import NO_COLUMN, Found, Node, Sheet, Spot, Step
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
    """

    def __init__(self, zone: tzinfo) -> None:
        plan = layout()
        clock = Clock(zone)
        self._clock = str(zone)
        self.oddities: dict[str, int] = {}
        self.unheld: dict[str, int] = {}
        self.left_out: dict[str, int] = {}
        self._cells: list[Cells] = [
            Cells(f"{table}.{column.name}", KINDS[column.type], clock, self.oddities)
            for table, column in plan.columns
        ]
        self._sheets: list[Sheet] = list(plan.sheets)
        self._root: Node = plan.root
        self._numbers: dict[str, int] = {s.name: n for n, s in enumerate(plan.sheets)}
        self._rows: list[int] = [0] * len(plan.sheets)
        self._touched: list[bool] = [False] * len(plan.sheets)
        self._later: list[tuple[Found, list[Any], str]] = []
        self._ocid: Any = None
        self._source: Any = None
        columns = {f"{table}.{c.name}": n for n, (table, c) in enumerate(plan.columns)}
        self._told = Told(self._cells, columns)
        self._releases = self._numbers["releases"]
        self._processes = self._numbers["processes"]
        self._awards = self._numbers["awards"]
        self._suppliers = self._numbers["award_suppliers"]

    def add(self, record: Mapping[str, Any], base: Mapping[str, Any]) -> None:
        """Gather the rows of a record.

        Args:
            record: of one process: `releases`, and the `compiled` release.
            base: its `source`, which may be None, and its `ocid`.
        """
        self._ocid, self._source = text(base["ocid"]), text(base["source"])
        told = self._told
        told.begin(record, base)
        rows = self._rows
        for envelope in record["releases"]:
            told.release(rows[self._releases], envelope)
            rows[self._releases] += 1
        told.process(rows[self._processes])
        self._cells[self._sheets[self._processes].columns[1]].set(
            rows[self._processes], self._source
        )
        self._object(self._root, record["compiled"], self._processes, "")
        if self._later:
            for found, context, path in self._later:
                self._array(found.spot, found.value, context, path)
            self._later.clear()

    def rows(self, table: str) -> int:
        """How many rows of a table are gathered."""
        return self._rows[self._numbers[table]]

    def most(self) -> int:
        """How many rows the longest table has."""
        return max(self._rows)

    def take(self, table: str, schema: pa.Schema, *, sparse: bool = False) -> pa.Table:
        """The gathered rows of a table, in its Arrow `schema`; none of them are kept.

        `sparse` leaves columns out in which no row has a value.
        """
        number = self._numbers[table]
        rows = self._rows[number]
        arrays: list[Any] = []
        fields: list[Any] = []
        for column, kept in zip(self._sheets[number].columns, schema, strict=True):
            cells = self._cells[column]
            if sparse and not cells.values:
                continue
            arrays.append(array(cells.values, rows, cells.kind, kept.type))
            fields.append(kept)
            cells.values = []
        self._rows[number] = 0
        found = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema.metadata))
        return converted(table, found, schema, self._clock)

    def forget(self) -> None:
        """Forget what was counted; no row may be there any more."""
        for counts in (self.oddities, self.unheld, self.left_out):
            counts.clear()

    def _object(self, node: Node, item: dict[str, Any], sheet: int, where: str) -> None:
        """A row of `sheet`, and the rows of the arrays in its object."""
        found: list[Found] = []
        self._walk(node, item, found, where)
        row = self._rows[sheet]
        self._rows[sheet] = row + 1
        of = self._sheets[sheet]
        if of.more != NO_COLUMN and self._touched[of.more]:
            self._further(of, row)
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
            elif step.column != NO_COLUMN:
                self._cells[step.column].put(self._rows[step.sheet], value)
                self._touched[step.sheet] = True
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
        for field, column in step.lists:
            listed = [(e.get(field) or "") if isinstance(e, dict) else "" for e in value]
            self._cells[column].put(self._rows[step.sheet], listed)

    def _further(self, sheet: Sheet, row: int) -> None:
        """Close the row that has the further fields of a row."""
        more = sheet.more
        number = self._rows[more]
        columns = self._sheets[more].columns
        self._cells[columns[0]].set(number, self._ocid)
        self._cells[columns[1]].set(number, self._source)
        for here, there in sheet.keys:
            self._cells[there].set(number, self._cells[here].at(row))
        self._touched[more] = False
        self._rows[more] = number + 1

    def _enter(self, found: Found, row: int, where: str) -> None:
        """What the rows of an array repeat of where it stands; then these rows."""
        spot = found.spot
        context = [self._cells[column].at(row) for column in spot.sources]
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
        columns = self._sheets[sheet].columns
        ocid, source = self._cells[columns[0]], self._cells[columns[1]]
        position = 0
        for item in items:
            if not isinstance(item, dict):
                if item is not None:
                    path = f"{where[:-1]}[]"
                    self.unheld[path] = self.unheld.get(path, 0) + 1
                continue
            position += 1
            row = self._rows[sheet]
            ocid.set(row, self._ocid)
            source.set(row, self._source)
            for n, column in enumerate(spot.context):
                self._cells[column].set(row, context[n])
            self._cells[spot.position].set(row, position)
            if sheet == self._awards:
                self._told.award(row, item)
            elif sheet == self._suppliers:
                self._told.supplier(row, item)
            self._object(spot.node, item, sheet, where)

    def _lost(self, node: Node, key: str, where: str) -> None:
        """Count a value that no table holds."""
        path = f"{where}{node.path}/{key}" if node.path else f"{where}{key}"
        self.unheld[path] = self.unheld.get(path, 0) + 1


def _rank(found: Found) -> int:
    return found.spot.rank
