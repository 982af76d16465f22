"""From one record to the rows of each table: which objects become rows, and in what context.

Owns the grain of each table. Values are read and typed in `transforms.tables.cells`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

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
    yield (
        compiled,
        {
            **base,
            "first_release": published[0]["date"],
            "releases": len(published),
            "awards": len(_objects(compiled, "awards")),
            "contracts": len(_objects(compiled, "contracts")),
        },
    )


def awards(record: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Row]:
    """Every award."""
    for position, award in enumerate(_objects(record["compiled"], "awards"), start=1):
        suppliers = len(_objects(award, "suppliers"))
        yield award, {**base, "award_position": position, "suppliers": suppliers}


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
    """Every document of the planning, the tender, the awards and the contracts."""
    return _sections(record, base, "documents")


def _sections(record: Mapping[str, Any], base: Mapping[str, Any], name: str) -> Iterator[Row]:
    for (section, number), parent, item, position in _placed(record["compiled"], name):
        yield (
            item,
            {
                **base,
                "section": section,
                "section_position": number,
                "section_id": parent.get("id"),
                "position": position,
            },
        )


def _placed(
    release: dict[str, Any], name: str
) -> Iterator[tuple[tuple[str, int], dict[str, Any], dict[str, Any], int]]:
    """Each object of the array `name` in any section: section and its number, parent, position."""
    single = [
        ((key, 1), release[key])
        for key in ("planning", "tender")
        if isinstance(release.get(key), dict)
    ]
    many = [
        ((key[:-1], number), parent)
        for key in ("awards", "contracts")
        for number, parent in enumerate(_objects(release, key), start=1)
    ]
    for section, parent in single + many:
        for position, item in enumerate(_objects(parent, name), start=1):
            yield section, parent, item, position


ROWS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Row]]] = {
    "releases": releases,
    "processes": processes,
    "awards": awards,
    "award_suppliers": award_suppliers,
    "contracts": contracts,
    "parties": parties,
    "items": items,
    "documents": documents,
}
