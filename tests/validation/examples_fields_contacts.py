from tests.validation.examples import Example

EXAMPLES = (
    Example(
        "field.email",
        good={"parties": [{"contactPoint": {"email": "buying.team+1@council.example.org"}}]},
        bad={
            "parties": [
                {"contactPoint": {"email": "buying at example.org"}},
                {"contactPoint": {"email": "a@example.org; b@example.org"}},
                {"contactPoint": {"email": ["a@example.org"]}},
            ]
        },
        at=tuple(f"/parties/{n}/contactPoint/email" for n in range(3)),
    ),
    Example(
        "field.telephone",
        good={
            "parties": [
                {"contactPoint": {"telephone": "+44 161 496 0000", "faxNumber": ""}},
                {"address": {"country": "GB"}, "contactPoint": {"telephone": "0161 496 0000"}},
                {
                    "address": {"countryName": "England"},
                    "contactPoint": {"faxNumber": "01614960000"},
                },
            ]
        },
        bad={
            "parties": [
                {"contactPoint": {"telephone": "0161 496 0000"}},  # of which country?
                {
                    "address": {"country": "GB"},
                    "contactPoint": {"telephone": "N/A", "faxNumber": 12},
                },
            ]
        },
        at=(
            "/parties/0/contactPoint/telephone",
            "/parties/1/contactPoint/telephone",
            "/parties/1/contactPoint/faxNumber",
        ),
    ),
)
