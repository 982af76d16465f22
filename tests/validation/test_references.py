from typing import Any

import pytest

from tests.validation.test_checks import judged


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ({"id": "2"}, "none of the entries of parties has the id '2': add"),
        ({"id": "1"}, "none of the entries of parties has the id '1', but as another type"),
        ({"id": 3}, "2 entries of parties have the id 3"),
        ({"id": None}, "it has no id"),
        ({"id": ["1"]}, "it has no id"),
        ({"name": "One"}, "it has no id"),
    ],
)
def test_what_is_wrong_with_a_reference(reference: dict[str, Any], told: str) -> None:
    found = {"buyer": reference, "parties": [{"id": 1}, {"id": 3}, {"id": 3}, {"name": "One"}]}
    results, (finding,) = judged("reference.buyer_in_parties", found)
    assert results == [0, 0, 1]
    assert told in finding.message


def test_the_award_may_be_in_an_earlier_release() -> None:
    contracts = [{"awardID": "1"}]
    one, compiled = (
        judged("reference.contract_in_awards", {"tag": [tag], "contracts": contracts})[0]
        for tag in ("contractTermination", "compiled")
    )
    assert (one, compiled) == ([1, 0, 0], [0, 0, 1])
