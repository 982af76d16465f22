"""What lib-cove-ocds and we say of one package, each as a set of facts in the same words.

A fact is what was found, where, and about what: `("format", "releases/0/date", "date-time")`.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.validation.lib_cove import Theirs, deprecated, missing_ids
from transforms.findings import Finding
from validation.checks.catalogue import CHECKS
from validation.reading.inspector import Inspector
from validation.reading.outcome import Summary
from validation.reading.reader import inspect

Fact = tuple[str, str, Any]
CONFORMANCE = tuple(check for check in CHECKS if check.id.startswith("conformance."))
INSIDE = re.compile(r"(releases|records)/[0-9]")  # theirs looks for some things in entries alone


def plain(pointer: str) -> str:
    """A JSON Pointer as lib-cove writes paths."""
    return pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")


def place(path: str) -> str:
    return "/".join(part for part in path.split("/") if not part.isdigit())


def id_of(text: str) -> str:
    """An id as text: to Python, false and 0 are the same id, and true and 1."""
    return text.replace("False", "0").replace("True", "1")


class Rows:
    """Keeps the rows that a reading writes."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def write(self, rows: list[bytes]) -> None:
        self.found += map(json.loads, rows)

    def reset(self) -> None:
        self.found.clear()


def ours_of_file(file: Path) -> set[Fact]:
    """What `tenderline validate` says of a file."""
    rows = Rows()
    report = inspect(str(file), CONFORMANCE, rows, jobs=1)
    assert not report.unreadable
    told = [(row["path"], finding_of(row)) for row in rows.found]
    return _facts(told, report.summary)


def finding_of(row: dict[str, Any]) -> Finding:
    value = json.loads(row["value"] or "null")
    return Finding(row["check"], row["path"], row["message"], row["severity"], value)


def ours(package: Any) -> set[Fact]:
    """The same, without a file."""
    inspector = Inspector(CONFORMANCE)
    told = [(path + finding.path, finding) for path, _, _, finding in inspector.document(package)]
    return _facts(told, Summary.of(inspector.judges.values(), inspector.forms))


def _facts(told: Iterable[tuple[str, Finding]], summary: Summary) -> set[Fact]:
    found = {fact for path, finding in told if (fact := _ours(plain(path), finding))}
    undeclared = (one for one in summary.fields.values() if not one.known and one.present)
    return found | {("additional", plain(one.path), one.present) for one in undeclared}


def _ours(path: str, finding: Finding) -> Fact | None:
    area, _, rule = finding.rule.partition(".")
    value, inside = finding.value, INSIDE.match(path)
    match rule:
        case "required":
            return rule, path, finding.message.removesuffix(" is missing: the standard requires it")
        case "format":
            return rule, path, finding.message.partition(" is no ")[2].partition(":")[0]
        case "enum":
            return "closed", place(path), str(value)
        case "repeated_id" | "repeated_release" | "repeated_record":
            names = value if isinstance(value, tuple | list) else [value]
            return "repeated", path.rpartition("/")[0], id_of(", ".join(map(str, names)))
        case "open_codelist":
            return "open", place(path), value
        case "ocid_prefix" | "empty":
            return (rule, path, "") if inside else None
        case "deprecated" | "missing_id":
            return rule, path, ""
    return (rule, path, "") if area == "structure" else None


def theirs(judge: Theirs, package: Any) -> set[Fact]:
    told = judge.told(package)
    errors = (
        (json.loads(error), where)
        for error, places in told["validation_errors"]
        for where in places
    )
    found = {_theirs(error, where) for error, where in errors}
    for kind in ("closed", "open"):
        lists = told[f"additional_{kind}_codelist_values"].items()
        found |= {(kind, at, value) for at, codes in lists for value in codes["values"]}
    fields = told["additional_fields"].items()
    found |= {("additional", path[1:], field["count"]) for path, field in fields}
    conformance = told.get("conformance_errors", {}).get("ocds_prefixes_bad_format", [])
    found |= {("ocid_prefix", path, "") for _, path in conformance}
    empty = told["additional_checks"].get("empty_field", [])
    found |= {("empty", field["json_location"], "") for field in empty}
    obsolete = {*judge.in_records(package, deprecated)}
    assert obsolete >= {
        "/".join(filter(None, (path, field)))
        for field, used in told["deprecated_fields"].items()
        for path in used["paths"]
    }
    found |= {("deprecated", path, "") for path in obsolete}
    missing = {*judge.in_records(package, missing_ids)}
    assert missing >= {*told.get("structure_warnings", {}).get("missing_ids", [])}
    return found | {("missing_id", path.removesuffix("/id"), "") for path in missing}


def _theirs(error: dict[str, Any], where: dict[str, Any]) -> Fact:
    rule, path, about = error["validator"], where["path"], error["error_id"] or ""
    if about.startswith("uniqueItems_with"):
        return "repeated", path, id_of(where["value"])
    if about == "releases_both_embedded_and_linked":
        return "mixed_releases", path, ""
    match rule:
        case "required":
            return rule, path, error["header"]
        case "format":
            return rule, path, error["message_type"]
        case "enum":
            return "closed", place(path), str(where.get("value"))
    return rule, path, ""
