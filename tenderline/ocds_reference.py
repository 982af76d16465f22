"""Renders the reference of the model of OCDS from its rows, for `docs/ocds.md`.

Owns the page: every object with its fields, every codelist, every extension. Adds no facts.
"""

from collections.abc import Iterator

from transforms.ocds.fields import Code, Extension, Field, Merge, codes, extensions, fields

HEAD = """\
# The model of OCDS

Written from `transforms/ocds/*.csv`: the Open Contracting Data Standard 1.1.5, and the extensions
that our sources use. Schemas and merge rules are made from the same rows; the types of the
published tables are tested against them.

A field of an extension names it; where an extension changes a field of the core, the field has a
second row. *Required* means that an object without the field breaks the standard. *Merged whole*
means that a later release replaces the list; so does one of plain values or of objects without id.
Other lists are merged entry by entry, by id.
"""
MERGED = {Merge.OMIT: "left out when merged", Merge.WHOLE: "merged whole"}
MOST = 60  # codes shown of a codelist; a longer one is read better in the CSV file


def page() -> str:
    """The page as Markdown."""
    return "\n".join((HEAD, *_objects(), *_codelists(), *_extensions()))


def _objects() -> Iterator[str]:
    rows: dict[str, list[Field]] = {}
    about: dict[str, Field] = {}
    for row in fields():
        if row.name:
            rows.setdefault(row.object, []).append(row)
        else:
            about.setdefault(row.object, row)
    for name, found in rows.items():
        yield f"## {name}\n"
        yield _sentence(name, about.get(name))
        yield "| field | type | codelist | rules | extension | definition |"
        yield "|---|---|---|---|---|---|"
        # Stable: the core's row of a field before an extension's, new fields at the end.
        order = list(dict.fromkeys(row.name for row in found))
        yield from map(_row, sorted(found, key=lambda row: order.index(row.name)))
        yield ""


def _sentence(name: str, about: Field | None) -> str:
    told = [f"{about.definition}."] if about else []
    if about and about.at_least:
        told.append("It is not empty.")
    holders = dict.fromkeys(f"`{row.object}.{row.name}`" for row in fields() if name in row.objects)
    if holders:
        told.append(f"Held by {', '.join(holders)}.")
    if about and about.extension:
        told.append(f"Extension: `{about.extension}`.")
    return " ".join(told) + "\n"


def _row(row: Field) -> str:
    codelist = f"`{row.codes}`, {'open' if row.open else 'closed'}" if row.codes else ""
    extension = f"`{row.extension}`" if row.extension else ""
    told = row.definition
    if row.deprecated:
        told = f"{told}. **Deprecated since {row.deprecated}:** {row.deprecated_why}"
    cells = (f"`{row.name}`", _type(row), codelist, ", ".join(_rules(row)), extension, told)
    return f"| {' | '.join(cells)} |"


def _type(row: Field) -> str:
    held = " or ".join(map(_link, row.objects))
    single = [name for name in row.types if name not in ("array", "null")]
    plain = held or " or ".join(row.items or single)
    plain = f"{plain} ({row.format})" if row.format else plain
    plain = f"list of {plain or 'anything'}" if "array" in row.types else plain
    return f"{plain} or null" if "null" in row.types else plain


def _link(name: str) -> str:
    known = any(row.object == name for row in fields())
    return f"[{name}](#{name.lower()})" if known else name


def _rules(row: Field) -> Iterator[str]:
    if row.required:
        yield "required"
    if row.at_least:
        yield "not empty" if row.at_least == 1 else f"at least {row.at_least}"
    if row.unique:
        yield "no entry twice"
    if low := row.minimum:
        yield f"{'more than' if low.exclusive else 'at least'} {low.value}"
    if high := row.maximum:
        yield f"{'less than' if high.exclusive else 'at most'} {high.value}"
    if row.pattern:
        yield f"matches `{row.pattern}`".replace("|", "\\|")
    if row.translatable:
        yield "may be translated"
    if row.merge:
        yield MERGED[row.merge]


def _codelists() -> Iterator[str]:
    yield "## Codelists\n"
    yield "Whether a codelist is open or closed is a matter of the field that uses it.\n"
    yield "| codelist | extension | codes | takes away |"
    yield "|---|---|---|---|"
    found: dict[tuple[str, str], list[Code]] = {}
    for code in codes():
        found.setdefault((code.codelist, code.extension), []).append(code)
    for (name, extension), of in sorted(found.items()):
        added, removed = (_codes(of, removed=removed) for removed in (False, True))
        yield f"| `{name}` | {extension and f'`{extension}`'} | {added} | {removed} |"
    yield ""


def _codes(of: list[Code], *, removed: bool) -> str:
    found = [f"`{code.code}`" for code in of if code.removed == removed]
    return ", ".join(found) if len(found) <= MOST else f"{len(found)} codes"


def _extensions() -> Iterator[str]:
    yield "## Extensions\n"
    yield "| id | title | recognised by | includes | definition |"
    yield "|---|---|---|---|---|"
    yield from map(_extension, extensions())
    yield ""


def _extension(extension: Extension) -> str:
    includes = ", ".join(extension.includes)
    cells = (f"`{extension.id}`", extension.title, f"`{extension.url}`", includes)
    return f"| {' | '.join(cells)} | {extension.definition} |"
