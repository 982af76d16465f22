"""Every table, and the plan by which a release becomes their rows: from the model and the facts.

Owns what the tables are that no row of `tables.csv` names: one for each further array of objects,
and one for the fields that a table of `tables.csv` lacks; and the names of these tables and of
their columns. Docs: `docs/decisions/0015-every-field-has-a-table.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import pyarrow as pa

from transforms.ocds.fields import Field
from transforms.ocds.model import EVERY, model
from transforms.privacy.policy import left_out
from transforms.tables.naming import singular, snake, words
from transforms.tables.plan import Node, Sheet, Spot, Step
from transforms.tables.schema import BASE, Column, Table, tables, type_of

PROCESSES = "processes"
WHOLE = "."  # the place of the release itself
MORE = "_more"  # ends the name of a table with the further fields of another's rows
TOLD = ("ocid", "id", "tag")  # of a release: in the table of releases
LISTED = "[]."  # in a path: a field of each entry of an array
POSITION = "_position"  # ends the name of a column with the position of an entry in its array
SECTION = ("section", "section_position", "section_id")
# What a row of a table of `tables.csv` tells of where it stands, its own position and id aside.
REPEATED = (*SECTION, "award_position", "award_id", "contract_position", "contract_id")


@dataclass(slots=True)
class Draft:
    """A table being made, by the numbers of its columns.

    `columns` are those of fields, by path. `keys` are what a row of an inner table repeats.
    """

    number: int
    table: Table
    all: list[Column] = field(default_factory=list)
    by_name: dict[str, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """All tables by name, those of `tables.csv` first; and the plan.

    `columns` has the table and the column of each number of the plan. `nowhere` are the paths of
    what the plan leaves out on purpose, with the reason.
    """

    tables: Mapping[str, Table]
    sheets: tuple[Sheet, ...]
    columns: tuple[tuple[str, Column], ...]
    root: Node
    nowhere: Mapping[str, str]


@cache
def layout() -> Layout:
    """The layout of all tables; made once."""
    return _Layout().made()


def all_tables() -> Mapping[str, Table]:
    """Every table by name: those of `tables.csv`, then those made from the model."""
    return layout().tables


@cache
def schemas() -> Mapping[str, pa.Schema]:
    """The Arrow schema of every table by name, without the metadata of an edition."""
    return {name: table.schema({}) for name, table in all_tables().items()}


class _Layout:
    """Goes through the model and makes the tables that it lacks."""

    def __init__(self) -> None:
        self.drafts: dict[str, Draft] = {}
        self.numbered: list[tuple[str, Column]] = []
        self.nodes: dict[str, Node] = {}
        self.nowhere: dict[str, str] = {}
        self.places: dict[str, str] = {}
        for table in tables().values():
            self._draft(table)
            self.places |= dict.fromkeys(table.places, table.name)
        self.published = frozenset(self.drafts)

    def made(self) -> Layout:
        """All of it."""
        root = self._node("Release", (), (), self.drafts[PROCESSES])
        sheets = [self._sheet(draft) for draft in self.drafts.values()]
        found = {n: replace(d.table, columns=tuple(d.all)) for n, d in self.drafts.items()}
        return Layout(found, tuple(sheets), tuple(self.numbered), root, self.nowhere)

    def _draft(self, table: Table) -> Draft:
        draft = self.drafts[table.name] = Draft(len(self.drafts), table)
        for column in table.columns:
            self._column(draft, column)
        if table.key[-1].endswith(POSITION):
            told = [c.name for c in table.columns if c.name in REPEATED and c.path[0] == "@"]
            own = [c.name for c in table.columns if c.path == "id"]
            draft.keys = list(dict.fromkeys([*told, table.key[-1], *own]))
        return draft

    def _column(self, draft: Draft, column: Column) -> int:
        """The number of a new column."""
        if column.name in draft.by_name:
            raise ValueError(f"{draft.table.name}: two columns would be called {column.name}")
        number = len(self.numbered)
        self.numbered.append((draft.table.name, column))
        draft.all.append(column)
        draft.by_name[column.name] = number
        if not column.path.startswith("@"):
            draft.columns[column.path] = number
        return number

    def _node(self, name: str, place: tuple[str, ...], path: tuple[str, ...], home: Draft) -> Node:
        """What becomes of an object `name`, at `place` of a release and `path` of a row.

        Also of arrays there that a row of `tables.csv` names and the model lacks, such as an
        award's milestones: publishers use them, and what they hold is known.
        """
        node = Node("/".join(path))
        for found in _fields(name).values():
            at = (*place, found.name)
            reason = left_out(name, found.name) or (found.objects and left_out(found.of, ""))
            step = node.steps[found.name] = Step()
            if reason:
                step.left_out = reason
                self.nowhere["/".join(at)] = reason
            elif not found.objects:
                self._leaf(step, found, at, (*path, found.name), home)
            elif "array" in found.types:
                self._array(step, found.of, at, (*path, found.name), home)
            else:
                step.inner = self._node(found.of, at, (*path, found.name), home)
        for extra, table in self.places.items():
            *above, last = extra.split("/")
            if tuple(above) == place and last not in node.steps and extra != WHOLE:
                node.steps[last] = Step()
                of = self.drafts[table].table.object
                self._array(node.steps[last], of, (*place, last), (*path, last), home)
        return node

    def _leaf(
        self, step: Step, found: Field, place: tuple[str, ...], path: tuple[str, ...], home: Draft
    ) -> None:
        number = home.columns.get(".".join(path))
        draft = home
        if number is None and len(place) == 1 and path[0] in TOLD:
            return
        if number is None:
            draft = self._more(home) if home.table.name in self.published else home
            number = draft.columns.get(".".join(path))
        if number is None:
            kind = type_of(found)
            name = self._free(draft, snake("_".join(path)))
            told = _definition(draft.table.object, path)
            number = self._column(draft, Column(name, kind, ".".join(path), told))
        step.column, step.sheet = number, draft.number

    def _free(self, draft: Draft, name: str) -> str:
        """The name of a column; behind what a row is, where another column has that name."""
        if name not in draft.by_name:
            return name
        return f"{draft.table.key[-1].removesuffix(POSITION)}_{name}"

    def _more(self, home: Draft) -> Draft:
        """The table of the further fields of the rows of `home`."""
        name = f"{home.table.name}{MORE}"
        if name not in self.drafts:
            keys = [self.numbered[home.by_name[key]][1] for key in home.table.key if key != "ocid"]
            context = [Column(c.name, c.type, f"@{c.name}", c.definition) for c in keys]
            grain = f"the further fields of a row of {home.table.name}, where it has any"
            key = home.table.key
            of = home.table.object
            self._draft(Table(name, of, grain, key, (*BASE, *context), (), made=True))
        return self.drafts[name]

    def _array(
        self, step: Step, of: str, place: tuple[str, ...], path: tuple[str, ...], home: Draft
    ) -> None:
        published = self.places.get("/".join(place))
        name = published or self._name(home, path)
        if name not in self.drafts:
            self._make(name, of, path, home)
        draft = self.drafts[name]
        if name not in self.nodes:
            self.nodes[name] = self._node(of, place, (), draft)
        spot = Spot(draft.number, self.nodes[name], "/".join(path), self._rank(place))
        spot.position = draft.by_name[draft.table.key[-1]]
        if "section" in draft.by_name and published:
            above = place[-2] if len(place) > 1 else "process"
            spot.section, spot.context = singular(above), [draft.by_name[n] for n in SECTION]
            spot.sources = [home.by_name[key] for key in home.keys]
            spot.later = above == "implementation"
        else:
            keys = [key for key in home.keys if key in draft.by_name]
            spot.sources = [home.by_name[key] for key in keys]
            spot.context = [draft.by_name[key] for key in keys]
        step.spot, step.sheet = spot, home.number
        for told, number in home.columns.items():
            begins = ".".join(path) + LISTED
            if told.startswith(begins):
                step.lists.append((told.removeprefix(begins), number))

    def _rank(self, place: tuple[str, ...]) -> int:
        """Sections in the order of a process: what a table of several sections has comes so."""
        order = ("planning", "tender", "relatedProcesses", "awards", "contracts")
        return order.index(place[0]) if place[0] in order and len(place) < 3 else len(order)  # noqa: PLR2004

    def _name(self, home: Draft, path: tuple[str, ...]) -> str:
        above = "" if home.table.name == PROCESSES else f"{home.table.name}_"
        return above + snake("_".join(path))

    def _make(self, name: str, of: str, path: tuple[str, ...], home: Draft) -> None:
        """Draft the table of an array of objects that no row of `tables.csv` names."""
        one = singular(snake(path[-1]))
        whose = "the process" if home.table.name == PROCESSES else f"its row in {home.table.name}"
        columns = [*BASE]
        for key in home.keys:
            repeats = self.numbered[home.by_name[key]][1]
            columns.append(Column(key, repeats.type, f"@{key}", repeats.definition))
        told = f"Position of the {words(one)} among those of {whose} from 1"
        columns.append(Column(f"{one}_position", "integer", "@position", told))
        own = _fields(of).get("id")
        if own:
            columns.append(Column(f"{one}_id", type_of(own), "id", own.definition))
        repeated = (name for name in home.keys if not name.endswith("_id"))
        keys = ("ocid", *repeated, f"{one}_position")
        grain = f"one entry of {'.'.join(path)} of {_one_of(home.table)}"
        draft = self._draft(Table(name, of, grain, keys, tuple(columns), (), made=True))
        draft.keys = [*home.keys, f"{one}_position", *([f"{one}_id"] if own else [])]

    def _sheet(self, draft: Draft) -> Sheet:
        more = self.drafts.get(f"{draft.table.name}{MORE}")
        pairs = []
        if more:
            keys = [key for key in draft.table.key if key != "ocid"]
            pairs = [(draft.by_name[key], more.by_name[key]) for key in keys]
        number = more.number if more else -1
        return Sheet(draft.table.name, list(draft.by_name.values()), number, pairs)


def _one_of(table: Table) -> str:
    return "a process" if table.name == PROCESSES else f"a row of {table.name}"


@cache
def _fields(name: str) -> Mapping[str, Field]:
    """The fields of an object by name: the core's own, else an extension's.

    An extension's counts where only it says what an object holds.
    """
    core, every = model().objects.get(name, {}), model(EVERY).objects.get(name, {})
    return {
        key: core[key] if key in core and (core[key].of or not found.of) else found
        for key, found in every.items()
    }


def _definition(name: str, path: tuple[str, ...]) -> str:
    """What the fields of a path mean, from the object `name` on, the outer before the inner."""
    told = []
    for step in path:
        found = _fields(name)[step]
        told.append(found.definition)
        name = found.of
    return ": ".join(told)
