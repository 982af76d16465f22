"""A plan bound to the cells that it fills: what a walk through a release meets at each field.

Owns that nothing is looked up by number while a release is walked through. Compiled where a C
compiler was there: see `kernel.native`.
"""

from collections.abc import Sequence
from typing import Any

from transforms.tables import plan
from transforms.tables.cells import Cells
from transforms.tables.plan import NO_COLUMN


class Sheet:
    """A table that is being filled.

    Attributes:
        rows: how many it has.
        touched: whether the row behind these has a value already.
        cells: of its columns in order.
        more: the table that has the further fields of its rows, if any.
        keys: pairs of cells: of a row here, and those that repeat it there.
    """

    def __init__(self, of: plan.Sheet, cells: Sequence[Cells]) -> None:
        self.name = of.name
        self.rows = 0
        self.touched = False
        self.cells: list[Cells] = [cells[number] for number in of.columns]
        self.more: Sheet | None = None
        self.keys: list[tuple[Cells, Cells]] = [(cells[a], cells[b]) for a, b in of.keys]


class Node:
    """An object at a place; see `transforms.tables.plan.Node`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.steps: dict[str, Step] = {}


class Step:
    """What becomes of one field; see `transforms.tables.plan.Step`."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.cells: Cells | None = None
        self.inner: Node | None = None
        self.spot: Spot | None = None
        self.left_out = False
        self.lists: list[tuple[str, Cells]] = []


class Spot:
    """An array of objects at a place; see `transforms.tables.plan.Spot`."""

    def __init__(self, of: plan.Spot, sheet: Sheet, node: Node, cells: Sequence[Cells]) -> None:
        self.sheet = sheet
        self.node = node
        self.path = of.path
        self.rank = of.rank
        self.section = of.section
        self.later = of.later
        self.sources: list[Cells] = [cells[number] for number in of.sources]
        self.context: list[Cells] = [cells[number] for number in of.context]
        self.position: Cells = cells[of.position]


class Found:
    """An array met on the way through an object, and the object in which it stands."""

    def __init__(self, spot: Spot, value: list[Any], holder: dict[str, Any]) -> None:
        self.spot = spot
        self.value = value
        self.holder = holder


class Binder:
    """Binds the nodes of a plan.

    Args:
        cells: of all columns by number.
        sheets: all tables by number.
    """

    def __init__(self, cells: Sequence[Cells], sheets: Sequence[Sheet]) -> None:
        self._cells = cells
        self._sheets = sheets
        self._nodes: dict[int, Node] = {}  # by identity of the node of the plan, which is kept

    def node(self, of: plan.Node) -> Node:
        """What becomes of the object that `of` is about; one for each."""
        known = self._nodes.get(id(of))
        if known is not None:
            return known
        node = self._nodes[id(of)] = Node(of.path)
        for name, step in of.steps.items():
            node.steps[name] = self._step(step)
        return node

    def _step(self, of: plan.Step) -> Step:
        step = Step(self._sheets[of.sheet])
        if of.column != NO_COLUMN:
            step.cells = self._cells[of.column]
        if of.inner is not None:
            step.inner = self.node(of.inner)
        if of.spot is not None:
            sheet = self._sheets[of.spot.sheet]
            step.spot = Spot(of.spot, sheet, self.node(of.spot.node), self._cells)
        step.left_out = of.left_out != ""
        step.lists = [(field, self._cells[number]) for field, number in of.lists]
        return step


def bound(
    sheets: Sequence[plan.Sheet], root: plan.Node, cells: Sequence[Cells]
) -> tuple[dict[str, Sheet], Node]:
    """The tables of a plan by name, and its root, over the cells of all columns by number."""
    tables = [Sheet(one, cells) for one in sheets]
    for table, one in zip(tables, sheets, strict=True):
        if one.more != NO_COLUMN:
            table.more = tables[one.more]
    return {table.name: table for table in tables}, Binder(cells, tables).node(root)
