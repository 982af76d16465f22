"""One walk through a release: every object by its kind, every value of interest, every oddity.

Owns the traversal that all checks of single releases share. What is to be done with the fields of
an object is planned once for each set of field names seen at a place, because the same few sets
come back millions of times.
"""

from typing import Any

from transforms.ocds.fields import Field
from transforms.ocds.model import Model
from validation.spots import PLANS, TOP, Leaf, Node, Plan, Spot, Where, escaped, known

PLACES = 20_000  # places the model does not know; what is below further ones is counted together
EXAMPLES = 200  # fields without a model of which a value is kept, at one place
SCALAR = frozenset({str, int, float, bool})  # what may tell entries of an array apart
# The kinds of objects that checks look at; others are walked through, but not gathered.
KINDS = (
    "Amendment", "Award", "Budget", "ContactPoint", "Contract", "Document", "Identifier",
    "LinkedRelease", "Milestone", "Organization", "OrganizationReference", "Period", "Record",
    "Release", "Tender", "Transaction", "Value",
)  # fmt: skip
_REFERENCE = "OrganizationReference"
PARTS = {
    ("Organization", "/parties"): "parties",
    (_REFERENCE, "/buyer"): "buyer",
    (_REFERENCE, "/tender/procuringEntity"): "procuringEntity",
    (_REFERENCE, "/tender/tenderers"): "tenderer",
    (_REFERENCE, "/awards/suppliers"): "supplier",
    (_REFERENCE, "/contracts/implementation/transactions/payer"): "payer",
    (_REFERENCE, "/contracts/implementation/transactions/payee"): "payee",
}
Coded = tuple[Any, ...]  # a code, the object it stands in, its field, its position


