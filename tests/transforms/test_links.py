from typing import Any

import pytest

from transforms.links import canonical_url, ocid_in


@pytest.mark.parametrize(
    ("url", "ocid"),
    [
        ("https://api.publiccontractsscotland.gov.uk/v1/Notice?id=ocds-r6ebe6-0000578943", "ocds-r6ebe6-0000578943"),
        ("https://api.sell2wales.gov.wales/v1?lang=cy/Notice?id=ocds-kuma6s-148440", "ocds-kuma6s-148440"),
        ("https://api.sell2wales.gov.wales/v1?lang=cy/    Notice?id=ocds-kuma6s-148440", "ocds-kuma6s-148440"),
        ("https://example.org/Notice?locale=2057&ID=ocds-kuma6s-1", "ocds-kuma6s-1"),
        ("https://www.find-tender.service.gov.uk/procurement/ocds-h6vhtk-06e1fd", "ocds-h6vhtk-06e1fd"),
        ("https://example.org/Notice?id=ocds%2Dkuma6s%2D1", "ocds-kuma6s-1"),
        ("https://www.essex.icb.nhs", None),
        ("https://example.org/Notice?id=005381-2026", None),
        ("https://example.org/ocds/?paid=ocds-kuma6s-1", None),
        ("ocds", None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_ocid_in_a_link(url: str | None, ocid: str | None) -> None:
    assert ocid_in(url) == ocid


def record(*links: Any) -> dict[str, Any]:
    return {"releases": [{"release": {"links": one}} for one in links]}


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ([[{"rel": "canonical", "href": " https://a "}]], "https://a"),
        ([[{"rel": "canonical", "href": "https://a"}], [{"rel": "prev", "href": "https://b"}]], "https://a"),
        ([[{"rel": "canonical", "href": "https://a"}], [{"rel": "canonical", "href": "https://b"}]], "https://b"),
        ([[], "x", None, {"rel": "canonical"}, [{"rel": "canonical", "href": 5}, "x", None]], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_canonical_link_of_the_newest_release_that_has_one(
    links: list[Any], url: str | None
) -> None:
    assert canonical_url(record(*links)) == url
