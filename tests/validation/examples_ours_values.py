from tests.validation.examples import Example

FRAMEWORK = {
    "value": {"amount": 5e6, "currency": "GBP"},
    "techniques": {"hasFrameworkAgreement": True},
    "lots": [{"id": "1", "value": {"amount": 2e6, "currency": "GBP"}}],
}

EXAMPLES = (
    Example(
        "money.framework_as_award",
        good={"tender": FRAMEWORK, "awards": [{"value": {"amount": 5e6, "currency": "EUR"}}]},
        bad={
            "tender": FRAMEWORK,
            "awards": [{"value": {"amount": 5e6, "currency": "GBP"}}],
            "contracts": [{"value": {"amount": 2e6, "currency": "GBP"}}],
        },
        at=("/awards/0/value/amount", "/contracts/0/value/amount"),
    ),
    Example(
        "money.repeated_over_suppliers",
        good={
            "awards": [{"value": {"amount": 5}}, {"value": {"amount": 6}}, {"value": {"amount": 0}}]
        },
        bad={
            "awards": [{"value": {"amount": 5}}, {"value": {"amount": 6}}, {"value": {"amount": 5}}]
        },
        at=("/awards/0/value/amount", "/awards/2/value/amount"),
    ),
    Example(
        "money.shared_value",
        good={
            "awards": [
                {"value": {"amount": 5}, "suppliers": [{"id": "1"}]},
                {"suppliers": [{"id": "1"}, {"id": "2"}]},
            ]
        },
        bad={
            "awards": [
                {"id": "1", "value": {"amountGross": 5}, "suppliers": [{"id": "1"}, {"id": "2"}]},
                {"id": 2, "suppliers": [{"id": "1"}, {"id": "2"}]},
            ],
            "contracts": [
                {"awardID": "2", "value": {"amount": 7}},
                {"awardID": "1", "value": {"amount": 5}},
            ],
        },
        at=("/awards/0/value/amountGross", "/contracts/0/value/amount"),
    ),
)
