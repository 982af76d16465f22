"""Conformance: what the standard asks beyond types and formats.

Source: OCDS 1.1.5 schema reference, codelists and conformance pages; the checks that the OCDS Data
Review Tool (lib-cove-ocds) makes beyond the schema.
"""

import re
from typing import Any

from validation.checks.registry import Fail, check
from validation.process import Process

OCID_PREFIX = re.compile(r"ocds-[a-z0-9]{6}")


@check("conformance.ocid_prefix")
def ocid_prefix(process: Process, fail: Fail) -> int:
    """An ocid begins with `ocds-` and six lower-case letters or digits."""
    found = 0
    node: dict[str, Any]
    for node, where in (*process.objects["Record"], *process.objects["Release"]):
        ocid = node.get("ocid")
        if isinstance(ocid, str) and ocid:
            found += 1
            if not OCID_PREFIX.match(ocid):
                fail(where, "ocid", ocid, "no prefix such as ocds-a1b2c3 begins it: register one")
    return found


@check("conformance.open_codelist", severity="info")
def open_codelist(process: Process, fail: Fail) -> int:
    """A field with an open codelist holds one of its codes, unless none fits."""
    for value, where, field, position in process.walk.coded:
        told = f"{value!r:.60} is not in the open codelist {field.codes}: see if a code fits"
        fail(where, field.name, value, told, position)
    return 1


@check("conformance.deprecated", severity="info")
def deprecated(process: Process, fail: Fail) -> int:
    """No field is used that the standard has given up."""
    for field, where in process.walk.deprecated:
        told = f"deprecated since OCDS {field.deprecated}: {field.deprecated_why}"
        fail(where, field.name, None, told)
    return 1


@check("conformance.empty", severity="warning")
def empty(process: Process, fail: Fail) -> int:
    """No text is empty or blank, and no object or array without content."""
    for where, field, position in process.walk.empty:
        fail(where, field, "", "it says nothing: leave the field out, or fill it", position)
    return 1


@check("conformance.repeated_id")
def repeated_id(process: Process, fail: Fail) -> int:
    """No two objects of an array have the same id."""
    for value, where, field, position in process.walk.repeated:
        told = f"the id {value!r:.60} stands twice in {field}: releases cannot be merged rightly"
        fail(where, field, value, told, position)
    return 1


@check("conformance.missing_id", severity="warning")
def missing_id(process: Process, fail: Fail) -> int:
    """Every object of an array that is merged by id has one."""
    for where, field, position in process.walk.nameless:
        fail(where, field, None, "it has no id: each release will add it once more", position)
    return 1
