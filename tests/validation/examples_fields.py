from tests.validation.examples import Example

EXAMPLES = (
    Example(
        "field.ocid_registered",
        good={"ocid": "ocds-h6vhtk-06e1fd"},
        bad={"ocid": "ocds-zzzzzz-1"},
        at=("/ocid",),
    ),
    Example(
        "field.date_time",
        good={
            "date": "2026-08-10T10:00:00Z",
            "awards": [{"date": "2026-08-11T01:00:00+01:00"}],  # a day is allowed for time zones
            "tender": {"bidOpening": {"date": "2026-09-09T13:00:00Z"}, "status": "active"},
        },
        bad={
            "date": "2026-08-10T10:00:00Z",
            "tender": {"tenderPeriod": {"startDate": "0201-08-10", "endDate": "2106-08-10"}},
            "awards": [{"date": "2026-08-12"}, {"date": 5}, {"date": ""}],
            "contracts": [{"dateSigned": "2026-02-30"}],
        },
        at=(
            "/tender/tenderPeriod/startDate",
            "/tender/tenderPeriod/endDate",
            "/awards/0/date",
            "/awards/1/date",
            "/contracts/0/dateSigned",
        ),
    ),
    Example(
        "field.number",
        good={"tender": {"numberOfTenderers": 0, "items": [{"quantity": "2.5"}]}},
        bad={
            "tender": {"numberOfTenderers": -1, "awardPeriod": {"durationInDays": "1e9999"}},
            "contracts": [
                {
                    "items": [
                        {"quantity": [], "unit": {"value": {"amount": -2}}},
                        {"quantity": {"a": 1}},
                    ],
                    "implementation": {"transactions": [{"value": {"amount": "free"}}]},
                }
            ],
        },
        at=(
            "/tender/numberOfTenderers",
            "/tender/awardPeriod/durationInDays",
            "/contracts/0/items/0/unit/value/amount",
            "/contracts/0/items/1/quantity",
            "/contracts/0/implementation/transactions/0/value/amount",
        ),
    ),
    Example(
        "field.language",
        good={"language": "cy", "tender": {"documents": [{"language": "en"}]}},
        bad={
            "language": "EN",
            "tender": {"documents": [{"language": "eng"}, {"language": ["en"]}]},
        },
        at=("/language", "/tender/documents/0/language", "/tender/documents/1/language"),
    ),
    Example(
        "field.identifier_scheme",
        good={"parties": [{"identifier": {"scheme": "GB-COH"}}]},
        bad={
            "parties": [
                {"identifier": {"scheme": "GB-PPON"}, "additionalIdentifiers": [{"scheme": 1}]}
            ]
        },
        at=("/parties/0/identifier/scheme", "/parties/0/additionalIdentifiers/0/scheme"),
    ),
)
