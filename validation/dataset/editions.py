"""What became of the older edition's single statements: gone, raised, or changed in silence.

Source: OCDS 1.1, a release is immutable. Each of these asks for an explanation.
"""

import duckdb

from validation.dataset.registry import Outcome, check, weigh

# The id that a release was published with: tenderline puts the beginning of the hash behind one
# that was used before (transforms/record.py).
PUBLISHED_ID = """
    CASE WHEN derived_id AND ends_with(release_id, '-' || left(sha256, 12))
         THEN left(release_id, length(release_id) - 13) ELSE release_id END"""


@check("edition.vanished_ocids", compares=True)
def vanished_ocids(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Every process of the older edition is still there."""
    query = """
        SELECT ocid, '/ocid' AS path, ocid AS value,
               EXISTS (FROM main.processes n WHERE n.ocid = o.ocid) AS ok,
               concat('the process is gone; its latest release was of ', last_release::DATE)
                   AS message
        FROM older.processes o WHERE ocid IS NOT NULL"""
    return weigh(connection, query, things="processes of the older edition")


@check("edition.vanished_awards", compares=True)
def vanished_awards(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Every award that the older edition has of a process that is still there is there too."""
    query = """
        SELECT ocid, '/awards' AS path, award_id AS value,
               EXISTS (FROM main.awards n WHERE n.ocid = o.ocid AND n.award_id = o.award_id) AS ok,
               'the older edition has an award of this id, of ' ||
                   coalesce(amount::VARCHAR || ' ' || coalesce(currency, ''), 'unknown value')
                   AS message
        FROM older.awards o
        WHERE award_id IS NOT NULL AND EXISTS (FROM main.processes n WHERE n.ocid = o.ocid)"""
    return weigh(connection, query, things="awards of the older edition")


@check("edition.values_raised", compares=True)
def values_raised(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """No award is worth over 10% more than in the older edition, in the same currency.

    An award of nothing or less is left out: it is a placeholder.
    """
    query = """
        SELECT n.ocid, '/awards/' || (n.award_position - 1) || '/value/amount' AS path,
               n.amount AS value, n.amount <= o.amount::DECIMAL(20, 2) * 1.1 AS ok,
               'it was ' || o.amount || ' ' || o.currency || ' in the older edition' AS message
        FROM older.awards o JOIN main.awards n USING (ocid, award_id, currency)
        WHERE n.amount IS NOT NULL AND o.amount > 0"""
    return weigh(connection, query, things="award values in both editions")


@check("edition.silent_edits", compares=True)
def silent_edits(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """No release that is new since the older edition has the id of another one of its process."""
    query = f"""
        WITH every AS (
            SELECT ocid, sha256, date, {PUBLISHED_ID} AS name, false AS old FROM main.releases
            UNION ALL
            SELECT ocid, sha256, date, {PUBLISHED_ID} AS name, true AS old FROM older.releases),
        each AS (
            SELECT ocid, name, sha256, min(date) AS date, bool_or(old) AS old
            FROM every WHERE name IS NOT NULL AND sha256 IS NOT NULL GROUP BY ocid, name, sha256)
        SELECT ocid, '/id' AS path, name AS value, old,
               row_number() OVER same = 1 AS ok,
               'other content stood under this id: ' || first_value(sha256) OVER same || ', now '
                   || sha256 AS message
        FROM each WINDOW same AS (PARTITION BY ocid, name ORDER BY old DESC, date, sha256)
        QUALIFY NOT old"""  # noqa: S608
    return weigh(connection, query, things="releases that are new since the older edition")
