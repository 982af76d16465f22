"""What lib-cove-ocds and we say of one package, each as a set of facts in the same words.

A fact is what was found, where, and about what: `("format", "releases/0/date", "date-time")`.
"""

import json
from typing import Any

from tests.validation.lib_cove import Theirs
from transforms.findings import Finding
from validation.checks.catalogue import CHECKS
from validation.reading.inspector import Inspector
from validation.reading.outcome import Summary

Fact = tuple[str, str, Any]
CONFORMANCE = tuple(check for check in CHECKS if check.id.startswith("conformance."))
INSIDE = ("releases/", "records/")


def plain(pointer: str) -> str:
    """A JSON Pointer as lib-cove writes paths."""
    return pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")


def place(path: str) -> str:
    return "/".join(part for part in path.split("/") if not part.isdigit())


def ours(package: Any) -> set[Fact]:
    inspector = Inspector(CONFORMANCE)
    told = [(path, finding) for path, _, _, finding in inspector.document(package)]
    found = {fact for path, finding in told if (fact := _ours(plain(path + finding.path), finding))}
    summary = Summary.of(inspector.judges.values(), inspector.forms)
    undeclared = (one for one in summary.fields.values() if not one.known and one.present)
    return found | {("additional", plain(one.path), one.present) for one in undeclared}


def _ours(path: str, finding: Finding) -> Fact | None:
    area, _, rule = finding.rule.partition(".")
    value, inside = finding.value, path.startswith(INSIDE)
    match rule:
        case "required":
            return rule, path, finding.message.removesuffix(" is missing: the standard requires it")
        case "format":
            return rule, path, finding.message.partition(" is no ")[2].partition(":")[0]
        case "enum":
            return "closed", place(path), str(value)
        case "repeated_id":
            return "repeated", path.rpartition("/")[0], str(value)
        case "repeated_release" | "repeated_record":
            return "repeated", path.rpartition("/")[0], ", ".join(map(str, value))
        case "open_codelist":
            return "open", place(path), value
        case "ocid_prefix" | "empty":
            return (rule, path, "") if inside else None
        case "deprecated" | "missing_id":
            return rule, path, ""
    return (rule, path, "") if area == "structure" else None


def theirs(judge: Theirs, package: Any) -> set[Fact]:
    told = judge.told(package)
    errors = ((json.loads(error), where) for error, places in told["validation_errors"] for where in places)
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
    found |= {("deprecated", path, "") for path in judge.deprecated(package)}
    return found | {("missing_id", path.removesuffix("/id"), "") for path in judge.missing_ids(package)}


def _theirs(error: dict[str, Any], where: dict[str, Any]) -> Fact:
    rule, path, about = error["validator"], where["path"], error["error_id"] or ""
    if about.startswith("uniqueItems_with"):
        return "repeated", path, where["value"]
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
