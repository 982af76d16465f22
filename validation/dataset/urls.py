"""Whether documents can be had: a few addresses of the edition are asked for, politely.

Owns the sample and the verdict; who asks is given by the caller. Off unless asked for: it is the
only check that opens connections. Source: Pelican's `misc.url_availability` (open-contracting).
"""

from collections.abc import Callable

import duckdb

from validation.dataset.registry import DatasetCheck, Failure, Outcome, Shown, listed

ASKED = 100  # addresses; with fewer different ones in the edition the check does not apply
SEED = "tenderline"  # the same edition is always asked about the same addresses
LOWEST_ERROR = 400  # RFC 9110 section 15: statuses from here on are errors

Fetch = Callable[[str], int | str]  # from an address to its status, or to why there is none

SAMPLE = f"""
    SELECT coalesce(ocid, ''), concat(
               CASE section WHEN 'planning' THEN '/planning' WHEN 'tender' THEN '/tender'
                   WHEN 'award' THEN concat('/awards/', section_position - 1)
                   WHEN 'contract' THEN concat('/contracts/', section_position - 1)
                   ELSE concat('/contracts/', section_position - 1, '/implementation') END,
               '/documents/', document_position - 1, '/url'), url
    FROM documents WHERE url <> ''
    QUALIFY row_number() OVER (PARTITION BY url
        ORDER BY ocid, section, section_position, document_position) = 1
    ORDER BY md5('{SEED}' || url), url LIMIT {ASKED}"""  # noqa: S608


def url_availability(fetch: Fetch) -> DatasetCheck:
    """The check `misc.url_availability`, which asks for addresses through `fetch`."""

    def run(connection: duckdb.DuckDBPyConnection) -> Outcome:
        """A hundred documents, picked at random, can be had: none answers with an error."""
        sample = connection.sql(SAMPLE).fetchall()
        if len(sample) < ASKED:
            return Outcome(None, f"{len(sample)} different addresses of documents, {ASKED} needed")
        answers = [(ocid, path, url, fetch(url)) for ocid, path, url in sample]
        odd = [
            Failure(ocid, path, url, f"asked for it, the answer was: {answer}")
            for ocid, path, url, answer in answers
            if isinstance(answer, str) or answer >= LOWEST_ERROR
        ]
        observed = f"{len(odd)} of {ASKED} addresses of documents cannot be had"
        rows = tuple((url, str(answer)) for _, _, url, answer in answers)
        return Outcome(not odd, observed, listed(connection, odd), Shown(("url", "answer"), rows))

    return DatasetCheck("misc.url_availability", 1, "info", run)
