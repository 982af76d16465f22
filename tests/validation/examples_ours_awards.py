from tests.validation.examples import Example

EXAMPLES = (
    Example(
        "award.status_missing",
        good={"awards": [{"status": "pending"}]},
        bad={"awards": [{"id": "1"}, {"status": ""}]},
        at=("/awards/0/status", "/awards/1/status"),
    ),
    Example(
        "award.no_supplier",
        good={
            "awards": [{"status": "active", "suppliers": [{"id": "1"}]}, {"status": "cancelled"}]
        },
        bad={"awards": [{"status": "active"}, {"status": "active", "suppliers": []}]},
        at=("/awards/0/suppliers", "/awards/1/suppliers"),
    ),
)
