from typing import Any

from tests.validation.examples import Example

DAYS = [f"2026-03-0{day}" for day in range(1, 10)]


def process(due: str, awarded: str, signed: str, paid: str, released: str) -> dict[str, Any]:
    """A process with these dates, of which each should not be after the next."""
    transactions = {"transactions": [{"date": paid}]}
    contract = {"awardID": "a", "dateSigned": signed, "implementation": transactions}
    return {
        "date": released,
        "tender": {"tenderPeriod": {"endDate": due}, "contractPeriod": {"startDate": paid}},
        "awards": [{"id": "a", "date": awarded}],
        "contracts": [contract],
    }


def amended(since: str, amendment: str, released: str) -> dict[str, Any]:
    """A process whose parts are of the day `since`, and amended later."""
    amendments = [{"date": amendment}]
    return {
        "date": released,
        "tender": {"tenderPeriod": {"startDate": since}, "amendments": amendments},
        "awards": [{"date": since, "amendments": amendments}],
        "contracts": [{"dateSigned": since, "amendments": amendments}],
    }


def documented(published: str, modified: str, released: str) -> dict[str, Any]:
    document = {"datePublished": published, "dateModified": modified}
    return {"date": released, "tender": {"documents": [document]}}


def milestone(day: str) -> dict[str, Any]:
    milestones = [{"dateModified": day, "dateMet": day}]
    return {"date": DAYS[1], "contracts": [{"implementation": {"milestones": milestones}}]}


EXAMPLES = (
    Example(
        "coherent.period",
        good={"tender": {"tenderPeriod": {"startDate": "2026-03-01", "endDate": "2026-03-02"}}},
        bad={"tender": {"tenderPeriod": {"startDate": "2026-03-02", "endDate": "2026-03-01"}}},
        at=("/tender/tenderPeriod/startDate",),
    ),
    Example(
        "coherent.dates",
        good=process(*DAYS[:5]),
        bad=process(*DAYS[4::-1]),
        at=(
            "/tender/contractPeriod/startDate",
            *["/awards/0/date"] * 2,  # before the tender period ends, and after the release
            *["/contracts/0/dateSigned"] * 3,  # and before the award
            *["/contracts/0/implementation/transactions/0/date"] * 2,
        ),
    ),
    Example(
        "coherent.release_date",
        good=process(*DAYS[:5]),
        bad=process(*DAYS[4::-1]),
        at=(
            "/awards/0/date",
            "/contracts/0/dateSigned",
            "/contracts/0/implementation/transactions/0/date",
        ),
    ),
    Example(
        "coherent.milestones_dates",
        good=milestone(DAYS[1]),
        bad=milestone(DAYS[2]),
        at=(
            "/contracts/0/implementation/milestones/0/dateMet",
            "/contracts/0/implementation/milestones/0/dateModified",
        ),
    ),
    Example(
        "coherent.amendments_dates",
        good=amended(*DAYS[:3]),
        bad=amended(*DAYS[2::-1]),
        at=tuple(
            f"/{place}/amendments/0/date"
            for place in ("tender", "awards/0", "contracts/0")
            for _ in ("before what it amends", "after the release")
        ),
    ),
    Example(
        "coherent.documents_dates",
        good=documented(*DAYS[:3]),
        bad=documented(*DAYS[2::-1]),
        at=(
            *["/tender/documents/0/datePublished"] * 2,
            "/tender/documents/0/dateModified",
        ),
    ),
)
