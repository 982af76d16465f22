from tests.validation.examples import Example


def identified(scheme: str, *ids: object) -> dict[str, object]:
    return {"parties": [{"identifier": {"scheme": scheme, "id": name}} for name in ids]}


def parties(*named: tuple[str, str]) -> dict[str, object]:
    return {"parties": [{"id": name, "name": title} for name, title in named]}


def supplier(**party: object) -> dict[str, object]:
    return {
        "parties": [{"id": "s1", **party}, {"id": "b1"}],
        "awards": [{"suppliers": [{"id": "s1"}]}],
    }


EXAMPLES = (
    Example(
        "identity.malformed_company_number",
        good=identified("GB-COH", "01234567", "SC123456", "R0000123", "IP12345R", "SP2345RS"),
        bad=identified("GB-COH", "1234567", "sc123456", "ZZ123456", 1234567, "00 123456"),
        at=tuple(f"/parties/{n}/identifier/id" for n in range(5)),
    ),
    Example(
        "identity.malformed_company_number",
        good=identified("AU-ABN", "51 824 753 556", 51824753556),
        bad=identified("AU-ABN", "51 824 753 557", "5182475355", "n/a"),
        at=tuple(f"/parties/{n}/identifier/id" for n in range(3)),
    ),
    Example(
        "identity.same_id_other_name",
        good=parties(("a", "Mill Ltd"), ("a", "MILL  ltd"), ("b", "Brook Ltd")),
        bad={
            **parties(("a", "Mill Ltd"), ("a", "Brook Ltd")),
            "awards": [{"suppliers": [{"id": "c", "name": "One"}, {"id": "c", "name": "Two"}]}],
        },
        at=("/parties/1/name", "/awards/0/suppliers/1/name"),
    ),
    Example(
        "identity.same_name_other_id",
        good=parties(("a", "Mill Ltd"), ("b", "Brook Ltd"), ("a", "Mill Ltd")),
        bad=parties(("a", "Mill Ltd"), ("b", "mill ltd")),
        at=("/parties/1/id",),
    ),
    Example(
        "identity.internal_only",
        good=supplier(
            identifier={"scheme": "GB-PPON", "id": "PABC-1234-XYZA"},
            additionalIdentifiers=[{"scheme": "GB-COH", "id": "01234567"}],
        ),
        bad=supplier(identifier={"scheme": "GB-PPON", "id": "PABC-1234-XYZA"}),
        at=("/parties/0/identifier",),
    ),
)
