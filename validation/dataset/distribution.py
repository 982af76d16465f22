"""Distribution of codes: how often each occurs in the edition, and whether that is plausible.

Owns which columns hold a code. Source of each check: Pelican's dataset checks of the same name
(open-contracting), as described in its documentation; what it says there of the shares is kept. A
code is missing where it is empty. Shares are out of all occurrences, not out of processes.
"""

import duckdb

from validation.dataset.registry import SHOWN, Failure, Outcome, Shown, check, listed

LOWEST, HIGHEST = 0.001, 0.99  # of a code that every healthy publication has some of
ONE_CODE = 0.95  # no single category holds more than this
# A code that is not among the thousand commonest has a share under a thousandth, which is LOWEST.
CODES = 1_000

Counts = list[tuple[str, int, float]]


def _counts(connection: duckdb.DuckDBPyConnection, codes: str) -> Counts:
    """The commonest codes, most frequent first, with count and share."""
    query = f"""
        SELECT code, count(*) AS number, sum(number) OVER () AS total
        FROM ({codes}) WHERE code <> '' GROUP BY code ORDER BY number DESC, code LIMIT {CODES}"""  # noqa: S608
    rows = connection.sql(query).fetchall()
    return [(code, number, number / int(total)) for code, number, total in rows]


def _outcome(
    connection: duckdb.DuckDBPyConnection, counts: Counts, odd: list[Failure], *, judged: bool
) -> Outcome:
    if not counts:
        return Outcome(None, "no such code is given")
    told = ", ".join(f"{number:,} {code[:40]} ({share:.1%})" for code, number, share in counts[:3])
    observed = told if judged else f"{told}: shown, not judged"
    table = Shown(("code", "count", "share"), tuple(counts[:SHOWN]))
    return Outcome(not odd, observed, listed(connection, odd), table)


def _shares(
    connection: duckdb.DuckDBPyConnection, codes: str, path: str = "", *judged: str
) -> Outcome:
    """The codes that `codes` selects; each of `judged` must have a plausible share."""
    counts = _counts(connection, codes)
    share = {code: share for code, _, share in counts}
    bounds = f"a share between {LOWEST:.1%} and {HIGHEST:.0%} is expected"
    odd = [
        Failure("", path, code, f"{share.get(code, 0):.2%} have this code; {bounds}")
        for code in judged
        if not LOWEST <= share.get(code, 0) <= HIGHEST
    ]
    return _outcome(connection, counts, odd, judged=bool(judged))


@check("distribution.main_procurement_category")
def main_procurement_category(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """No main procurement category holds more than 95% of the tenders that have one."""
    query = "SELECT main_procurement_category AS code FROM processes"
    counts = _counts(connection, query)
    odd = [
        Failure("", "/tender/mainProcurementCategory", code, f"{share:.2%} have this category")
        for code, _, share in counts
        if share > ONE_CODE
    ]
    return _outcome(connection, counts, odd, judged=True)


@check("distribution.tender_procurement_method")
def tender_procurement_method(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Open procedures are 0.1% to 99% of the tenders whose procurement method is given."""
    codes = "SELECT procurement_method AS code FROM processes"
    return _shares(connection, codes, "/tender/procurementMethod", "open")


@check("distribution.tender_status")
def tender_status(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Active and complete tenders are each 0.1% to 99% of the tenders with a status."""
    codes = "SELECT tender_status AS code FROM processes"
    return _shares(connection, codes, "/tender/status", "active", "complete")


@check("distribution.awards_status")
def awards_status(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Active awards are 0.1% to 99% of the awards with a status."""
    return _shares(connection, "SELECT status AS code FROM awards", "/awards/status", "active")


@check("distribution.contracts_status")
def contracts_status(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Active and terminated contracts are each 0.1% to 99% of the contracts with a status."""
    codes = "SELECT status AS code FROM contracts"
    return _shares(connection, codes, "/contracts/status", "active", "terminated")


@check("distribution.milestone_status")
def milestone_status(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Milestones that were met are 0.1% to 99% of the milestones with a status."""
    return _shares(connection, "SELECT status AS code FROM milestones", "/milestones/status", "met")


@check("distribution.tender_award_criteria", severity="info")
def tender_award_criteria(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Award criteria are shown, not judged."""
    return _shares(connection, "SELECT award_criteria AS code FROM processes")


@check("distribution.tender_submission_method", severity="info")
def tender_submission_method(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Submission methods are shown, not judged."""
    return _shares(connection, "SELECT unnest(submission_methods) AS code FROM processes")


@check("distribution.milestone_type", severity="info")
def milestone_type(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Types of milestones are shown, not judged."""
    return _shares(connection, "SELECT milestone_type AS code FROM milestones")


@check("distribution.document_document_type", severity="info")
def document_document_type(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Types of documents are shown, not judged."""
    return _shares(connection, "SELECT document_type AS code FROM documents")


@check("distribution.value_currency", severity="info")
def value_currency(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Currencies of budgets, tenders, awards, contracts and payments are shown, not judged."""
    codes = """
        SELECT unnest([tender_currency, tender_min_currency, budget_currency]) AS code
        FROM processes
        UNION ALL SELECT currency FROM awards
        UNION ALL SELECT currency FROM contracts
        UNION ALL SELECT currency FROM transactions"""
    return _shares(connection, codes)


@check("distribution.related_process_relation", severity="info")
def related_process_relation(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Relationships to other processes are shown, not judged."""
    return _shares(connection, "SELECT unnest(relationship) AS code FROM related_processes")
