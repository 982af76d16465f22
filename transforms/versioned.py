"""Merges the releases of one contracting process into a versioned release.

Owns what is kept of each value: each time that it changed, with the release that changed it. The
way through the releases is that of `transforms.merge`. Source: OCDS 1.1, merging documentation
(versioned releases): ids of entries in arrays and the ocid have no versions, nulls have.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transforms.exact import ExactNumber
from transforms.merge import Tree
from transforms.ocds.rules import RuleTree, merge_rules


@dataclass(slots=True)
class Versioned:
    """A versioned release, and the paths at which releases disagreed on the kind of value."""

    release: dict[str, Any]
    conflicts: list[str] = field(default_factory=list)


def version_releases(
    releases: Iterable[dict[str, Any]], rules: RuleTree | None = None, *, append: bool = False
) -> Versioned:
    """Merge `releases`, which share one ocid and are in order of date, keeping every version.

    Where a later release has another kind of value at a path, the later one replaces the earlier
    with all its versions, as in a compiled release, and the path is reported: the last versions of
    all values are the compiled release. Inputs are not changed; the result may share values with
    them.

    Args:
        releases: at least one.
        rules: those of OCDS 1.1, unless others are given.
        append: see `transforms.merge.compile_releases`.
    """
    tree = VersionTree(merge_rules() if rules is None else rules, append=append)
    last: dict[str, Any] = {}
    for last in releases:
        tree.add(last)
    return Versioned({"ocid": last.get("ocid"), **tree.merged}, tree.conflicts)


class VersionTree(Tree):
    """The releases met so far, with a list of versions at each value."""

    def add(self, release: dict[str, Any]) -> None:
        """Merge one more release, the next in order of date."""
        self._id, self._date = release.get("id"), release.get("date")
        # A copy takes half the time of a new one; in order of its keys it is sorted faster.
        self._form: dict[str, Any] = {
            "releaseDate": self._date,
            "releaseID": self._id,
            "releaseTag": release.get("tag"),
            "value": None,
        }
        super().add(release)

    def _version(self, value: Any) -> dict[str, Any]:
        version = self._form.copy()
        version["value"] = value
        return version

    def _first(self, into: dict[str, Any], key: str, value: Any) -> None:
        into[key] = [self._version(value)]

    def _again(self, into: dict[str, Any], key: str, value: Any) -> None:
        versions = into.get(key)
        if versions is None:
            into[key] = [self._version(value)]
        elif versions[-1]["releaseDate"] is self._date and versions[-1]["releaseID"] is self._id:
            # Two entries of this release have one id: what the last of them says counts.
            versions[-1]["value"] = value
            if len(versions) > 1 and _same(versions[-2]["value"], value):
                versions.pop()
        elif not _same(versions[-1]["value"], value):
            versions.append(self._version(value))

    def _is_nothing(self, found: Any) -> bool:
        return found is None or found[-1]["value"] is None


def _same(one: Any, other: Any) -> bool:
    """Whether a value is unchanged; of numbers that a float cannot hold, every digit counts."""
    if one != other:
        return False
    if isinstance(one, ExactNumber) and isinstance(other, ExactNumber):
        return one.text == other.text
    return True
