"""Identifiers across processes: tenders told apart, links that lead to a process of this edition.

Source of each check: Pelican's dataset checks of the same name (open-contracting).
"""

import duckdb

from validation.dataset.registry import Outcome, check, weigh

# Links that give an ocid; `path` leads to the link.
LINKS = """
    SELECT ocid, identifier, title,
           CASE section WHEN 'contract' THEN '/contracts/' || (section_position - 1) ELSE '' END
               || '/relatedProcesses/' || (related_process_position - 1) AS path
    FROM related_processes WHERE scheme = 'ocid' AND identifier IS NOT NULL"""


@check("unique.tender_id")
def tender_id(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """No two processes of a source have the same tender id."""
    query = """
        SELECT ocid, '/tender/id' AS path, tender_id AS value,
               count(*) OVER (PARTITION BY source, tender_id) AS number, number = 1 AS ok,
               number || ' processes have this tender id' AS message
        FROM processes WHERE tender_id <> ''"""
    return weigh(connection, query, things="tender ids")


@check("reference.related_process_identifier")
def related_process_identifier(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """An ocid that names a related process is that of a process of this edition."""
    query = f"""
        SELECT ocid, path || '/identifier' AS path, identifier AS value,
               EXISTS (FROM processes p WHERE p.ocid = identifier) AS ok,
               'no process of this edition has this ocid' AS message
        FROM ({LINKS})"""  # noqa: S608
    return weigh(connection, query, things="links to related processes by ocid")


@check("consistent.related_process_title")
def related_process_title(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """The title of a link to a related process is the title of that process's tender."""
    query = f"""
        SELECT link.ocid, path || '/title' AS path, link.title AS value, link.title = p.title AS ok,
               'the tender of ' || p.ocid || ' is titled ' || p.title AS message
        FROM ({LINKS}) link JOIN processes p ON p.ocid = identifier
        WHERE link.title IS NOT NULL AND p.title <> ''"""  # noqa: S608
    return weigh(connection, query, things="titles of links to processes of this edition")
