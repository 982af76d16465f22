"""The files of a delta: what a row of each is, and what its columns mean.

Owns the names. Tables of changed rows have the columns of their tables.
"""

from transforms.tables.schema import Column, Table

FOLDER = "delta/"
CHANGES, FIELDS, ROWS = "delta/changes.parquet", "delta/fields.parquet", "delta/rows.parquet"
LINES, COMPILED = "delta/changes.jsonl.gz", "delta/compiled.jsonl.gz"
INDEX, TABLES = "delta/index.json", "delta/tables/"

PROCESS = (
    Column("ocid", "text", "@ocid", "Identifier of the contracting process"),
    Column("source", "text", "@source", "Procurement system the process came from"),
)
DEFINED = {
    CHANGES: Table(
        "changes", "", "one process that was added, modified or removed", ("ocid", "source"),
        (
            *PROCESS,
            Column("change", "text", "@change", "added, modified or removed"),
            Column("before", "text", "@before",
                   "SHA-256 of its line in the compiled releases of the previous edition"),
            Column("after", "text", "@after",
                   "SHA-256 of its line in the compiled releases of this edition"),
            Column("releases_added", "texts", "@releases_added",
                   "Ids of releases that are new or have another content"),
            Column("releases_removed", "texts", "@releases_removed",
                   "Ids of releases that are gone or had another content"),
            Column("paths", "texts", "@paths",
                   "Fields of the compiled release that differ, without positions"),
        ), (),
    ),
    FIELDS: Table(
        "fields", "", "one field of the compiled release of a modified process that differs",
        ("ocid", "source", "pointer"),
        (
            *PROCESS,
            Column("pointer", "text", "@pointer",
                   "JSON Pointer to the field; positions are those of this edition, of what was "
                   "removed those of the previous one"),
            Column("path", "text", "@path", "The same without positions in arrays"),
            Column("kind", "text", "@kind", "added, removed or changed"),
            Column("before", "text", "@before",
                   "Its value before as JSON text, cut and marked where it is long"),
            Column("after", "text", "@after",
                   "Its value after as JSON text, cut and marked where it is long"),
        ), (),
    ),
    ROWS: Table(
        "rows", "", "one process whose rows in the tables are replaced", ("ocid", "source"),
        PROCESS, (),
    ),
}  # fmt: skip
