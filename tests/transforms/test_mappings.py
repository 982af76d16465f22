# ruff: noqa: RUF001 (text encoded twice, as Contracts Finder has it)
import json
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.loader import load
from kernel import ConfigError, Lake
from tests.kept import kept, lines, releases
from tests.made import package, release
from transforms.convert import RELEASES
from transforms.findings import Finding
from transforms.mappings import mapping, names


def adjusted(name: str, body: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    findings: list[Finding] = []
    before = deepcopy(body)
    found = mapping(name)(body, findings)
    assert body == before
    return found, findings


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_the_mappings_are_found_by_name() -> None:
    assert names() == ("austender", "contracts_finder", "proactis")
    assert mapping("")({"a": 1}, []) == {"a": 1}
    with pytest.raises(ConfigError, match="austender, contracts_finder, proactis"):
        mapping("nonesuch")


KEYS = st.sampled_from(["ocid", "id", "language", "links", "rel", "href", "parties", "name", "roles",
                        "identifier", "legalName", "scheme", "buyer", "tender", "awards", "suppliers",
                        "documents", "url", "amount", "value", "procuringEntity"])  # fmt: skip
TEXTS = st.sampled_from(["org-1", "org-2", "buyer", "procuringEntity", "EN", "12.50", "Â£", "x",
                         "rls-1-JUL559948", "https://x/v1?lang=cy/Notice?id=1", "http://[", "JUL559948"])  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@pytest.mark.parametrize("name", names())
@given(body=st.dictionaries(KEYS, ANYTHING))
def test_no_shape_stops_a_mapping_and_none_is_adjusted_twice(
    name: str, body: dict[str, Any]
) -> None:
    found, _ = adjusted(name, body)
    json.dumps(found)
    if name == "austender":
        assert adjusted(name, found) == (found, [])


def scottish(seed: int = 0, **body: Any) -> dict[str, Any]:
    """A release as Public Contracts Scotland might give it, with ids that differ from call to call."""
    dice = random.Random(seed)
    one, two, three = dice.sample(range(1, 900), 3)
    made = release(
        1,
        ocid="ocds-r6ebe6-0000700001",
        id=f"rls-{seed}-JUL700001",
        language="EN",
        parties=[
            {"id": f"org-{one}", "name": "Moorland  Council", "identifier": {"legalName": "Moorland Council"}, "roles": ["buyer"]},
            {"id": f"org-{two}", "name": "Heather Ltd", "identifier": {"scheme": "GB-COH", "id": "SC000001", "legalName": "Heather Ltd"}, "roles": ["supplier"]},
            {"id": f"org-{three}", "name": "moorland council", "address": {"locality": "Elsewhere"}, "roles": ["reviewBody"]},
        ],
        buyer={"id": f"org-{one}", "name": "Moorland Council"},
        tender={"id": "1", "documents": [{"id": "JUL700001", "url": "https://example.org/view.aspx?ID=JUL700001"}, {"id": "technical"}]},
        awards=[{"id": "1", "suppliers": [{"id": f"org-{two}", "name": "Heather Ltd"}]}],
        bids={"details": [{"id": "1", "tenderers": [{"id": f"org-{two}"}]}]},
    )  # fmt: skip
    return {**made, **body}


def test_proactis_golden() -> None:
    found, findings = adjusted("proactis", scottish())
    council, elsewhere = "name-moorland-council-1f2b7d0e", "name-moorland-council-1f2b7d0e-"
    ids = [party["id"] for party in found["parties"]]
    council = ids[0]
    assert council.startswith("name-moorland-council-")
    assert len(council) == len(elsewhere) - 1
    assert ids[1] == "GB-COH-SC000001"
    assert ids[2].startswith(f"{council}-")
    assert found["buyer"]["id"] == council
    assert found["awards"][0]["suppliers"][0]["id"] == "GB-COH-SC000001"
    assert found["bids"]["details"][0]["tenderers"] == [{"id": "GB-COH-SC000001"}]
    assert found["id"].startswith("ocds-r6ebe6-0000700001-JUL700001-")
    assert found["language"] == "en"
    assert rules(findings) == ["language_case", "stable_party_ids", "stable_release_id"]
    assert {finding.severity for finding in findings} == {"info"}


def test_two_calls_give_one_release(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    source = load("public_contracts_scotland")
    first, second = (
        kept(lake, source, package(scottish(seed)), version=f"v{seed}") for seed in (1, 2)
    )
    assert first.id == second.id
    assert releases(lake, first) == releases(lake, second)
    assert lines(lake, first, RELEASES)[0]["derived_id"]


def test_parties_of_one_name_keep_their_ids_in_any_order() -> None:
    first = scottish(1)
    second = {**scottish(2), "parties": scottish(2)["parties"][::-1]}
    by_role = [
        {party["roles"][0]: party["id"] for party in adjusted("proactis", body)[0]["parties"]}
        for body in (first, second)
    ]
    assert by_role[0] == by_role[1]
    assert len(set(by_role[0].values())) == 3


@pytest.mark.parametrize(
    ("known", "notice"), [(None, "JUL700001"), ("", "JUL700001"), ("rls-12-MAR552053", "MAR552053")]
)
def test_release_ids_come_of_process_notice_and_content(known: Any, notice: str) -> None:
    ids = [adjusted("proactis", scottish(seed, id=known))[0]["id"] for seed in (1, 2)]
    other = adjusted("proactis", scottish(1, id=known, date="2026-03-05T00:00:00Z"))[0]["id"]
    assert ids[0] == ids[1] != other
    assert ids[0].startswith(f"ocds-r6ebe6-0000700001-{notice}-")


def test_a_release_without_notice_still_gets_an_id() -> None:
    found, _ = adjusted("proactis", scottish(id=None, tender={"id": "1"}))
    assert found["id"].startswith("ocds-r6ebe6-0000700001-")


@pytest.mark.parametrize("known", ["ocds-kuma6s-1-release-7", "x", 5])
def test_other_release_ids_and_party_ids_stay(known: Any) -> None:
    parties = [{"id": "GB-COH-1", "name": "a"}, {"id": 5}, {"name": "b"}]
    body = release(1, id=known, parties=parties, language="en")
    assert adjusted("proactis", body) == (body, [])


@pytest.mark.parametrize(
    ("published", "repaired"),
    [
        ("https://api.sell2wales.gov.wales/v1?lang=cy/Notice?id=ocds-kuma6s-1", "https://api.sell2wales.gov.wales/v1/Notice?id=ocds-kuma6s-1"),
        ("https://api.sell2wales.gov.wales/v1?lang=cy/    Notice?id=ocds-kuma6s-1", "https://api.sell2wales.gov.wales/v1/Notice?id=ocds-kuma6s-1"),
        ("https://api.sell2wales.gov.wales/v1/Notice?id=ocds-kuma6s-1", None),
        ("https://example.org/v1?a=b", None),
        (5, None),
    ],
)  # fmt: skip
def test_malformed_links_are_repaired(published: Any, repaired: str | None) -> None:
    body = release(1, links=[{"rel": "canonical", "href": published}, "x"])
    found, findings = adjusted("proactis", body)
    assert found["links"][0]["href"] == (repaired or published)
    assert rules(findings) == (["repaired_link"] if repaired else [])


def contract(**body: Any) -> dict[str, Any]:
    """A release as AusTender might give it."""
    return release(
        1,
        ocid="prod-" + "0" * 32,
        parties=[
            {"id": "1", "name": "Gum Pty Ltd", "roles": ["supplier"], "contactPoint": {"branch": "Roads"}, "additionalIdentifiers": [{"scheme": "AU-ABN", "id": "11111111111"}]},
            {"id": "2", "name": "Department of Tests", "roles": ["procuringEntity"]},
        ],
        tender={"id": "CN1", "procurementMethod": "open"},
        contracts=[{"id": "CN1", "value": {"amount": "14487.00", "currency": "AUD"}}],
        **body,
    )  # fmt: skip


def test_austender_golden() -> None:
    found, findings = adjusted("austender", contract())
    assert found["contracts"][0]["value"] == {"amount": 14487.0, "currency": "AUD"}
    assert found["tender"]["procuringEntity"] == {"id": "2", "name": "Department of Tests"}
    assert "buyer" not in found
    assert found["parties"] == contract()["parties"]
    assert [(f.rule, f.path, f.value) for f in findings] == [
        ("amount_as_text", "/contracts/0/value/amount", "14487.00"),
        ("named_procuring_entity", "/tender/procuringEntity", None),
    ]


@pytest.mark.parametrize("amount", ["1234567890123456.78", "0", "-5.50", "12345678901234567890123"])
def test_amounts_keep_every_digit(tmp_path: Path, amount: str) -> None:
    lake = Lake(tmp_path)
    value = {"amount": amount, "currency": "AUD"}
    made = kept(
        lake, load("austender"), package(release(1, contracts=[{"id": "1", "value": value}]))
    )
    (artifact,) = [a for a in made.artifacts if a.path == RELEASES]
    from transforms.jsontext import loads
    from transforms.lines import unpack
    from transforms.values import decimal

    (line,) = unpack(lake.load(made, artifact))
    found = loads(line)["release"]["contracts"][0]["value"]["amount"]
    assert decimal(found) == decimal(amount)
    assert not isinstance(found, str)


@pytest.mark.parametrize("amount", ["1,200.00", "", "n/a", "1e5", "007", "9" * 500, None, 5])
def test_other_amounts_stay(amount: Any) -> None:
    body = release(1, contracts=[{"id": "1", "value": {"amount": amount}}])
    assert adjusted("austender", body) == (body, [])


@pytest.mark.parametrize(
    "parties",
    [
        [],
        [{"id": "1", "roles": ["supplier"]}],
        [{"name": "x", "roles": ["procuringEntity"]}],
        [{"id": "1", "roles": ["procuringEntity"]}, {"id": "2", "roles": ["procuringEntity"]}],
    ],
)
def test_no_agency_is_made_up(parties: list[Any]) -> None:
    body = release(1, parties=parties, tender={"id": "1"})
    assert adjusted("austender", body) == (body, [])
    body = contract(buyer=None)
    del body["tender"]
    assert "tender" not in adjusted("austender", body)[0]


def shared(**body: Any) -> dict[str, Any]:
    """A release as Contracts Finder might give it, with three suppliers under one id."""
    names = ["Alpha Ltd", "Beta Ltd", "ALPHA LTD."]
    return release(
        1,
        ocid="ocds-b5fd17-00000000-0000-0000-0000-000000000001",
        parties=[{"id": "GB-CFS-9", "name": name, "roles": ["supplier"]} for name in names],
        awards=[{"id": "1", "suppliers": [{"id": "GB-CFS-9", "name": name} for name in names]}],
        **body,
    )


def test_contracts_finder_golden() -> None:
    body = shared(tender={"id": "1", "title": "Costs Â£5 â€“ donâ€™t", "description": "£5 – café"})
    found, findings = adjusted("contracts_finder", body)
    ids = [party["id"] for party in found["parties"]]
    assert ids[0] == ids[2] == "GB-CFS-9"
    assert ids[1].startswith("GB-CFS-9-")
    assert [supplier["id"] for supplier in found["awards"][0]["suppliers"]] == ids
    assert found["tender"] == {"id": "1", "title": "Costs £5 – don’t", "description": "£5 – café"}
    assert rules(findings) == ["double_encoded", "shared_party_id"]


def test_a_shared_id_without_any_of_the_names_stays() -> None:
    body = shared(buyer={"id": "GB-CFS-9"})
    found, _ = adjusted("contracts_finder", body)
    assert found["buyer"] == {"id": "GB-CFS-9"}


def test_suppliers_without_name_are_kept_and_told() -> None:
    party = {"id": "GB-CFS-173", "details": {"scale": "large"}, "roles": ["supplier"]}
    body = release(
        1, parties=[party], awards=[{"id": "1", "suppliers": [{"id": "GB-CFS-173", "name": None}]}]
    )
    found, findings = adjusted("contracts_finder", body)
    assert found == body
    assert [(f.rule, f.path) for f in findings] == [
        ("nameless_supplier", "/awards/0/suppliers/0/name")
    ]


@pytest.mark.parametrize("ocid", ["ocds-b5fd17-", "ocds-b5fd17"])
def test_an_ocid_of_nothing_but_its_prefix_is_told(ocid: str) -> None:
    assert rules(adjusted("contracts_finder", release(1, ocid=ocid))[1]) == ["bare_ocid"]


@pytest.mark.parametrize(
    "text",
    [
        "£5",
        "café",
        "Ârsvatten",
        "SÃO PAULO",
        "CAFÉ”",
        "naïve — “quoted”",
        "Ü“",
        "â",
        "Łódź",
        "日本",
    ],
)
def test_good_text_stays(text: str) -> None:
    body = release(1, title=text)
    assert adjusted("contracts_finder", body) == (body, [])


@given(
    st.text(st.sampled_from("£€–—‘’“”•…®©™éèüñçÀÉ½°\xa0\u202f abc."), max_size=30),
    st.integers(1, 2),
)
def test_text_encoded_twice_comes_back(text: str, times: int) -> None:
    wrong = text
    for _ in range(times):
        shown = wrong.encode()
        wrong = "".join(bytes([one]).decode("cp1252", "ignore") or chr(one) for one in shown)
    found, _ = adjusted("contracts_finder", {"title": wrong})
    assert found == {"title": text}
