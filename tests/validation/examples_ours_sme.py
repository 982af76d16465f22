from tests.validation.examples import Example

AWARDS = [{"suppliers": [{"id": "s1"}, {"id": "s2"}]}]


def sized(one: object, two: object, **tender: object) -> dict[str, object]:
    parties = [
        {"id": "s1", "name": "Mill Ltd", "details": one},
        {"id": "s2", "name": "MILL LTD", "details": two},
        {"id": "buyer"},
    ]
    return {"parties": parties, "awards": AWARDS, "tender": tender}


SUITABLE = {"suitability": {"sme": True}}

EXAMPLES = (
    Example(
        "sme.scale_missing",
        good=sized({"scale": "sme"}, {"scale": "large"}),
        bad=sized({"scale": ""}, None),
        at=("/parties/0/details/scale", "/parties/1/details"),
    ),
    Example(
        "sme.scale_contradicts",
        good=sized({"scale": "sme"}, {"scale": "small"}),
        bad=sized({"scale": "sme"}, {"scale": "large"}),
        at=("/parties/1/details/scale",),
    ),
    Example(
        "sme.suitability_only",
        good=sized({"scale": "large"}, {}, **SUITABLE),
        bad=sized(
            {}, {"vcse": False}, **SUITABLE, lots=[SUITABLE, {"suitability": {"sme": False}}]
        ),
        at=("/tender/suitability/sme", "/tender/lots/0/suitability/sme"),
    ),
)
