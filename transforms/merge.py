"""Merges the releases of one contracting process into a compiled release.

Owns the merge routine of OCDS 1.1 (merging documentation: discarded fields, whole-list merge,
identifier merge, null deletes). Rules come from the model. Does not sort, store or judge; what a
versioned release keeps of each value is in `transforms.versioned`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from transforms.ocds.fields import Merge
from transforms.ocds.rules import RuleTree, merge_rules

RELEASE_OWN = frozenset({"ocid", "id", "date", "tag"})  # set by the merge itself
OMIT: Final = Merge.OMIT
WHOLE: Final = Merge.WHOLE
Entries = dict[str, dict[str, Any]]  # the objects of an array being merged, by the text of their id


@dataclass(slots=True)
class Compiled:
    """A compiled release, and the paths at which releases disagreed on the kind of value."""

    release: dict[str, Any]
    conflicts: list[str] = field(default_factory=list)


def compile_releases(
    releases: Iterable[dict[str, Any]], rules: RuleTree | None = None, *, append: bool = False
) -> Compiled:
    """Merge `releases`, which share one ocid and are in order of date.

    Where a later release has another kind of value at a path (an object, an array of objects, or
    a plain value), the later one replaces the earlier, and the path is reported: the standard
    leaves the case undefined. Inputs are not changed; the result may share values with them.

    Args:
        releases: at least one.
        rules: those of OCDS 1.1, unless others are given.
        append: whether objects without ids in an array that the rules do not know are appended with
            each release, as ocdsmerge does. Otherwise the array replaces the one before.
    """
    found = list(releases)
    tree = Tree(merge_rules() if rules is None else rules, append=append)
    last = found[-1]
    ocid, date = last.get("ocid"), last.get("date")
    own = {"tag": ["compiled"], "id": f"{ocid}-{date}", "date": date, "ocid": ocid}
    if len(found) == 1 and (alone := tree.alone(last)) is not None:
        return Compiled({**own, **alone})
    for release in found:
        tree.add(release)
    return Compiled({**own, **tree.merged}, tree.conflicts)


class Tree:
    """What the releases met so far come to: plain JSON values, and a record of which arrays are
    merged by id.

    Attributes:
        merged: the values, without what a release has of its own.
        conflicts: the paths at which the kind of value changed.
    """

    def __init__(self, rules: RuleTree, *, append: bool = False) -> None:
        self.merged: dict[str, Any] = {}
        self.conflicts: list[str] = []
        self._rules, self._append, self._distinct = rules, append, True
        # By identity of the array, which is kept with its entries so that it stays the only one.
        self._arrays: dict[int, tuple[list[Any], Entries]] = {}

    def add(self, release: dict[str, Any]) -> None:
        """Merge one more release, the next in order of date."""
        body = {key: value for key, value in release.items() if key not in RELEASE_OWN}
        self._merge(self.merged, body, self._rules, "")

    def alone(self, release: dict[str, Any]) -> dict[str, Any] | None:
        """What a release comes to that no other follows: it shares all it can with the release.

        None where entries of an array in it are to be merged with each other.
        """
        body = {key: value for key, value in release.items() if key not in RELEASE_OWN}
        self._distinct = True
        left = self._left(body, self._rules, "")
        return (left or {}) if self._distinct else None

    def _left(self, value: dict[str, Any], rules: RuleTree, own: str) -> dict[str, Any] | None:
        """What an object comes to where nothing was: itself, or a copy without what is left out;
        None if it says nothing, and has no field `own`.
        """
        made = value
        said = own != ""
        for key, item in value.items():
            rule = rules.get(key)
            if key == own:
                continue
            left: Any = None
            if rule is OMIT:
                pass
            elif rule is not WHOLE and isinstance(item, (dict, list)) and self._parted(item, rule):
                left = self._left_part(item, rule if rule is not None else {})
                said = said or left is not None
            else:
                left = item
                said = True
            if left is None or left is not item:
                made = dict(value) if made is value else made
                if left is None:
                    del made[key]
                else:
                    made[key] = left
        return made if said else None

    def _left_part(self, item: Any, rules: RuleTree) -> Any:
        """What an object, or an array merged by id, comes to where nothing was, if anything."""
        if isinstance(item, dict):
            return self._left(item, rules, "")
        names = set()
        array: list[Any] = []
        same = True
        for entry in item:
            own = ""
            if "id" in entry:
                name, own = entry["id"], "id"
                key = name if isinstance(name, str) else str(name)
                self._distinct = self._distinct and name is not None and key not in names
                names.add(key)
            left = self._left(entry, rules, own)
            same = same and left is entry
            if left is not None:
                array.append(left)
        if not array:
            return None
        return item if same else array

    def _first(self, into: dict[str, Any], key: str, value: Any) -> None:
        """Set a plain value, list or null where there is nothing yet."""
        if value is not None:
            into[key] = value

    def _again(self, into: dict[str, Any], key: str, value: Any) -> None:
        """Set a plain value, list or null where there may be one already."""
        if value is None:
            into.pop(key, None)
        else:
            into[key] = value

    def _is_nothing(self, found: Any) -> bool:
        """Whether `found`, a plain value, says no more than that there is none."""
        return found is None

    def _new(self, value: dict[str, Any], rules: RuleTree, into: dict[str, Any]) -> bool:
        """Put what an object says into `into`, where that is not yet; whether it says anything."""
        said = False
        for key, item in value.items():
            rule = rules.get(key)
            if rule is OMIT or key in into:
                continue
            if rule is not WHOLE and isinstance(item, (dict, list)) and self._parted(item, rule):
                if (part := self._part(item, rule)) is not None:
                    into[key] = part
                    said = True
            else:
                self._first(into, key, item)
                said = True
        return said

    def _part(self, item: Any, rule: Any) -> Any:
        """What an object, or an array merged by id, comes to where there was none, if anything."""
        below: RuleTree = rule if rule is not None else {}
        if isinstance(item, dict):
            into: dict[str, Any] = {}
            return into if self._new(item, below, into) else None
        array: list[Any] = []
        entries: Entries = {}
        for entry in item:
            self._enter(array, entries, entry, below, "")
        if not array:
            return None
        self._arrays[id(array)] = (array, entries)
        return array

    def _merge(
        self, into: dict[str, Any], value: dict[str, Any], rules: RuleTree, path: str, own: str = ""
    ) -> None:
        """Merge an object into what was there; but for its field `own`."""
        for key, item in value.items():
            rule = rules.get(key)
            if rule is OMIT or key == own:
                continue
            if rule is not WHOLE and isinstance(item, (dict, list)) and self._parted(item, rule):
                if item:
                    self._merge_part(into, key, item, rule, path)
            elif rule is WHOLE or self._is_plain(into.get(key)):
                self._again(into, key, item)
            elif item is not None:
                self.conflicts.append(f"{path}/{key}")
                into.pop(key)
                self._first(into, key, item)

    def _merge_part(self, into: dict[str, Any], key: str, item: Any, rule: Any, path: str) -> None:
        """Merge an object, or an array merged by id, into what stands at `key`."""
        below: RuleTree = rule if rule is not None else {}
        found = into.get(key)
        plain = self._is_plain(found)
        if not plain and isinstance(found, dict) and isinstance(item, dict):
            self._merge(found, item, below, f"{path}/{key}")
        elif not plain and isinstance(found, list) and isinstance(item, list):
            array, entries = self._arrays[id(found)]
            for entry in item:
                self._enter(array, entries, entry, below, f"{path}/{key}")
        elif (part := self._part(item, rule)) is not None:
            if not (plain and self._is_nothing(found)):
                self.conflicts.append(f"{path}/{key}")
            into[key] = part

    def _enter(
        self, array: list[Any], entries: Entries, entry: dict[str, Any], rules: RuleTree, path: str
    ) -> None:
        """Merge an entry of an array into the one of the same id, or append it."""
        made: dict[str, Any] = {}
        if "id" not in entry:
            if self._new(entry, rules, made):
                array.append(made)
            return
        name = entry["id"]
        key = name if isinstance(name, str) else str(name)
        if (found := entries.get(key)) is not None:
            self._merge(found, entry, rules, path, "" if name is None else "id")
            return
        if name is not None:
            made["id"] = name
        self._new(entry, rules, made)
        entries[key] = made
        array.append(made)

    def _is_plain(self, found: Any) -> bool:
        """Whether `found` was set as a plain value or list, not merged from parts."""
        return not isinstance(found, dict) and not (
            isinstance(found, list) and id(found) in self._arrays
        )

    def _parted(self, item: Any, rule: Any) -> bool:
        """Whether an object or array, which is no whole list, is merged part by part.

        Not an array with other than objects; nor one that the model does not know, none of whose
        objects has an id: merged by id, every release would add all of it again.
        """
        if isinstance(item, dict):
            return True
        identified = rule is not None or self._append or not item
        for one in item:
            if not isinstance(one, dict):
                return False
            identified = identified or "id" in one
        return identified
