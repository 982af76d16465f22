"""Distribution of amounts: whether a few values outweigh the rest, or are repeated too often.

Owns where amounts stand. Source of each check: Pelican's dataset checks of the same name
(open-contracting). Pelican converts to US dollars; here each currency is compared within itself,
so no exchange rate is needed, and what was published is what is compared.
"""

import duckdb

from validation.dataset.registry import Outcome, check, failing, show

ENOUGH = 100  # values of one currency: the top 1% is then at least one
REPEATED = 0.1  # the commonest pairs together hold less than this
COMMONEST = 3  # pairs that are judged
LISTED = 5  # pairs that are shown
TOO_FEW = 30  # values or fewer: any three pairs hold a tenth of them
AMOUNTS = {
    "tender": """
        SELECT ocid, '/tender/value/amount' AS path, tender_amount AS amount,
               tender_currency AS currency FROM processes""",
    "awards": """
        SELECT ocid, '/awards/' || (award_position - 1) || '/value/amount' AS path, amount,
               currency FROM awards""",
    "contracts": """
        SELECT ocid, '/contracts/' || (contract_position - 1) || '/value/amount' AS path, amount,
               currency FROM contracts""",
}


def _outliers(connection: duckdb.DuckDBPyConnection, kind: str) -> Outcome:
    """Band 0 is the top 1% of a currency's amounts, then to 5, 20, 50 and 100%."""
    ranked = f"""
        SELECT *, count(*) OVER (PARTITION BY currency) AS number,
               row_number() OVER (PARTITION BY currency ORDER BY amount DESC, ocid, path)
                   AS place,
               list_position([place <= edge * (number // 100) FOR edge IN [1, 5, 20, 50]], true)
                   AS edge,
               coalesce(edge, 5) - 1 AS band,
               sum(amount) OVER (PARTITION BY currency) AS total
        FROM ({AMOUNTS[kind]}) WHERE amount >= 0 AND currency <> ''
        QUALIFY number >= {ENOUGH} AND total > 0"""  # noqa: S608
    bands = f"""
        SELECT currency, ['0-1%', '1-5%', '5-20%', '20-50%', '50-100%'][band + 1] AS part,
               count(*) AS number, sum(amount) AS amount, sum(amount) / any_value(total) AS share,
               any_value(total) AS total, band
        FROM ({ranked}) GROUP BY currency, band ORDER BY currency, band"""  # noqa: S608
    top = f"SELECT * FROM ({bands}) WHERE band = 0"  # noqa: S608
    heavy = f"SELECT currency FROM ({top}) WHERE amount > total - amount"  # noqa: S608
    shares = connection.sql(f"SELECT currency, share FROM ({top}) ORDER BY currency").fetchall()  # noqa: S608
    if not shares:
        return Outcome(None, f"no currency has {ENOUGH} amounts of {kind} that are not all zero")
    odd = bool(connection.sql(heavy).fetchall())
    failures = failing(
        connection,
        f"""SELECT ocid, path, amount AS value,
                   'among the top 1% of ' || currency || ', which outweigh the rest' AS message
            FROM ({ranked}) WHERE band = 0 AND currency IN ({heavy})""",  # noqa: S608
    )
    told = ", ".join(f"{share:.1%} of {currency}" for currency, share in shares[:LISTED])
    table = show(connection, f"SELECT currency, part, number, amount, share FROM ({bands})")  # noqa: S608
    return Outcome(not odd, f"the top 1% hold {told}", failures if odd else None, table)


def _repeated(connection: duckdb.DuckDBPyConnection, kind: str) -> Outcome:
    pairs = f"""
        SELECT amount, currency, count(*) AS number, number / sum(number) OVER () AS share
        FROM ({AMOUNTS[kind]}) WHERE amount IS NOT NULL AND currency IS NOT NULL
        GROUP BY amount, currency ORDER BY number DESC, amount, currency"""  # noqa: S608
    total = connection.sql(f"SELECT sum(number) FROM ({pairs})").fetchall()[0][0]  # noqa: S608
    if not total or total <= TOO_FEW:
        return Outcome(None, f"only {total or 0} amounts of {kind} with a currency")
    table = show(connection, pairs, LISTED)
    together = sum(row[2] for row in table.rows[:COMMONEST]) / int(total)
    failures = failing(
        connection,
        f"""SELECT ocid, path, amount AS value,
                   number || ' values are this amount of ' || currency AS message
            FROM ({AMOUNTS[kind]}) JOIN ({pairs} LIMIT {COMMONEST}) USING (amount, currency)""",  # noqa: S608
    )
    ok = together < REPEATED
    observed = (
        f"the {COMMONEST} commonest pairs of amount and currency are {together:.1%} of {total:,}"
    )
    return Outcome(ok, observed, None if ok else failures, table)


@check("distribution.tender_value")
def tender_value(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The top 1% of tender values are worth no more than the other 99%, in each currency."""
    return _outliers(connection, "tender")


@check("distribution.awards_value")
def awards_value(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The top 1% of award values are worth no more than the other 99%, in each currency."""
    return _outliers(connection, "awards")


@check("distribution.contracts_value")
def contracts_value(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The top 1% of contract values are worth no more than the other 99%, in each currency."""
    return _outliers(connection, "contracts")


@check("distribution.tender_value_repetition")
def tender_value_repetition(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The three commonest pairs of amount and currency are under 10% of the tender values."""
    return _repeated(connection, "tender")


@check("distribution.awards_value_repetition")
def awards_value_repetition(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The three commonest pairs of amount and currency are under 10% of the award values."""
    return _repeated(connection, "awards")


@check("distribution.contracts_value_repetition")
def contracts_value_repetition(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The three commonest pairs of amount and currency are under 10% of the contract values."""
    return _repeated(connection, "contracts")
