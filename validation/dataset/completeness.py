"""Completeness of collection: days on which a source published nothing, or far less than usual.

Source: the habit of the source itself. The covered span of a source reaches from the start of the
first to the end of the last extraction window that gave a release; only its whole days in UTC
count. A gap that was never extracted looks like silence: the tables do not tell them apart.
"""

import duckdb

from validation.dataset.registry import Outcome, check, weigh

SEEN = 4  # times a weekday must have come for its habit to be known
QUIET = 0.5  # of such days silent: the weekday is usually quiet
DROP = 0.3  # of what is usual for the weekday
SATURDAY = 6  # by ISO 8601

# Every whole day of each source's span: releases of that day, and what is usual for the weekday.
DAYS = f"""
    WITH spans AS (
        SELECT source, min(try_strptime(split_part("window", '-', 1), '%Y%m%dT%H%M%SZ')) AS start,
               max(try_strptime(split_part("window", '-', 2), '%Y%m%dT%H%M%SZ')) AS "end"
        FROM (SELECT DISTINCT source, "window" FROM releases) GROUP BY source),
    calendar AS (
        SELECT source, unnest(generate_series(date_trunc('day', start + INTERVAL 86399 SECONDS),
            date_trunc('day', "end") - INTERVAL 1 DAY, INTERVAL 1 DAY))::DATE AS day FROM spans),
    counted AS (
        SELECT source, date::DATE AS day, count(*) AS number FROM releases GROUP BY ALL)
    SELECT source, day, coalesce(number, 0) AS number, isodow(day) AS weekday,
           count(*) OVER same AS alike, median(coalesce(number, 0)) OVER same AS usual,
           count(*) FILTER (number IS NULL) OVER same AS silent,
           weekday >= {SATURDAY} AS weekend,
           alike >= {SEEN} AND silent >= {QUIET} * alike AS quiet
    FROM calendar LEFT JOIN counted USING (source, day)
    WINDOW same AS (PARTITION BY source, isodow(day))"""  # noqa: S608
DAY = "'' AS ocid, '/date' AS path, day || ' ' || dayname(day) AS value"


@check("completeness.silent_days")
def silent_days(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """There is a release of every day but weekends and the source's usually quiet weekdays."""
    query = f"""
        SELECT {DAY}, number > 0 AS ok,
               concat('no release of ', source, ' is dated this day') AS message
        FROM ({DAYS}) WHERE NOT weekend AND NOT quiet"""  # noqa: S608
    shown = f"""
        SELECT source, min(day)::VARCHAR AS first_day, max(day)::VARCHAR AS last_day,
               count(*) AS days,
               count(*) FILTER (number = 0 AND weekend) AS silent_on_weekends,
               count(*) FILTER (number = 0 AND quiet AND NOT weekend) AS silent_as_usual,
               count(*) FILTER (number = 0 AND NOT quiet AND NOT weekend) AS silent
        FROM ({DAYS}) GROUP BY source ORDER BY source"""  # noqa: S608
    return weigh(connection, query, things="ordinary days", shown=shown)


@check("completeness.weekday_drop")
def weekday_drop(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """No day has under 30% of the releases that are usual (the median) for its weekday.

    Applies to weekdays that came at least four times. Days without any release are left to
    `completeness.silent_days`.
    """
    query = f"""
        SELECT {DAY}, number >= {DROP} * usual AS ok,
               concat(number, ' releases of ', source, '; ', usual, ' are usual') AS message
        FROM ({DAYS}) WHERE alike >= {SEEN} AND number > 0"""  # noqa: S608
    things = f"days with releases whose weekday came {SEEN} times"
    return weigh(connection, query, things=things)
