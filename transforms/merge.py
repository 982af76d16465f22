"""Merges the releases of one contracting process into a compiled release.

Owns the merge routine of OCDS 1.1 (merging documentation: discarded fields, whole-list merge,
identifier merge, null deletes). Rules come from the model. Does not sort, store or judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transforms.ocds.fields import Merge
from transforms.ocds.rules import RuleTree, merge_rules

RELEASE_OWN = ("ocid", "id", "date", "tag")  # set by the merge itself


class _ById(dict[str, "dict[str, Any] | list[Any]"]):
    """An array of objects being merged: object by the text of its id, in order of appearance."""


@dataclass(slots=True)
class Compiled:
    """A compiled release, and the paths at which releases disagreed on the kind of value."""

    release: dict[str, Any]
    conflicts: list[str] = field(default_factory=list)


def compile_releases(releases: Iterable[dict[str, Any]]) -> Compiled:
    """Merge `releases`, which share one ocid and are in order of date.

    Where a later release has another kind of value at a path (an object, an array of objects, or
    a plain value), the later one replaces the earlier, and the path is reported: the standard
    leaves the case undefined. Inputs are not changed.
    """
    merged: dict[str, Any] = {}
    conflicts: list[str] = []
    rules = merge_rules()
    last: dict[str, Any] = {}
    for last in releases:
        body = {key: value for key, value in last.items() if key not in RELEASE_OWN}
        _merge_object(merged, body, rules, "", conflicts)
    head = {"tag": ["compiled"], "id": f"{last['ocid']}-{last['date']}"}
    own = {**head, "date": last["date"], "ocid": last["ocid"]}
    return Compiled({**own, **_plain(merged)}, conflicts)


def _merge_object(
    into: dict[str, Any], value: dict[str, Any], rules: RuleTree, path: str, conflicts: list[str]
) -> None:
    for key, item in value.items():
        rule = rules.get(key)
        if rule is Merge.OMIT:
            continue
        below = rule if isinstance(rule, dict) else {}
        here = f"{path}/{key}"
        if isinstance(item, dict) and rule is not Merge.WHOLE:
            if item:
                _merge_object(_node(into, key, dict, here, conflicts), item, below, here, conflicts)
        elif isinstance(item, list) and _by_id(item, rule):
            if item:
                _merge_array(_node(into, key, _ById, here, conflicts), item, below, here, conflicts)
        elif item is None:
            if not isinstance(into.get(key), dict):
                into.pop(key, None)
        else:
            if isinstance(into.get(key), dict):
                conflicts.append(here)
            into[key] = item


def _merge_array(
    into: _ById, items: list[dict[str, Any]], rules: RuleTree, path: str, conflicts: list[str]
) -> None:
    for item in items:
        key = str(item["id"]) if "id" in item else f"\x00{len(into)}"
        new = key not in into
        node = into.setdefault(key, {"id": item["id"]} if item.get("id") is not None else {})
        rest = item if new and "id" not in item else {k: v for k, v in item.items() if k != "id"}
        _merge_object(node, rest, rules, path, conflicts)  # type: ignore[arg-type]


def _by_id(items: list[Any], rule: object) -> bool:
    """Whether the array is merged object by object.

    An array that the model does not know, none of whose objects has an id, is a whole list: merged
    by id, every release would add all of it again.
    """
    if rule is Merge.WHOLE or not all(isinstance(item, dict) for item in items):
        return False
    return isinstance(rule, dict) or not items or any("id" in item for item in items)


def _node(
    into: dict[str, Any], key: str, kind: type[dict[str, Any]], path: str, conflicts: list[str]
) -> Any:
    """The container of `kind` at `key`, made anew where there is none of that kind."""
    found = into.get(key)
    if type(found) is not kind:
        if found is not None:
            conflicts.append(path)
        found = into[key] = kind()
    return found


def _plain(value: Any) -> Any:
    """The merged tree as plain JSON values, without containers that nothing was put into."""
    if type(value) is _ById:
        return [plain for item in value.values() if (plain := _plain(item))]
    if type(value) is dict:
        plain = {key: _plain(item) for key, item in value.items()}
        return {k: v for k, v in plain.items() if v or not isinstance(value[k], dict)}
    return value
