"""The README of an edition: what this is, which file to take, how to read it.

Owns the text. Every number in it comes from the summary.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from kernel import Manifest, Publication
from publish.json_files import COMPILED, NONCONFORMING, PACKAGE, QUARANTINE
from transforms.tables.answers import answers
from transforms.tables.layout import all_tables

TEXT = """\
# {title}

{description}

Edition **{edition}**, made by tenderline {code} from {sources}. Verdict of the quality gate:
**{decision}** (see `quality.html`).

{made_up}{read:,} releases were read: {written:,} are published, {rejected:,} are quarantined with
a reason, {merged:,} were exact duplicates.

## Which file to take

| file | rows | one row is |
|---|---:|---|
{files}

Amounts are `decimal(18,2)` beside their currency and never split among several suppliers; moments
are UTC; every column's definition stands in the Parquet file's own field metadata.

## Read it

DuckDB

    SELECT supplier_name, scale, count(*) AS awards
    FROM 'parquet/award_suppliers.parquet'
    GROUP BY ALL ORDER BY awards DESC, supplier_name LIMIT 10;

pandas

    import pandas
    awards = pandas.read_parquet("parquet/awards.parquet")

## Check it

    sha256sum -c SHA256SUMS
    tenderline verify .

## Licence

Published under [{licence}]({licence_url}). Contains public sector information of: {publishers}.
"""


def readme(
    publication: Publication, summary: Mapping[str, Any], tables: Manifest, rows: Mapping[str, int]
) -> bytes:
    """The README as Markdown."""
    grains = [
        (f"parquet/{name}.parquet", summary["rows"][name], table.grain)
        for name, table in chain(all_tables().items(), answers().items())
        if name in summary["rows"]
    ]
    json_files = [
        (COMPILED, "one compiled release, as JSON Lines"),
        (PACKAGE, "one release of an OCDS 1.1 release package"),
        (NONCONFORMING, "one release that breaks the structure of OCDS, as published"),
        (QUARANTINE, "one release that could not be used, with the reason"),
    ]
    asked = [(f"sql/{name}.sql", 0, f"the query that makes `{name}`") for name in answers()]
    files = grains + [(name, rows[name], text) for name, text in json_files] + asked
    made_up = any(entry["made_up"] for entry in summary["sources"].values())
    titles = [entry["title"] for entry in summary["sources"].values()]
    return TEXT.format(
        title=publication.title,
        description=publication.description,
        edition=summary["edition"],
        code=tables.code,
        sources=", ".join(titles),
        decision=summary["decision"],
        made_up="**Some or all notices are made up, by a stand-in server.**\n\n" if made_up else "",
        **summary["counts"],
        files="\n".join(f"| `{name}` | {count:,} | {text} |" for name, count, text in files),
        licence=publication.licence,
        licence_url=publication.licence_url,
        publishers=", ".join(titles),
    ).encode()
