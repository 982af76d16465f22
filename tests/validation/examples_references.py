from tests.validation.examples import Example
from tests.validation.examples_consistency_parties import PLACES, referring

EXAMPLES = (
    *(
        Example(
            f"reference.{name}_in_parties",
            good=referring(name, {"id": "1"}, {"id": "1"}, {"id": "2"}, {}),
            bad=referring(name, {"id": "1"}, {"id": "1"}, {"id": "1"}),
            at=(f"{place}/id",),
        )
        for name, (place, _) in PLACES.items()
    ),
    Example(
        "reference.contract_in_awards",
        good={"awards": [{"id": "1"}, {"id": 1}], "contracts": [{"awardID": "1"}]},
        bad={"awards": [{"id": 1}, {}], "contracts": [{"awardID": "1"}, {"id": "2"}]},
        at=("/contracts/0/awardID", "/contracts/1"),
    ),
)
