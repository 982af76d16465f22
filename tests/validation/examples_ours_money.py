from tests.validation.examples import Example

EXAMPLES = (
    Example(
        "money.currency_missing",
        good={"tender": {"value": {"amount": 5, "currency": "GBP"}, "minValue": {"currency": ""}}},
        bad={
            "tender": {"value": {"amount": 0}},
            "awards": [{"value": {"amountGross": 5, "currency": ""}}],
        },
        at=("/tender/value/currency", "/awards/0/value/currency"),
    ),
    Example(
        "money.currency_unknown",
        good={"tender": {"value": {"amount": 5, "currency": "GBP"}}},
        bad={"tender": {"value": {"currency": "gbp"}, "minValue": {"currency": ["GBP"]}}},
        at=("/tender/value/currency", "/tender/minValue/currency"),
    ),
    Example(
        "money.placeholder",
        good={
            "tender": {
                "value": {"amount": 999999},
                "minValue": {"amount": 0},
                "items": [{"unit": {"value": {"amount": 1}}}],  # a price of one pound may be right
            }
        },
        bad={
            "tender": {"value": {"amount": 0.01}, "lots": [{"value": {"amount": 0}}]},
            "awards": [{"value": {"amount": 9999999.99}}, {"value": {"amountGross": 1}}],
            "contracts": [{"value": {"amount": float("inf")}}, {"value": {"amount": 99999999}}],
        },
        at=(
            "/tender/value/amount",
            "/tender/lots/0/value/amount",
            "/awards/0/value/amount",
            "/awards/1/value/amountGross",
            "/contracts/0/value/amount",
            "/contracts/1/value/amount",
        ),
    ),
    Example(
        "money.negative",
        good={
            "tender": {"value": {"amount": 0}},
            "contracts": [{"implementation": {"transactions": [{"value": {"amount": -5}}]}}],
        },
        bad={"awards": [{"value": {"amount": -5, "amountGross": -6}}]},
        at=("/awards/0/value/amount", "/awards/0/value/amountGross"),
    ),
    Example(
        "money.gross_below_net",
        good={"awards": [{"value": {"amount": 10, "amountGross": 10}}]},
        bad={"awards": [{"value": {"amount": 12, "amountGross": 10}}]},
        at=("/awards/0/value/amountGross",),
    ),
)
