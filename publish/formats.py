"""The formats of published files: their names, media types and whether they hold UTF-8 text.

Owns what a file's ending stands for. Source of the media types: the registry of IANA; the one of
YAML is of RFC 9512.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """One format: `name` for people, `media_type`, and whether a file of it is text in UTF-8.

    `data` tells that files of it hold data, rather than describe or explain data.
    """

    name: str
    media_type: str
    text: bool
    data: bool


GZIP = "application/gzip"
FORMATS = {  # by ending, a longer one before what it ends with
    ".jsonl.gz": Format("JSON Lines, gzipped", GZIP, text=False, data=True),
    ".csv.gz": Format("CSV, gzipped", GZIP, text=False, data=True),
    ".json.gz": Format("JSON, gzipped", GZIP, text=False, data=True),
    ".gz": Format("gzip", GZIP, text=False, data=True),
    ".jsonl": Format("JSON Lines", "application/jsonl", text=True, data=True),
    ".jsonld": Format("JSON-LD", "application/ld+json", text=True, data=False),
    ".json": Format("JSON", "application/json", text=True, data=True),
    ".csv": Format("CSV", "text/csv", text=True, data=True),
    ".parquet": Format("Parquet", "application/vnd.apache.parquet", text=False, data=True),
    ".xlsx": Format(
        "Excel workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        text=False,
        data=True,
    ),
    ".zip": Format("ZIP", "application/zip", text=False, data=True),
    ".html": Format("HTML", "text/html", text=True, data=False),
    ".md": Format("Markdown", "text/markdown", text=True, data=False),
    ".cff": Format("Citation File Format", "application/yaml", text=True, data=False),
    ".sql": Format("SQL", "application/sql", text=True, data=False),
    ".svg": Format("SVG", "image/svg+xml", text=True, data=False),
    ".txt": Format("text", "text/plain", text=True, data=False),
}


def format_of(path: str) -> Format:
    """The format of the file at `path`, by its ending.

    Raises:
        ValueError: no format has that ending; add it to `FORMATS`.
    """
    for ending, found in FORMATS.items():
        if path.endswith(ending):
            return found
    raise ValueError(f"no format is known for {path}: add its ending to publish.formats.FORMATS")
