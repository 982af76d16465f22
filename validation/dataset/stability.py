"""Time-based checks: what an older edition said is still there.

Source of each check: Pelican's time-based checks of the same name (open-contracting). An edition
passes there when more than 95% are good, rounded to whole per cent: from 95.5%.
"""

from fractions import Fraction

import duckdb

from validation.dataset.registry import Outcome, check, weigh

PASSES = Fraction(955, 1000)
BLANKS = r"[\s\x0b\x1c-\x1f\x85\p{Z}]+"  # every blank of Unicode, as a regular expression of RE2


def _plain(title: str) -> str:
    return f"trim(regexp_replace(lower({title}), '{BLANKS}', ' ', 'g'))"


@check("time.ocid", compares=True)
def ocid(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """At least 95.5% of the processes of the older edition are still there."""
    query = """
        SELECT ocid, '/ocid' AS path, ocid AS value,
               EXISTS (FROM main.processes n WHERE n.ocid = o.ocid) AS ok,
               'this process of the older edition is gone' AS message
        FROM older.processes o WHERE ocid IS NOT NULL"""
    return weigh(connection, query, things="processes of the older edition", passes=PASSES)


@check("time.phase_stable", compares=True)
def phase_stable(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """At least 95.5% of the processes in both editions have lost no section, award or contract."""
    count = """format('planning {}, tender {}, awards {}, contracts {}',
                      coalesce({0}.has_planning, false)::INTEGER,
                      coalesce({0}.has_tender, false)::INTEGER,
                      coalesce({0}.awards, 0), coalesce({0}.contracts, 0))"""
    now, before = (count.replace("{0}", edition) for edition in ("n", "o"))
    query = f"""
        SELECT n.ocid, '' AS path, {now} AS value, 'the older edition had ' || {before} AS message,
               coalesce(n.has_planning, false) >= coalesce(o.has_planning, false)
               AND coalesce(n.has_tender, false) >= coalesce(o.has_tender, false)
               AND coalesce(n.awards, 0) >= coalesce(o.awards, 0)
               AND coalesce(n.contracts, 0) >= coalesce(o.contracts, 0) AS ok
        FROM older.processes o JOIN main.processes n USING (ocid)"""  # noqa: S608
    return weigh(connection, query, things="processes of both editions", passes=PASSES)


@check("time.tender_title", compares=True)
def tender_title(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """At least 95.5% of the tenders in both editions keep their title, but for case and blanks."""
    query = f"""
        SELECT n.ocid, '/tender/title' AS path, n.title AS value,
               coalesce({_plain("n.title")} = {_plain("o.title")}, false) AS ok,
               'the older edition said: ' || o.title AS message
        FROM older.processes o JOIN main.processes n USING (ocid)
        WHERE {_plain("o.title")} <> ''"""  # noqa: S608
    return weigh(connection, query, things="titles of the older edition", passes=PASSES)
