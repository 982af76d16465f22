"""Suppliers across processes: one register number, one name, one size.

Source: OCDS 1.1 guidance on organization identifiers. Owns when two names count as the same. Only
identifiers with a register (scheme) count: the ids of parties are often made for one process.
"""

import csv
from importlib.resources import files

import duckdb

from validation.dataset.registry import Outcome, check, weigh


def plain(name: str) -> str:
    """SQL for a name as it is compared: lower case, single blanks, short form of company.

    The form itself counts: a plc and a limited company of one name are two companies.
    """
    made = f"replace(lower({name}), '&', ' and ')"
    made = rf"regexp_replace({made}, '[.''\x{{2019}}`]', '', 'g')"
    made = rf"trim(regexp_replace({made}, '[\s\p{{Z}},;()\[\]\-]+', ' ', 'g'))"
    text = files("validation.dataset").joinpath("company_forms.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        made = f"regexp_replace({made}, ' {row['words']}$', ' {row['form']}')"
    return made


SUPPLIERS = """
    SELECT ocid, identifier_scheme AS scheme, identifier_id AS id, supplier_name, scale,
           '/awards/' || (award_position - 1) || '/suppliers/' || (supplier_position - 1) AS path,
           nullif(lower(scale), '') AS size
    FROM award_suppliers WHERE identifier_scheme <> '' AND identifier_id <> ''"""
# Each name is read once, however often it occurs; `min` keeps DuckDB from reading it earlier.
NAMES = f"""
    SELECT supplier_name, nullif({plain("min(supplier_name)")}, '') AS name
    FROM award_suppliers GROUP BY supplier_name"""  # noqa: S608
NAMED = f"FROM ({SUPPLIERS}) JOIN ({NAMES}) USING (supplier_name) WHERE name IS NOT NULL"


def _known(columns: str, by: str, rows: str) -> str:
    """SQL of what is known of each group that occurs in several processes."""
    return f"SELECT {by}, {columns} {rows} GROUP BY {by} HAVING min(ocid) < max(ocid)"


def _most(columns: str, by: str, rows: str, of: str) -> str:
    """SQL of the groups with several `of`, those with the most first."""
    return f"""
        SELECT {by}, {columns}, count(DISTINCT ocid) AS processes {rows} GROUP BY {by}
        HAVING min(ocid) < max(ocid) AND min({of}) < max({of})
        ORDER BY count(DISTINCT {of}) DESC, processes DESC, {by}"""


@check("identity.id_with_several_names", severity="info")
def id_with_several_names(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """A supplier with one register number goes by one name in all processes.

    Applies to numbers that occur in several processes.
    """
    known = _known("min(name) AS one, max(name) AS other", "scheme, id", NAMED)
    query = f"""
        SELECT ocid, path || '/name' AS path, supplier_name AS value, one = other AS ok,
               concat(scheme, ' ', id, ' has several names, such as ', one, ' and ', other)
                   AS message
        FROM (SELECT * {NAMED}) JOIN ({known}) USING (scheme, id)"""  # noqa: S608
    columns = "count(DISTINCT name) AS names, min(name) AS one, max(name) AS other"
    shown = _most(columns, "scheme, id", NAMED, "name")
    return weigh(connection, query, things="suppliers known from other processes", shown=shown)


@check("identity.name_with_several_ids", severity="info")
def name_with_several_ids(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """A supplier with one name has one number in each register in all processes.

    Applies to names that occur with a number of the same register in several processes.
    """
    known = _known("min(id) AS one, max(id) AS other", "scheme, name", NAMED)
    query = f"""
        SELECT ocid, path || '/id' AS path, id AS value, one = other AS ok,
               concat(name, ' has several numbers of ', scheme, ', such as ', one, ' and ', other)
                   AS message
        FROM (SELECT * {NAMED}) JOIN ({known}) USING (scheme, name)"""  # noqa: S608
    columns = "count(DISTINCT id) AS ids, min(id) AS one, max(id) AS other"
    shown = _most(columns, "scheme, name", NAMED, "id")
    return weigh(connection, query, things="suppliers known from other processes", shown=shown)


@check("sme.scale_contradicts")
def scale_contradicts(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """A supplier with one register number has one size in all processes.

    Applies to numbers that occur with a size in several processes. A company may have grown.
    """
    sized = f"FROM ({SUPPLIERS}) WHERE size IS NOT NULL"
    known = _known("min(size) AS one, max(size) AS other", "scheme, id", sized)
    query = f"""
        SELECT ocid, path, scale AS value, one = other AS ok,
               concat(scheme, ' ', id, ' is ', one, ' in one process and ', other, ' in another')
                   AS message
        FROM (SELECT * {sized}) JOIN ({known}) USING (scheme, id)"""  # noqa: S608
    columns = "min(supplier_name) AS name, count(*) FILTER (size = 'sme') AS as_sme"
    shown = _most(columns, "scheme, id", sized, "size")
    return weigh(connection, query, things="sizes of suppliers in several processes", shown=shown)
