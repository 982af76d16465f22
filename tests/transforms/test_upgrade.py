import json
import logging
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made import release
from transforms.findings import Finding
from transforms.upgrade import upgraded

BUYER = {
    "name": "Town of Made-Up",
    "identifier": {"scheme": "XX-REG", "id": "7", "legalName": "Town of Made-Up"},
    "address": {"locality": "Made-Up"},
    "contactPoint": {"name": "Desk"},
}
SUPPLIER = {"name": "Invented & Co", "identifier": {"scheme": "XX-REG", "id": "9"}}
OLD = release(
    1,
    buyer=BUYER,
    tender={"id": "1", "procuringEntity": BUYER, "amendment": {"rationale": "later"}},
    awards=[{"id": "1", "suppliers": [SUPPLIER]}],
    contracts=[
        {
            "id": "1",
            "awardID": "1",
            "implementation": {
                "transactions": [
                    {
                        "id": "1",
                        "amount": {"amount": 5, "currency": "EUR"},
                        "providerOrganization": {"scheme": "XX-REG", "id": "3", "legalName": "Treasury"},
                        "receiverOrganization": {"scheme": "XX-REG", "id": "9"},
                    }
                ]
            },
        }
    ],
)  # fmt: skip


def done(body: dict[str, Any], version: str | None = None) -> tuple[dict[str, Any], list[Finding]]:
    findings: list[Finding] = []
    before = deepcopy(body)
    found = upgraded(body, version, findings)
    assert body == before
    return found, findings


def test_organizations_amendments_and_transactions_are_as_in_1_1() -> None:
    found, findings = done(OLD, "1.0")
    parties = {party["id"]: party for party in found["parties"]}
    roles = sorted(
        (party["name"], sorted(party["roles"])) for party in found["parties"] if "name" in party
    )
    assert roles == [
        ("Invented & Co", ["supplier"]),
        ("Town of Made-Up", ["buyer", "procuringEntity"]),
        ("Treasury", ["payer"]),
    ]
    assert found["buyer"] == found["tender"]["procuringEntity"]
    assert found["buyer"].keys() == {"id", "name"}
    assert parties[found["buyer"]["id"]]["address"] == BUYER["address"]
    (transaction,) = found["contracts"][0]["implementation"]["transactions"]
    assert transaction["value"] == {"amount": 5, "currency": "EUR"}
    assert parties[transaction["payer"]["id"]]["identifier"]["legalName"] == "Treasury"
    assert parties[transaction["payee"]["id"]]["roles"] == ["payee"]
    assert found["tender"]["amendments"] == [{"rationale": "later"}]
    assert [finding.rule for finding in findings] == ["upgraded_1_0"]


@pytest.mark.parametrize("version", ["1.0", "1.0.1", "1.0.3", None])
def test_the_version_of_the_package_or_the_traits_tell(version: str | None) -> None:
    assert "parties" in done(OLD, version)[0]


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (OLD, "1.1"),
        (release(1), None),
        (release(1, buyer={"id": "1", "name": "x"}), None),
        (release(1, buyer=BUYER, parties=[]), None),
        (release(1, buyer="x", awards=5, contracts=[None]), None),
    ],
)
def test_other_releases_stay(body: dict[str, Any], version: str | None) -> None:
    found, findings = done(body, version)
    assert found is body
    assert findings == []


def test_the_same_release_gets_the_same_ids() -> None:
    reordered = dict(reversed(json.loads(json.dumps(OLD)).items()))
    assert {p["id"] for p in done(OLD)[0]["parties"]} == {
        p["id"] for p in done(reordered)[0]["parties"]
    }


def test_organizations_that_differ_under_one_id_are_told_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = {**BUYER, "id": "1", "contactPoint": {"name": "Somebody"}}
    body = release(1, buyer={**BUYER, "id": "1"}, tender={"id": "1", "procuringEntity": other})
    findings = done(body, "1.0")[1]
    assert [finding.rule for finding in findings] == ["upgraded_1_0", "upgraded_1_0_differs"]
    assert caplog.records == []
    assert logging.getLogger("ocdskit").handlers == []


def test_what_has_odd_shapes_stays_and_the_rest_is_upgraded() -> None:
    body = {**OLD, "contracts": [{"id": "1", "implementation": {"transactions": [{"id": "1"}]}}]}
    found, findings = done(body, "1.0")
    assert found["contracts"] == body["contracts"]
    assert "amendments" in found["tender"]
    assert [finding.rule for finding in findings] == ["upgraded_1_0", "not_upgraded_1_0"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(["id", "name", "identifier", "parties", "roles", "suppliers", "tenderers",
                         "procuringEntity", "amendment", "amendments", "implementation", "transactions",
                         "amount", "providerOrganization", "receiverOrganization", "payer"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(["buyer", "tender", "awards", "contracts", "parties"]), ANYTHING
    )
)
def test_no_shape_stops_it(body: dict[str, Any]) -> None:
    done(body, "1.0")
    done(body)
