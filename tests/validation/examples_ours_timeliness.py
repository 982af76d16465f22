from tests.validation.examples import Example

PUBLISHED = {"tag": ["award", "contract"], "date": "2026-08-10T16:00:00+01:00"}

EXAMPLES = (
    Example(
        "timely.award_published",
        good={
            **PUBLISHED,
            "awards": [{"date": "2026-07-11"}],
            "contracts": [{"dateSigned": "2026-08-01"}],
        },
        bad={
            **PUBLISHED,
            "awards": [
                {"date": "2026-07-09"},
                {"date": "2026-07-09", "datePublished": "2026-07-10"},
            ],
            "contracts": [{"dateSigned": "2025-08-01"}],
        },
        at=("/awards/0/date", "/contracts/0/dateSigned"),
    ),
    Example(
        "timely.award_published",  # light-touch contracts have 120 days
        good={
            **PUBLISHED,
            "tender": {"specialRegime": ["lightTouch"]},
            "contracts": [{"dateSigned": "2026-06-01"}],
        },
        bad={
            **PUBLISHED,
            "tender": {"specialRegime": ["lightTouch"]},
            "contracts": [{"dateSigned": "2026-03-01"}],
        },
        at=("/contracts/0/dateSigned",),
    ),
    Example(
        "timely.award_after_deadline",
        good={
            "tender": {"tenderPeriod": {"endDate": "2026-08-10T12:00:00Z"}},
            "awards": [{"date": "2026-08-10"}, {}],
        },
        bad={
            "tender": {"tenderPeriod": {"endDate": "2026-08-10T12:00:00Z"}},
            "awards": [{"date": "2026-08-09"}],
        },
        at=("/awards/0/date",),
    ),
)
