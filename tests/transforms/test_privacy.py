"""What of a record is public: fields withheld, contacts masked wherever they stand, counts as before."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from kernel import ConfigError, Lake
from transforms.ocds.model import EVERY, model
from transforms.privacy import policy as policy_module
from transforms.privacy.kinds import is_person
from transforms.privacy.patterns import mask
from transforms.privacy.policy import ANY, left_out, personal, policy
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import FILE, Takedowns, takedowns

CONTACT = {
    "name": "Jane Q. Doe",
    "email": "jane.doe@example.org",
    "telephone": "01632 960001",
    "mobile": "07700 900001",
    "url": "https://example.org/contact",
}


def redacted(release: dict[str, Any], down: Takedowns = Takedowns()) -> tuple[Any, dict[str, int]]:  # noqa: B008
    redaction = Redaction(down)
    release = json.loads(json.dumps(release))
    redaction.releases(release.get("ocid"), [release])
    return release, redaction.counts


def test_every_row_of_the_policy_has_a_reason_and_names_what_the_model_has() -> None:
    path = Path(policy_module.__file__).with_name("policy.csv")
    objects = model(EVERY).objects
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        assert row["reason"], row
        if row["object"] in objects and row["field"] != ANY:
            assert row["field"] in objects[row["object"]], row
    holders = {
        field.name
        for fields in objects.values()
        for field in fields.values()
        if field.objects and any(left_out(name, "") for name in field.objects)
    }
    known = set(policy().holders)
    assert {policy_module.plain(name) for name in holders} <= known


@pytest.mark.parametrize(
    "key", ["contactPoint", "contactpoint", "contact Point", "additionalContactPoints"]
)
@pytest.mark.parametrize("under", ["parties", "buyer", "somethingNew"])
def test_a_contact_keeps_only_its_page(key: str, under: str) -> None:
    found, counts = redacted({under: {"name": "Council", key: CONTACT}})
    assert found == {under: {"name": "Council", key: {"url": CONTACT["url"]}}}
    assert counts[f"{key}/name: withheld"] == 1
    found, _ = redacted({under: {"name": "Council", key: [{"name": "Jane Doe"}, "Jane Doe"]}})
    assert found == {under: {"name": "Council"}}


def test_other_fields_of_people_go_wherever_they_stand() -> None:
    release = {
        "tender": {
            "designContest": {"juryMembers": [{"name": "Judge One"}]},
            "email": "a@example.org",
        },
        "parties": [
            {"name": "X", "beneficialOwners": [{"name": "Olga Owner"}], "telephone": 1632960001}
        ],
        "awards": [{"documents": [{"id": "1", "author": "Ann Author"}]}],
    }
    found, counts = redacted(release)
    assert found == {
        "tender": {"designContest": {}},
        "parties": [{"name": "X"}],
        "awards": [{"documents": [{"id": "1"}]}],
    }
    assert sum(counts.values()) == 5


def test_a_contact_of_the_process_is_masked_in_all_of_its_text() -> None:
    release = {
        "parties": [{"name": "Doe Ltd", "contactPoint": CONTACT}],
        "tender": {
            "description": "Ask Jane Q. Doe (jane.doe@example.org, 01632 960001).",
            "title": "Jane",
        },
    }
    found, counts = redacted(release)
    assert found["tender"] == {
        "description": "Ask [withheld] ([withheld], [withheld]).",
        "title": "Jane",
    }
    assert counts["description: recorded contact"] == 3


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Jane Doe", "JANE DOE and jane\u00a0 doe", "[withheld] and [withheld]"),
        ("Jane Doe", "Doe, Jane; Jane Doering", "[withheld]; Jane Doering"),
        ("Ms Jane Doe", "Jane Doe decides", "[withheld] decides"),
        ("Doe, Jane", "Jane Doe decides", "[withheld] decides"),
        ("Jane Doe (Head of Buying)", "Jane Doe decides", "[withheld] decides"),
        ("Jane Doe - Buyer", "Jane Doe decides", "[withheld] decides"),
        ("Jane Doe, John Roe", "John Roe or jane doe", "[withheld] or [withheld]"),
        ("Олена Дацко", "ОЛЕНА ДАЦКО", "[withheld]"),
        ("Provision of Cars & Discovery Vans", "Discovery Vans", "Discovery Vans"),
    ],
)
def test_a_recorded_name_is_found_however_it_is_written(
    name: str, text: str, expected: str
) -> None:
    release = {"buyer": {"contactPoint": {"name": name}}, "tender": {"description": text}}
    assert redacted(release)[0]["tender"]["description"] == expected


@pytest.mark.parametrize("text", ["0131.555 12-34", "+44 (0) 131 555 1234", "131 5551234"])
def test_a_recorded_number_is_found_in_any_form(text: str) -> None:
    release = {
        "buyer": {"contactPoint": {"telephone": "+441315551234"}},
        "tender": {"description": f"Ring {text}!", "title": "Lot 2555123"},
    }
    found = redacted(release)[0]["tender"]
    assert found["title"] == "Lot 2555123"
    assert not any(map(str.isdigit, found["description"])), found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mrs Laura Evans, Clerk", "Mrs [withheld], Clerk"),
        ("please contact: Alistair Green - Head", "please contact: [withheld] - Head"),
        ("Our Contact Oliver Wright.", "Our Contact [withheld]"),
        ("for the attention of Joan Fox", "for the attention of [withheld]"),
        ("Contact Glasgow City Council", "Contact Glasgow City Council"),
        ("Attention Deficit Hyperactivity", "Attention Deficit Hyperactivity"),
        ("Dr Gray's Hospital", "Dr Gray's Hospital"),
        ("contact Acme Widgets", "contact Acme Widgets"),
        ("Contact Prism Grinding", "Contact Prism Grinding"),
        ("by contact. All Bidders", "by contact. All Bidders"),
        ("MS Teams, MR Scanner", "MS Teams, MR Scanner"),
    ],
)
def test_a_text_that_calls_a_person_by_a_title_or_to_be_asked(text: str, expected: str) -> None:
    release = {"parties": [{"name": "Acme Widgets"}], "tender": {"description": text}}
    assert redacted(release)[0]["tender"]["description"] == expected


def test_a_contact_that_is_an_organization_or_an_office_stays_in_text() -> None:
    for name in ("Acme Widgets", "Procurement Team"):
        release = {
            "parties": [{"name": "Acme Widgets of York", "contactPoint": {"name": name}}],
            "tender": {"title": f"Tender of {name}"},
        }
        assert redacted(release)[0]["tender"]["title"] == f"Tender of {name}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail a.b+c@example.co.uk!", "mail [e-mail withheld]!"),
        ("a.b @ example.co.uk", "[e-mail withheld]"),
        ("a.b(at)example.co.uk, x", "[e-mail withheld], x"),
        ("a.b [at] example [dot] org", "[e-mail withheld]"),
        ("write to a.b at example dot org", "write to [e-mail withheld]"),
        ("see https://x.org/a%40b.org/c", "see https://x.org/[e-mail withheld]/c"),
        ("0131-555-1234", "[telephone withheld]"),
        ("on 0151 482 9230.", "on [telephone withheld]."),
        ("+44 (0)20 7946 0958", "[telephone withheld]"),
        ("0044 20 7946 0958", "[telephone withheld]"),
        ("(020) 7946 0123", "[telephone withheld]"),
        ("1300 134 995", "[telephone withheld]"),
        ("Tel: 6271 2345", "Tel: [telephone withheld]"),
    ],
)
def test_contact_details_in_text_are_masked(text: str, expected: str) -> None:
    said: list[str] = []
    assert mask(text, said.append) == expected
    assert len(said) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2025/S 000-002404", "0217/20220801", "00012345678-1", "01-02-2026 to 03-04-2027",
        "CPV 03000000", "contract 0123456789A", "£1,000,000,000", "2026 - 2034", "a @ b", "call for 12",
        "3 @ 4.50 each", "maps/@51.5,-0.1", "meet at noon on the dot",
    ],
)  # fmt: skip
def test_references_dates_and_amounts_are_no_contact_details(text: str) -> None:
    assert mask(text, pytest.fail) == text


def test_an_address_in_an_id_or_a_url_leaves_an_id_or_a_url() -> None:
    found, _ = redacted(
        {"awards": [{"id": "a@example.org", "documents": [{"url": "mailto:b@example.org"}]}]}
    )
    assert found["awards"][0] == {
        "id": "e-mail-withheld",
        "documents": [{"url": "mailto:e-mail-withheld"}],
    }
    assert redacted({"tender": {"id": "0151 482 9230"}})[0]["tender"]["id"] == "0151 482 9230"


def test_a_sole_trader_keeps_the_name_and_loses_the_home() -> None:
    address = {"streetAddress": "1 Home St", "postalCode": "AB1 2CD", "locality": "York"}
    person = {"id": "GB-1", "name": "Mrs Ann Other", "address": address, "roles": ["supplier"]}
    home = {"streetAddress": "[withheld]", "postalCode": "[withheld]", "locality": "York"}
    assert redacted({"parties": [person]})[0]["parties"] == [{**person, "address": home}]
    for more in (
        {"name": "Ann Other t/a Other Gardens"},
        {"name": "Ann Other", "details": {"scale": "selfEmployed"}},
    ):
        assert redacted({"parties": [person | more]})[0]["parties"] == [
            {**person, **more, "address": home}
        ]
    asked = person | {"name": "FOP Ann Other", "contactPoint": {"name": "ANN OTHER"}}
    assert redacted({"parties": [asked]})[0]["parties"][0]["address"] == home
    company = {**person, "name": "Dr Other Ltd"}
    assert redacted({"parties": [company]})[0]["parties"] == [company]


def test_the_number_of_a_person_s_document_is_replaced_wherever_it_stands() -> None:
    release = {
        "parties": [{"id": "GBR-PASSPORT-123456789", "name": "Ann Other",
                     "identifier": {"scheme": "GBR-PASSPORT", "id": "123456789"}}],
        "awards": [{"suppliers": [{"id": "GBR-PASSPORT-123456789", "name": "Ann Other"}]}],
    }  # fmt: skip
    found, _ = redacted(release)
    assert "123456789" not in json.dumps(found)
    assert (
        found["awards"][0]["suppliers"][0]["id"]
        == found["parties"][0]["id"]
        == "GBR-PASSPORT-person-1"
    )


@pytest.mark.parametrize(
    "name", ["Jane Doe", "J. O'Neill-Smith", "Олег Владимирович", "Lic. Ana Paz"]
)
def test_names_of_people_are_told_from_those_of_offices(name: str) -> None:
    assert is_person(name)
    assert not is_person(f"{name} Team")


def test_places_of_people_are_told_with_positions_and_without() -> None:
    assert personal("/parties/0/contactPoint/email")
    assert personal("/parties/contactPoint")
    assert not personal("/parties/0/name")


def listed(lake: Lake, *rows: str, head: str = "kind,value,reason,date") -> Takedowns:
    lake.store.put(FILE, "\n".join([head, *rows, ""]).encode())
    return takedowns(lake)


def test_a_takedown_replaces_what_it_names_and_keeps_what_is_counted(tmp_path: Path) -> None:
    down = listed(
        Lake(tmp_path), "value,Secret Phrase,asked,2026-03-02", "party,P-1,asked,2026-03-02",
        "ocid,ocds-1,asked,2026-03-02",
    )  # fmt: skip
    party = {"id": "P-1", "name": "Ann Other", "roles": ["supplier"], "address": {"locality": "York"},
             "details": {"scale": "sme", "url": "https://ann.example"}}  # fmt: skip
    body = {
        "ocid": "ocds-2",
        "parties": [party],
        "awards": [{"id": "Secret Phrase", "title": "A Secret Phrase for Ann Other",
                    "suppliers": [{"id": "P-1", "name": "Ann Other"}], "value": {"amount": 1.5}}],
    }  # fmt: skip
    found, counts = redacted(body, down)
    assert found == {
        "ocid": "ocds-2",
        "parties": [{"id": "P-1", "name": "[withheld]", "roles": ["supplier"], "details": {"scale": "sme"}}],
        "awards": [{"id": "withheld-1", "title": "A withheld-1 for [withheld]",
                    "suppliers": [{"id": "P-1", "name": "[withheld]"}], "value": {"amount": 1.5}}],
    }  # fmt: skip
    assert counts["party: takedown"] == 2
    whole, _ = redacted(
        {"ocid": "ocds-1", "tender": {"id": "tender-1", "title": "All of it"}}, down
    )
    assert whole["tender"] == {"id": "tender-1", "title": "[withheld]"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["name,Jane,asked,2026-03-02"], "line 2: kind must be one of"),
        (["value,abc,asked,2026-03-02"], "line 2: the value has fewer"),
        (["ocid,ocds-1,asked,2 March"], "line 2: write the date"),
        (["ocid,ocds-1,asked"], "line 2: it has not 4 columns"),
    ],
)
def test_a_list_that_is_not_understood_stops_everything(
    tmp_path: Path, rows: list[str], told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        listed(Lake(tmp_path), *rows)
    with pytest.raises(ConfigError, match="its first line must be"):
        listed(Lake(tmp_path), head="ocid,why")
