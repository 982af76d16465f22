"""What becomes of each field of an object of OCDS: a cell, a row of another table, or nothing.

Owns the form of the plan by which `transforms.tables.tabulator` goes through a release. It is made
once, from the model and the facts of the tables, by `transforms.tables.layout`.
"""

NO_COLUMN = -1


class Node:
    """An object at a place: what becomes of each of its fields, by name.

    Attributes:
        path: where it stands in the object that is the row; empty for that object.
        steps: by field.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.steps: dict[str, Step] = {}


class Step:
    """What becomes of one field.

    Attributes:
        column: the number of the column that holds its value, if any.
        sheet: the number of that column's table.
        inner: the object that it holds, if any.
        spot: the rows that it holds, if any.
        left_out: why no table has it, if that is so on purpose.
        lists: columns made of a field of each entry: that field, and the column.
    """

    def __init__(self) -> None:
        self.column = NO_COLUMN
        self.sheet = 0
        self.inner: Node | None = None
        self.spot: Spot | None = None
        self.left_out = ""
        self.lists: list[tuple[str, int]] = []


class Spot:
    """An array of objects at a place: the table whose rows they are, and what a row tells of it.

    Attributes:
        sheet: the number of the table.
        node: what becomes of each object.
        path: where the array stands in the object that holds it.
        rank: its turn among the arrays of one row; so rows have one order whatever that of fields.
        section: what a table of several places calls this one; empty where a table has one place.
        later: whether its turn is after all else of the release.
        sources: columns of the row that holds it, which each of its rows repeats.
        context: columns for these; or for section, its number and its id.
        position: the column of the position.
    """

    def __init__(self, sheet: int, node: Node, path: str, rank: int) -> None:
        self.sheet = sheet
        self.node = node
        self.path = path
        self.rank = rank
        self.section = ""
        self.later = False
        self.sources: list[int] = []
        self.context: list[int] = []
        self.position = NO_COLUMN


class Sheet:
    """A table as the plan knows it.

    Attributes:
        name: of the table.
        columns: the numbers of its columns in order.
        more: the number of the table that has the further fields of its rows; or -1.
        keys: pairs of columns: of a row here, and those that repeat it there.
    """

    def __init__(
        self, name: str, columns: list[int], more: int, keys: list[tuple[int, int]]
    ) -> None:
        self.name = name
        self.columns = columns
        self.more = more
        self.keys = keys
