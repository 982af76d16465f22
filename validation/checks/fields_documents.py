"""Fields of documents: type, format and length of description.

Source: Pelican's field-level quality checks of the same name. They apply as those of
`validation.checks.fields` do.
"""

from typing import Any

from validation.checks.registry import Fail, check
from validation.lookups import listed, sections
from validation.process import Process, said
from validation.spots import Where

LONGEST = 250  # characters: OCDS asks for about as much in a document's description
SECTIONS = {
    "planning": "planning",
    "tender": "tender",
    "bids": "bid",
    "awards": "award",
    "contracts": "contract",
}


@check("field.document_description_length", of="Document", severity="info")
def document_description_length(process: Process, fail: Fail) -> int:
    """A document's description has at most 250 characters."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Document"]:
        value = node.get("description")
        if value is None or not said(value):
            continue
        applied += 1
        if not isinstance(value, str):
            fail(where, "description", value, f"{value!r:.60} is no text")
        elif len(value) > LONGEST:
            told = f"{len(value)} characters describe the document: shorten it to {LONGEST}"
            fail(where, "description", value, told)
    return applied


@check("field.document_type", of="Document", severity="warning")
def document_type(process: Process, fail: Fail) -> int:
    """A document of a type that OCDS lists stands in a section that the type is for.

    Source: OCDS 1.1 codelist documentType, column Section. Other types pass here: whether they are
    codes is `conformance.open_codelist`'s question.
    """
    applied, known = 0, sections()
    node: dict[str, Any]
    for node, where in process.objects["Document"]:
        value = node.get("documentType")
        if value is None or not said(value):
            continue
        section = _section(where)
        if not section:
            continue
        applied += 1
        meant = known.get(value) if isinstance(value, str) else None
        if meant is not None and section not in meant:
            told = (
                f"{value} belongs to {' or '.join(sorted(meant))}, not {section}: move or retype it"
            )
            fail(where, "documentType", value, told)
    return applied


def _section(where: Where) -> str:
    """The section of a process in which an object stands, by OCDS's names of sections."""
    at, below = where, ""
    while at[0] is not None:
        if at[1] == "implementation":
            return "implementation"
        at, below = at[0], at[1]
    return SECTIONS.get(below, "")


@check("field.document_format", of="Document", severity="info")
def document_format(process: Process, fail: Fail) -> int:
    """A document's format is a media type registered with IANA, or `offline/print`.

    The codelist is open. Compared without regard to case, as RFC 6838 section 4.2 has it.
    """
    applied, known = 0, listed("media_types")
    node: dict[str, Any]
    for node, where in process.objects["Document"]:
        value = node.get("format")
        if value is None or not said(value):
            continue
        applied += 1
        if not isinstance(value, str) or (value not in known and value.lower() not in known):
            told = f"{value!r:.60} is no registered media type, such as application/pdf"
            fail(where, "format", value, told)
    return applied
