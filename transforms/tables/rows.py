"""From one record to the rows of each table: which objects become rows, and in what context.

Owns the grain of each table. Values are read and typed in `transforms.tables.cells`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from transforms.links import canonical_url, ocid_in
from transforms.values import text

Row = tuple[Mapping[str, Any], Mapping[str, Any]]  # the object, and its context


def _objects(parent: Any, name: str) -> list[dict[str, Any]]:
    found = parent.get(name) if isinstance(parent, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def releases(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every distinct release, with where it stood."""
    for envelope in record["releases"]:
        release = envelope["release"]
        notice = _notice(release)
        told = {"notice_type": notice.get("noticeType"), "notice_url": notice.get("url")}
        yield release, {**base, **envelope, **told}


def _notice(release: dict[str, Any]) -> dict[str, Any]:
    """The document that is the notice itself: it has a notice type, and the release's id if any."""
    found = [
        document
        for _, _, document, _ in _placed(release, "documents")
        if document.get("noticeType")
    ]
    own = [document for document in found if document.get("id") == release.get("id")]
    return (own or found or [{}])[0]


def processes(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """The process itself."""
    compiled, published = record["compiled"], record["releases"]
    canonical = canonical_url(record)
    yield (
        compiled,
        {
            **base,
            "first_release": published[0]["date"],
            "releases": len(published),
            "awards": len(_objects(compiled, "awards")),
            "contracts": len(_objects(compiled, "contracts")),
            "has_planning": _filled(compiled, "planning"),
            "has_tender": _filled(compiled, "tender"),
            "canonical_url": canonical,
            "canonical_ocid": ocid_in(canonical),
        },
    )


def _filled(release: Mapping[str, Any], name: str) -> bool:
    section = release.get(name)
    return isinstance(section, dict) and bool(section)


def awards(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every award, with the date of the first release that has it."""
    first = _first_dates(record)
    for position, award in enumerate(_objects(record["compiled"], "awards"), start=1):
        told = {
            "award_position": position,
            "suppliers": len(_objects(award, "suppliers")),
            "first_release": first.get(text(award.get("id"))),
        }
        yield award, {**base, **told}


def _first_dates(record: Mapping[str, Any]) -> dict[str | None, Any]:
    """By award id, the date of the first release that has the award: releases are in that order."""
    dates: dict[str | None, Any] = {None: None}
    for envelope in record["releases"]:
        for award in _objects(envelope["release"], "awards"):
            dates.setdefault(text(award.get("id")), envelope["date"])
    return dates


def award_suppliers(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every supplier of every award, with the party it refers to."""
    parties = {text(party.get("id")): party for party in _objects(record["compiled"], "parties")}
    for award, context in awards(record, base):
        for position, supplier in enumerate(_objects(award, "suppliers"), start=1):
            yield (
                supplier,
                {
                    **context,
                    "award_id": award.get("id"),
                    "position": position,
                    "party": parties.get(text(supplier.get("id")), {}),
                },
            )


def contracts(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every contract."""
    return _numbered(_objects(record["compiled"], "contracts"), base)


def parties(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every party."""
    return _numbered(_objects(record["compiled"], "parties"), base)


def _numbered(objects: list[dict[str, Any]], base: Mapping[str, Any]) -> Iterator[Row]:
    for position, item in enumerate(objects, start=1):
        yield item, {**base, "position": position}


def items(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every item of the tender, the awards and the contracts."""
    return _sections(record, base, "items")


def documents(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every document of the planning, the tender, the awards, the contracts and their work."""
    return _sections(record, base, "documents")


def milestones(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every milestone of the planning, the tender, the awards, the contracts and their work."""
    return _sections(record, base, "milestones")


def _sections(record: Mapping[str, Any], base: Mapping[str, Any], name: str) -> Iterator[Row]:
    for section, section_id, item, position in _placed(record["compiled"], name):
        yield item, {**base, **_at(section, section_id), "position": position}


def _at(section: tuple[str, int], section_id: Any) -> dict[str, Any]:
    name, number = section
    return {"section": name, "section_position": number, "section_id": section_id}


def transactions(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every payment made under the contracts."""
    for number, contract in enumerate(_objects(record["compiled"], "contracts"), start=1):
        told = {**base, "contract_position": number, "contract_id": contract.get("id")}
        yield from _numbered(_objects(contract.get("implementation"), "transactions"), told)


def related_processes(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every link to another process, of the process on its own and of its contracts."""
    compiled = record["compiled"]
    yield from _numbered(
        _objects(compiled, "relatedProcesses"), {**base, **_at(("process", 1), None)}
    )
    for number, contract in enumerate(_objects(compiled, "contracts"), start=1):
        told = {**base, **_at(("contract", number), contract.get("id"))}
        yield from _numbered(_objects(contract, "relatedProcesses"), told)


def _placed(
    release: dict[str, Any], name: str
) -> Iterator[tuple[tuple[str, int], Any, dict[str, Any], int]]:
    """Each object of the array `name` in any section: section and its number, its id, position.

    A contract's implementation has no id of its own: it goes by the contract's.
    """
    contracts = [*enumerate(_objects(release, "contracts"), start=1)]
    sections: list[tuple[tuple[str, int], Any, Any]] = [
        *(((key, 1), release.get(key), None) for key in ("planning", "tender")),
        *((("award", n), a, None) for n, a in enumerate(_objects(release, "awards"), start=1)),
        *((("contract", n), c, None) for n, c in contracts),
        *((("implementation", n), c.get("implementation"), c.get("id")) for n, c in contracts),
    ]
    for section, parent, named in sections:
        for position, item in enumerate(_objects(parent, name), start=1):
            yield section, named or parent.get("id"), item, position


ROWS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Row]]] = {
    "releases": releases,
    "processes": processes,
    "awards": awards,
    "award_suppliers": award_suppliers,
    "contracts": contracts,
    "parties": parties,
    "items": items,
    "documents": documents,
    "milestones": milestones,
    "transactions": transactions,
    "related_processes": related_processes,
}
