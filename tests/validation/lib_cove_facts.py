"""What lib-cove-ocds and we say of one package, each as a set of facts in the same words.

A fact is what was found, where, and about what: `("format", "releases/0/date", "date-time")`.
"""

import json
from pathlib import Path
from typing import Any

from tests.validation.lib_cove import Theirs
from transforms.findings import shown
from validation.checks.catalogue import CHECKS
from validation.reading.outcome import Report
from validation.reading.reader import inspect

Fact = tuple[str, str, Any]
CONFORMANCE = tuple(check for check in CHECKS if check.id.startswith("conformance."))
INSIDE = ("releases/", "records/")


class Rows:
    """Keeps the rows that a reading writes."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def write(self, rows: list[bytes]) -> None:
        self.found += map(json.loads, rows)

    def reset(self) -> None:
        self.found.clear()


def read(package: Any, folder: Path) -> tuple[list[dict[str, Any]], Report]:
    """What `tenderline validate` makes of a file with `package`."""
    file, rows = folder / "package.json", Rows()
    file.write_text(json.dumps(package))
    return rows.found, inspect(str(file), CONFORMANCE, rows, jobs=1)


def plain(pointer: str) -> str:
    """A JSON Pointer as lib-cove writes paths."""
    return pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")


def place(path: str) -> str:
    return "/".join(part for part in path.split("/") if not part.isdigit())


def text(value: str | None) -> str:
    """A value shown in a row, as lib-cove's `str` would have it."""
    return value if value and value.endswith("…") else str(value and json.loads(value))


def cut(value: Any) -> str:
    """A text as `text` gives it back from a row: long ones are cut."""
    told = shown(value) or ""
    return told if told.endswith("…") else str(value)


def ours(rows: list[dict[str, Any]], report: Report) -> set[Fact]:
    found = {fact for row in rows if (fact := _ours(row, plain(row["path"])))}
    undeclared = ((plain(one.path), one.present) for one in report.undeclared() if one.present)
    return found | {("additional", path, count) for path, count in undeclared}


def _ours(row: dict[str, Any], path: str) -> Fact | None:
    area, _, rule = row["check"].partition(".")
    value, within = row["value"], path.rpartition("/")[0]
    if area == "structure":
        return _breach(rule, row, path)
    if area == "conformance":
        match rule:
            case "repeated_id":
                return "repeated", within, text(value)
            case "repeated_release" | "repeated_record":
                return "repeated", within, ", ".join(map(str, json.loads(value)))
            case "open_codelist":
                return "open", place(path), text(value)
            case "ocid_prefix":
                return ("ocid", path, text(value)) if path.startswith(INSIDE) else None
            case "empty":
                return ("empty", path, "") if path.startswith(INSIDE) else None
            case "deprecated":
                return "deprecated", path, ""
            case "missing_id":
                return "missing_id", path, ""
    return None if area == "package" else (rule, path, value)


def _breach(rule: str, row: dict[str, Any], path: str) -> Fact:
    told = row["message"]
    match rule:
        case "required":
            return rule, path, told.removesuffix(" is missing: the standard requires it")
        case "format":
            return rule, path, told.partition(" is no ")[2].partition(":")[0]
        case "enum":
            return "closed", place(path), text(row["value"])
    return rule, path, ""


def theirs(judge: Theirs, package: Any) -> set[Fact]:
    told = judge.told(package)
    found = {
        _theirs(json.loads(error), value)
        for error, values in told["validation_errors"]
        for value in values
    }
    for kind in ("closed", "open"):
        lists = told[f"additional_{kind}_codelist_values"].items()
        found |= {(kind, at, cut(value)) for at, codes in lists for value in codes["values"]}
    fields = told["additional_fields"].items()
    found |= {("additional", path[1:], field["count"]) for path, field in fields}
    assert judge.deprecated(package) >= {
        f"{path}/{field}" if path else field
        for field, used in told["deprecated_fields"].items()
        for path in used["paths"]
    }
    found |= {("deprecated", path, "") for path in judge.deprecated(package)}
    conformance = told.get("conformance_errors", {}).get("ocds_prefixes_bad_format", [])
    found |= {("ocid", path, ocid) for ocid, path in conformance}
    assert judge.missing_ids(package) >= {*told.get("structure_warnings", {}).get("missing_ids", [])}
    found |= {("missing_id", path.removesuffix("/id"), "") for path in judge.missing_ids(package)}
    empty = told["additional_checks"].get("empty_field", [])
    return found | {("empty", field["json_location"], "") for field in empty}


def _theirs(error: dict[str, Any], value: dict[str, Any]) -> Fact:
    rule, path, id_ = error["validator"], value["path"], error["error_id"] or ""
    if id_.startswith("uniqueItems_with"):
        return "repeated", path, value["value"]
    if id_ == "releases_both_embedded_and_linked":
        return "mixed_releases", path, ""
    match rule:
        case "required":
            return rule, path, error["header"]
        case "format":
            return rule, path, error["message_type"]
        case "enum":
            return "closed", place(path), cut(value.get("value"))
    return rule, path, ""
