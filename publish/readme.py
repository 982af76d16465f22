"""The README of an edition: what this is, which file to take, how to read it.

Owns the text. Every number in it comes from the summary.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel import Manifest, Publication
from publish.delta.shape import LINES
from publish.json.files import FULL, LEFT_OUT, QUARANTINE
from publish.partitions import FOLDER
from publish.provenance import NAME as PROVENANCE
from publish.provenance import TABLE
from publish.sheets.files import told
from transforms.tables.answers import answers
from transforms.tables.layout import all_tables

PARTITIONS = """\
Only some sources or years of a large table, from its Hive partitions

    SELECT count(*) FROM read_parquet('{name}/*/*/*.parquet') WHERE year >= 2025;  -- DuckDB
    pandas.read_parquet("{name}", filters=[("year", ">=", 2025)])      # pandas
    arrow::open_dataset("{name}")                                      # R

"""
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

R, by itself

    awards <- read.csv("{awards_csv}", encoding = "UTF-8", na.strings = "")

R, with the package arrow (the only one of these that no test of tenderline runs: Debian, on which
they run, has no such package)

    awards <- arrow::read_parquet("parquet/awards.parquet")

{partitions}## Know it

`dictionary.html` and `dictionary.csv` tell of every column what it means and how often it is
filled; `publication-policy.html` what is covered and how; `CHANGELOG.md` what changed and what is
wrong. `datapackage.json`, `dcat.jsonld`, `schema.org.jsonld` and `data.json` say it to software.

## Check it

    sha256sum -c SHA256SUMS
    tenderline verify .

Where `manifest.json.sig` or `manifest.json.minisig` lies beside the manifest, its publisher signed
it: `tenderline verify . --signers FILE`, with the public key that you got from them by another way.

## What is withheld

Names and contact details of people are left out, and e-mail addresses and telephone numbers in
text are replaced by a note in brackets. Rows, counts and amounts are as they were.

{withheld}

## Licence

Published under [{licence}]({licence_url}). Contains public sector information of: {publishers}.
`LICENSE.md` has the attribution of each source, `CITATION.cff` how to cite this edition.
"""


def readme(
    publication: Publication, summary: Mapping[str, Any], tables: Manifest, rows: Mapping[str, int]
) -> bytes:
    """The README as Markdown."""
    grains = [
        (f"parquet/{name}.parquet", summary["rows"][name], table.grain)
        for name, table in {**all_tables(), **answers()}.items()
        if name in summary["rows"]
    ]
    asked = [
        (path, rows[path], text.format(name))
        for name in answers()
        for path, text in (
            (f"sql/{name}.sql", "the query that makes `{}`"),
            (f"json/{name}.jsonl.gz", "the rows of `{}`, as JSON Lines"),
            (f"excel/{name}.xlsx", "the rows of `{}`, as a workbook"),
        )
    ]
    changed = "one process that changed since the previous edition; `delta/` has more of it"
    delta = [(LINES, rows[LINES], changed), (PROVENANCE, rows[PROVENANCE], TABLE.grain)]
    cut = [*_partitions(rows)]
    files = [*grains, *cut, *_json_files(rows), *told(rows), *asked, *delta]
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
        awards_csv=next(name for name in rows if name.startswith("csv/awards.csv")),
        partitions=PARTITIONS.format(name=cut[0][0].partition("/source")[0]) if cut else "",
        withheld=_withheld(summary["redacted"]),
        licence=publication.licence,
        licence_url=publication.licence_url,
        publishers=", ".join(titles),
    ).encode()


def _partitions(rows: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """The partitions of each table that has any, in one line."""
    found = [name for name in rows if name.startswith(f"{FOLDER}/")]
    for table in sorted({name.split("/")[1] for name in found}):
        total = sum(rows[name] for name in found if name.split("/")[1] == table)
        told = f"the rows of `{table}` once more, by source and year of the first release"
        yield f"{FOLDER}/{table}/source=*/year=*/*.parquet", total, told


def _json_files(rows: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """The JSON files: those of years and of months of each source in one line each."""
    yield FULL, rows[FULL], "one compiled release, as JSON Lines: all years"
    for name in sorted(rows):
        if name.startswith("json/compiled/"):
            year = name.rpartition("/")[2].partition(".")[0]
            told = f"one compiled release of a process whose first release is of {year}"
            yield name, rows[name], told
    for folder, what in (("packages", "release"), ("records", "record")):
        found = [name for name in rows if name.startswith(f"json/{folder}/")]
        for source in sorted({name.rpartition("/")[0] for name in found}):
            total = sum(rows[name] for name in found if name.rpartition("/")[0] == source)
            told = f"one {what} of an OCDS 1.1 {what} package; by month of the first release"
            yield f"{source}/*.json.gz", total, told
    yield LEFT_OUT, rows[LEFT_OUT], "one release that breaks the structure of OCDS"
    yield QUARANTINE, rows[QUARANTINE], "one release that could not be used, with the reason"


def _withheld(redacted: Mapping[str, int]) -> str:
    """What was withheld, by rule, as a table."""
    if not redacted:
        return "Nothing had to be."
    lines = [f"| {what} | {count:,} |" for what, count in redacted.items()]
    return "\n".join(["| field: rule | how often |", "|---|---:|", *lines])
