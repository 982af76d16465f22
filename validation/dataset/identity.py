"""Suppliers across processes: one register number, one name, one size.

Ours. Owns when two names count as the same. Only identifiers with a register (scheme) count: the
ids of parties are often made for one process.
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


SUPPLIERS = f"""
    SELECT ocid, identifier_scheme AS scheme, identifier_id AS id, supplier_name, scale,
           '/awards/' || (award_position - 1) || '/suppliers/' || (supplier_position - 1) AS path,
           nullif({plain("supplier_name")}, '') AS name, nullif(lower(scale), '') AS size
    FROM award_suppliers WHERE identifier_scheme <> '' AND identifier_id <> ''"""  # noqa: S608


@check("identity.id_with_several_names", severity="info")
def id_with_several_names(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """A supplier with one register number goes by one name in all processes.

    Applies to numbers that occur in several processes.
    """
    known = f"""
        SELECT scheme, id, count(DISTINCT ocid) AS processes, count(DISTINCT name) AS names,
               min(name) AS one, max(name) AS other
        FROM ({SUPPLIERS}) WHERE name IS NOT NULL
        GROUP BY scheme, id HAVING processes > 1"""  # noqa: S608
    query = f"""
        SELECT ocid, path || '/name' AS path, supplier_name AS value, names = 1 AS ok,
               concat(scheme, ' ', id, ' goes by ', names, ' names, such as ', one, ' and ', other)
                   AS message
        FROM ({SUPPLIERS}) JOIN ({known}) USING (scheme, id) WHERE name IS NOT NULL"""  # noqa: S608
    shown = f"""
        SELECT scheme, id, names, processes, one, other FROM ({known}) WHERE names > 1
        ORDER BY names DESC, processes DESC, scheme, id"""  # noqa: S608
    return weigh(connection, query, things="suppliers known from other processes", shown=shown)


@check("identity.name_with_several_ids", severity="info")
def name_with_several_ids(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """A supplier with one name has one number in each register in all processes.

    Applies to names that occur with a number of the same register in several processes.
    """
    known = f"""
        SELECT scheme, name, count(DISTINCT ocid) AS processes, count(DISTINCT id) AS ids,
               min(id) AS one, max(id) AS other
        FROM ({SUPPLIERS}) WHERE name IS NOT NULL
        GROUP BY scheme, name HAVING processes > 1"""  # noqa: S608
    query = f"""
        SELECT ocid, path || '/id' AS path, id AS value, ids = 1 AS ok,
               concat(name, ' has ', ids, ' numbers of ', scheme, ', such as ', one, ' and ', other)
                   AS message
        FROM ({SUPPLIERS}) JOIN ({known}) USING (scheme, name)"""  # noqa: S608
    shown = f"""
        SELECT name, scheme, ids, processes, one, other FROM ({known}) WHERE ids > 1
        ORDER BY ids DESC, processes DESC, name, scheme"""  # noqa: S608
    return weigh(connection, query, things="suppliers known from other processes", shown=shown)


@check("sme.scale_contradicts")
def scale_contradicts(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """A supplier with one register number has one size in all processes.

    Applies to numbers that occur with a size in several processes. A company may have grown.
    """
    known = f"""
        SELECT scheme, id, count(DISTINCT ocid) AS processes, count(DISTINCT size) AS sizes,
               count(*) FILTER (size = 'sme') AS small, min(supplier_name) AS name
        FROM ({SUPPLIERS}) WHERE size IS NOT NULL
        GROUP BY scheme, id HAVING processes > 1"""  # noqa: S608
    query = f"""
        SELECT ocid, path, scale AS value, sizes = 1 AS ok,
               concat(scheme, ' ', id, ' is of ', sizes, ' sizes in ', processes, ' processes')
                   AS message
        FROM ({SUPPLIERS}) JOIN ({known}) USING (scheme, id) WHERE size IS NOT NULL"""  # noqa: S608
    shown = f"""
        SELECT scheme, id, name, processes, small AS as_sme FROM ({known}) WHERE sizes > 1
        ORDER BY processes DESC, scheme, id"""  # noqa: S608
    return weigh(connection, query, things="sizes of suppliers in several processes", shown=shown)
