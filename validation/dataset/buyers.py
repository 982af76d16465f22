"""Distribution of buyers: whether they are identified the same way from process to process.

Source of each check: Pelican's dataset checks of the same name (open-contracting), which go by
`buyer.id`.
"""

import duckdb

from validation.dataset.registry import Failure, Outcome, Shown, check, failing, listed

ENOUGH = 1_000  # processes with a buyer's id
ONCE = 0.5  # of the buyers, fewer have a single process
LOWEST, HIGHEST = 0.01, 0.5  # of the processes: more and fewer are the commonest buyer's

BUYERS = """
    SELECT buyer_id AS id, min(buyer_name) AS name, min(ocid) AS ocid, count(*) AS number
    FROM processes WHERE buyer_id IS NOT NULL GROUP BY buyer_id"""
SIZES = f"""
    SELECT CASE WHEN number = 1 THEN '1' WHEN number <= 20 THEN '2-20'
                WHEN number <= 50 THEN '21-50' WHEN number <= 100 THEN '51-100'
                ELSE 'over 100' END AS size,
           count(*) AS buyers, sum(number) AS processes
    FROM ({BUYERS}) GROUP BY size ORDER BY min(number)"""  # noqa: S608


def _too_few(number: int) -> Outcome | None:
    if number >= ENOUGH:
        return None
    return Outcome(None, f"{number:,} processes name a buyer's id, {ENOUGH:,} are needed")


@check("distribution.buyer")
def buyer(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Fewer than half of all buyers appear in one process only."""
    sizes = connection.sql(SIZES).fetchall()
    processes = int(sum(row[2] for row in sizes))
    if few := _too_few(processes):
        return few
    once, buyers = sum(row[1] for row in sizes if row[0] == "1"), sum(row[1] for row in sizes)
    shown = Shown(
        ("processes of a buyer", "buyers", "processes"), tuple((s, b, int(p)) for s, b, p in sizes)
    )
    observed = f"{once:,} of {buyers:,} buyers appear in one process only ({once / buyers:.1%})"
    if once < ONCE * buyers:
        return Outcome(True, observed, None, shown)
    query = f"""
        SELECT ocid, '/buyer/id' AS path, id AS value,
               'this buyer appears nowhere else: is it identified differently there?' AS message
        FROM ({BUYERS}) WHERE number = 1"""  # noqa: S608
    return Outcome(False, observed, failing(connection, query), shown)


@check("distribution.buyer_repetition")
def buyer_repetition(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The commonest buyer has more than 1% and less than 50% of the processes."""
    commonest = connection.sql(f"""
        SELECT id, coalesce(name, ''), number, number / sum(number) OVER (), sum(number) OVER ()
        FROM ({BUYERS}) ORDER BY number DESC, id LIMIT 20""").fetchall()  # noqa: S608
    if few := _too_few(int(commonest[0][4]) if commonest else 0):
        return few
    number, share = commonest[0][2:4]
    ok = LOWEST < share < HIGHEST
    observed = f"the commonest buyer has {number:,} of {int(commonest[0][4]):,} ({share:.1%})"
    odd = [Failure("", "/buyer/id", commonest[0][0], observed)]
    shown = Shown(("buyer", "name", "processes", "share"), tuple(row[:4] for row in commonest))
    return Outcome(ok, observed, None if ok else listed(connection, odd), shown)
