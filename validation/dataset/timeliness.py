"""Timeliness: from deadline to award, and from award to publication.

Source: the notice rule of the United Kingdom (30 days from award to notice). Days are calendar days
in UTC, for dates are often published without a time.
"""

from fractions import Fraction

import duckdb

from validation.dataset.registry import Outcome, check, weigh

PASSES = Fraction(95, 100)  # late ones are always named; a few of them do not fail an edition
# Days; Public Contracts Regulations 2015 (United Kingdom), regulation 50.
PUBLISHED_WITHIN = 30
DECIDED_WITHIN = 365  # days; ours: tenders are seldom held open to acceptance for longer

AWARD = "'/awards/' || (award_position - 1) || '/date' AS path, a.date::DATE::VARCHAR AS value"
SUMMARY = """
    SELECT coalesce(p.buyer_name, '') AS buyer, year(a.date) || '-Q' || quarter(a.date) AS quarter,
           count(*) AS awards, median(days) AS median_days,
           count(*) FILTER (NOT ok) / count(*) AS late
    FROM ({}) a JOIN processes p USING (ocid) GROUP BY ALL
    ORDER BY count(*) FILTER (NOT ok) DESC, awards DESC, buyer, quarter"""


@check("timely.award_publication")
def award_publication(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """95% of the awards are first published within 30 days of their date.

    That is when the first release came that has the award. The table is by buyer and quarter of
    the award, those with the most late ones.
    """
    query = f"""
        SELECT ocid, {AWARD}, a.date, date_diff('day', a.date, first_release) AS days,
               days <= {PUBLISHED_WITHIN} AS ok,
               'it was first published ' || days || ' days later' AS message
        FROM awards a WHERE a.date IS NOT NULL AND first_release IS NOT NULL"""  # noqa: S608
    shown = SUMMARY.format(query)
    return weigh(connection, query, things="dated awards", passes=PASSES, shown=shown)


@check("timely.decision", severity="info")
def decision(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """95% of the awards are decided within a year of the deadline for submissions.

    An award before the deadline is a matter of each process (`coherent.dates`). The table is by
    buyer and quarter of the award, those with the most late ones.
    """
    query = f"""
        SELECT ocid, {AWARD}, a.date, date_diff('day', tender_period_end, a.date) AS days,
               days <= {DECIDED_WITHIN} AS ok,
               'it was decided ' || days || ' days after the deadline' AS message
        FROM awards a JOIN (SELECT ocid, tender_period_end FROM processes) USING (ocid)
        WHERE a.date IS NOT NULL AND tender_period_end IS NOT NULL"""  # noqa: S608
    shown = SUMMARY.format(query)
    things = "awards after a tender with a deadline"
    return weigh(connection, query, things=things, passes=PASSES, shown=shown)
