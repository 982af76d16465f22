from tests.validation.examples import Example


def value(amount: float, currency: str) -> dict[str, object]:
    return {"tender": {"value": {"amount": amount, "currency": currency}}}


EXAMPLES = (
    Example(
        "coherent.procurement_method_vs_number_of_tenderers",
        good={"tender": {"procurementMethod": "direct", "numberOfTenderers": 1}},
        bad={"tender": {"procurementMethod": "direct", "numberOfTenderers": 2}},
        at=("/tender/numberOfTenderers",),
    ),
    Example(
        "coherent.tender_status",
        good={"tender": {"status": "active"}, "awards": []},
        bad={"tender": {"status": "active"}, "awards": [{"id": "1"}]},
        at=("/tender/status",),
    ),
    Example(
        "coherent.awards_status",
        good={
            "awards": [{"id": "1", "status": "cancelled"}, {"id": "2", "status": "active"}],
            "contracts": [{"awardID": "2"}],
        },
        bad={"awards": [{"id": 1, "status": "pending"}], "contracts": [{"awardID": "1"}]},
        at=("/awards/0/status",),
    ),
    Example(
        "coherent.contracts_status",
        good={"contracts": [{"status": "pending", "implementation": {"transactions": []}}]},
        bad={"contracts": [{"status": "pending", "implementation": {"transactions": [{}]}}]},
        at=("/contracts/0/status",),
    ),
    Example(
        "coherent.milestone_status",
        good={"tender": {"milestones": [{"status": "scheduled"}]}},
        bad={"tender": {"milestones": [{"status": "notMet", "dateMet": "2026-03-01"}]}},
        at=("/tender/milestones/0/dateMet",),
    ),
    Example(
        "coherent.value_realistic",
        good=value(5_000_000_000, "USD"),
        bad=value(-4_800_000_000, "GBP"),
        at=("/tender/value/amount",),
    ),
)