class Walk:
    """Reads one release after the other.

    A value's kind is asked by `type`: compiled, that is a look, and `__class__` a search.

    Attributes:
        objects: the objects of the release read last, by kind (`Period`, `Value`, ...).
        parts: its parties (`parties`), and the references to them by role (`supplier`, ...).
        leaves: its values, by format (`date-time`), and its numbers (`number`).
        coded: its codes that are not in their open codelist (closed ones are in the schema).
        deprecated: its deprecated fields.
        empty: its strings that are empty or blank, and its empty objects and arrays.
        repeated: ids that stand twice in one array of objects.
        nameless: objects in arrays merged by id that have none.
        names: how many field names were met over all releases.
        translated: whether any field of any release so far was a translation of another.
        top: what was counted over all releases; see `validation.spots.coverage`.
    """

    def __init__(self, model: Model, kind: str, path: str) -> None:
        self.model = model
        self.top = Spot(path, kind, model.objects[kind])
        self.objects: dict[str, list[Node]] = {name: [] for name in KINDS}
        self.parts: dict[str, list[Node]] = {name: [] for name in PARTS.values()}
        self.leaves: dict[str, list[Leaf]] = {"date-time": [], "number": []}
        gathered = (self.objects, self.parts, self.leaves)
        self._gathered: list[list[Any]] = [found for part in gathered for found in part.values()]
        self.coded: list[Coded] = []
        self.deprecated: list[tuple[Field, Where]] = []
        self.empty: list[tuple[Where, str, int]] = []
        self.repeated: list[tuple[Any, Where, str, int]] = []
        self.nameless: list[tuple[Where, str, int]] = []
        self._gathered += [self.coded, self.deprecated, self.empty, self.repeated, self.nameless]
        self.names = 0
        self.translated = False
        self._places = 0
        self._sink = Spot("/*", "", {})

    def read(self, release: dict[str, Any]) -> None:
        """Fill the attributes with what `release` holds; what the last one held is forgotten.

        Raises:
            RecursionError: it is nested deeper than Python's stack.
        """
        for found in self._gathered:
            if found:
                found.clear()
        self._visit(release, self.top, TOP)

    def count(self, tree: list[list[Any]]) -> None:
        """Add to `top` what another walk counted; see `validation.spots.tree_of`."""
        spots: list[Spot] = []
        for above, name, objects, present, empty in tree:
            spot = self.top
            if above >= 0:
                spot = spots[above].children.get(name) or self._child(spots[above], name)
            spot.count(objects, present, empty)
            spots.append(spot)

    def _visit(  # noqa: C901 - the hottest of all: a call costs as much as a branch here
        self, node: dict[str, Any], spot: Spot, where: Where
    ) -> None:
        names = tuple(node)
        try:
            plan = spot.plans[names]
        except KeyError:
            plan = self._plan(spot, names, node)
        plan.count += 1
        self.names += len(names)
        for bucket in plan.buckets:
            bucket.append((node, where))
        if not plan.plain:
            self._fields(plan, node, where)
        for name, value in node.items():
            kind = type(value)
            if kind is str:
                text: str = value
                if not text or text.isspace():
                    self._nothing(text, spot, where, name)
            elif kind is dict:
                if not value:
                    self._nothing(value, spot, where, name)
                below = spot.children.get(name) or self._child(spot, name)
                self._visit(value, below, (where, name, -1))
            elif kind is list:
                if value:
                    self._entries(value, spot, where, name)
                else:
                    self._nothing(value, spot, where, name)
            elif value is None:
                spot.empty[name] += 1

    def _fields(self, plan: Plan, node: dict[str, Any], where: Where) -> None:
        for bucket, name in plan.leaves:
            bucket.append((node[name], where, name))
        for name, field, codes in plan.codes:
            self._code(node[name], codes, field, where)
        for field in plan.deprecated:
            self.deprecated.append((field, where))

    def _entries(self, entries: list[Any], spot: Spot, where: Where, name: str) -> None:
        below = spot.children.get(name)
        objects = False
        for position, entry in enumerate(entries):
            kind = type(entry)
            if kind is dict:
                below, objects = below or self._child(spot, name), True
                self._visit(entry, below, (where, name, position))
            elif kind is list:
                self._nested(entry, spot, name, (where, name, position))
            elif kind is str and (not entry or entry.isspace()):
                self.empty.append((where, name, position))
        if objects and below is not None and below.listed is not None:
            if len(entries) > 1:
                self._identities(entries, below, below.listed, where)
            elif below.named and "id" not in entries[0]:
                self.nameless.append((where, name, 0))

    def _nested(self, entries: list[Any], spot: Spot, name: str, where: Where) -> None:
        """A list that stands in another one, at `where`; OCDS has none but for coordinates."""
        if not entries:
            self.empty.append((where, "", -1))
        for position, entry in enumerate(entries):
            kind = type(entry)
            if kind is dict:
                below = spot.children.get(name) or self._child(spot, name)
                self._visit(entry, below, (where, "", position))
            elif kind is list:
                self._nested(entry, spot, name, (where, "", position))
            elif kind is str and (not entry or entry.isspace()):
                self.empty.append((where, "", position))

    def _identities(self, entries: list[Any], below: Spot, field: Field, where: Where) -> None:
        """Compare the ids of the objects in a list, which `field` holds."""
        seen: set[Any] = set()
        for position, entry in enumerate(entries):
            if type(entry) is not dict:
                continue
            node: dict[str, Any] = entry
            name = node.get("id")
            if type(name) in SCALAR:
                if name in seen and field.unique:
                    self.repeated.append((name, where, field.name, position))
                seen.add(name)
            elif below.named and "id" not in node:
                self.nameless.append((where, field.name, position))

    def _code(self, value: Any, codes: frozenset[str], field: Field, where: Where) -> None:
        if type(value) is str:
            if value not in codes:
                self.coded.append((value, where, field, -1))
        elif type(value) is list:
            for position, code in enumerate(value):
                if type(code) is str and code not in codes:
                    self.coded.append((code, where, field, position))

    def _nothing(self, value: Any, spot: Spot, where: Where, name: str) -> None:
        if not value:
            spot.empty[name] += 1
        self.empty.append((where, name, -1))

    def _child(self, spot: Spot, name: str) -> Spot:
        """The spot of the field: with two kinds of object there, of the second with all fields."""
        field = spot.fields.get(name)
        kinds = [kind for kind in field.objects if kind in self.model.objects] if field else []
        if not kinds:
            if self._places >= PLACES or spot is self._sink:
                return self._sink
            self._places += 1
        fields = {name: one for kind in kinds for name, one in self.model.objects[kind].items()}
        child = Spot(f"{spot.path}/{escaped(name)}", kinds[-1] if kinds else "", fields)
        child.hold(field)
        spot.children[name] = child
        return child

    def _plan(self, spot: Spot, names: tuple[str, ...], node: dict[str, Any]) -> Plan:
        plan = Plan(self._buckets(spot))
        for name in names:
            field = spot.fields.get(name)
            if field is not None:
                self._plan_field(plan, field)
            elif known(spot.fields, name):
                self.translated = True
            elif name not in spot.example and len(spot.example) < EXAMPLES:
                spot.example[name] = node[name]
        if len(spot.plans) < PLANS:
            spot.plans[names] = plan
        else:
            spot.count_loose(names)
        return plan

    def _plan_field(self, plan: Plan, field: Field) -> None:
        if field.format in self.leaves:
            plan.leaves.append((self.leaves[field.format], field.name))
        elif "number" in field.types or field.types in (("integer",), ("integer", "null")):
            plan.leaves.append((self.leaves["number"], field.name))
        if field.open and field.codes in self.model.codelists:
            plan.codes.append((field.name, field, self.model.codelists[field.codes]))
        if field.deprecated:
            plan.deprecated.append(field)
        plan.plain = not (plan.leaves or plan.codes or plan.deprecated)

    def _buckets(self, spot: Spot) -> tuple[list[Node], ...]:
        """Where objects of a place are gathered: by kind, and by what they are in the process."""
        if spot.kind not in self.objects:
            return ()
        path = spot.path.removeprefix(self.top.path)
        part = PARTS.get((spot.kind, path))
        return (self.objects[spot.kind], *([self.parts[part]] if part else ()))
