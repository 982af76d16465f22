from tests.validation.examples import Example

TWO = [{"id": "1"}, {"id": "1"}]

EXAMPLES = (
    Example(
        "conformance.ocid_prefix",
        good={"ocid": "ocds-a1b2c3-0001"},
        bad={"ocid": "OCDS-a1b2c3-0001"},
        at=("/ocid",),
    ),
    Example(
        "conformance.open_codelist",
        good={"tender": {"awardCriteria": "priceOnly", "submissionMethod": ["written"]}},
        bad={"tender": {"awardCriteria": "cheapest", "submissionMethod": ["written", "pigeon"]}},
        at=("/tender/awardCriteria", "/tender/submissionMethod/1"),
    ),
    Example(
        "conformance.deprecated",
        good={"planning": {"budget": {"id": "b"}}},
        bad={"planning": {"budget": {"source": "https://example.org"}}},
        at=("/planning/budget/source",),
    ),
    Example(
        "conformance.empty",
        good={"title": "A", "none": None, "nought": 0, "no": False},
        bad={"title": " \t", "tender": {"items": [], "value": {}}, "tag": ["tender", ""], "x": ""},
        at=("/title", "/tender/items", "/tender/value", "/tag/1", "/x"),
    ),
    Example(
        "conformance.repeated_id",
        good={"awards": [{"id": "1", "items": [{"id": "1"}]}, {"id": 2, "items": [{"id": "1"}]}]},
        bad={"awards": [{"id": 1}, {"id": 1}], "tender": {"items": TWO}, "unknown": TWO},
        at=("/awards/1", "/tender/items/1"),
    ),
    Example(
        "conformance.missing_id",
        good={"parties": [{"id": "1", "name": "A"}], "awards": [{"suppliers": [{"id": "1"}]}]},
        bad={"parties": [{"name": "A"}]},
        at=("/parties/0",),
    ),
)
