"""The command `tables`: anyone's OCDS files to tables as Parquet, CSV and a workbook.

Owns the way from files to a folder of tables. What the tables are is `transforms.tables`'.
"""

LINES = "compiled.jsonl"  # the compiled releases, in the folder of the tables
VERSIONED = "versioned.jsonl"  # the versioned ones
RECORDS = "records.json"  # one package of records, with releases and both of these
